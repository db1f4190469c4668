// For tests of whatever runs sheets.
export { startTestPlatform } from '../faults/testing.ts'
export { type Snapshot, snapshotOf, type Visible } from './snapshot.ts'
export { handsOn } from './test-hands.ts'
