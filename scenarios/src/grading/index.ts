export * from './grader.ts'
export * from './report.ts'
