export { FAULTS, type FaultSheet } from './catalogue.ts'
export {
  type FaultyOptions,
  type FaultyPlatform,
  type PlatformPart,
  startFaultyPlatform,
} from './platform.ts'
