import type { Report } from '../run/report.ts'
import { renderClassroom50 } from './classroom50.ts'
import { renderExercism } from './exercism.ts'
import type { ReportFormat } from './formats.ts'
import { renderGithub } from './github.ts'
import { renderGradescope } from './gradescope.ts'
import { renderHtml } from './html/page.ts'
import { renderJson } from './json.ts'
import { renderJunit } from './junit.ts'
import { renderMarkdown } from './markdown.ts'
import { renderTap } from './tap.ts'

const RENDERERS: Readonly<Record<ReportFormat, (report: Report, env: NodeJS.ProcessEnv) => string>> = {
  json: renderJson,
  junit: renderJunit,
  markdown: renderMarkdown,
  github: renderGithub,
  html: renderHtml,
  gradescope: renderGradescope,
  classroom50: renderClassroom50,
  exercism: renderExercism,
  tap: renderTap,
}

/**
 * A report in one of the formats, in the language of its run. All of them take their figures from the report and compute
 * none, so that they agree.
 *
 * @param env Where Classroom 50 says whose submission this is.
 */
export function renderReport(format: ReportFormat, report: Report, env: NodeJS.ProcessEnv): string {
  return RENDERERS[format](report, env)
}
