export * from './compose-facts.ts'
export * from './grader.ts'
export * from './report.ts'
