export { FAULTS } from './catalogue.ts'
export { createDatabasePool, type DatabasePool } from './databases.ts'
export type { FaultSheet } from './fault-sheet.ts'
export {
  type FaultyOptions,
  type FaultyPlatform,
  startFaultyPlatform,
} from './platform.ts'
