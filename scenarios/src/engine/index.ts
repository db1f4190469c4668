export { INCONCLUSIVE, type Outcome, type Phase, ScenarioEvent, type UnstampedEvent } from './events.ts'
export {
  type Fault,
  type Finding,
  fixed,
  inLanguage,
  type Lab,
  LabError,
  type LabErrorCode,
  type Language,
  type Text,
  type Wait,
} from './lab.ts'
export { type RunOptions, type RunResult, runSheet } from './run.ts'
export { defineSheet, type Expectation, type Parameter, type Sheet, type Step } from './sheet.ts'
