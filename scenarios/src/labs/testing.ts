// For tests of whatever runs sheets.
export { startTestPlatform } from '../faults/testing.ts'
export { handsOn } from './test-hands.ts'
