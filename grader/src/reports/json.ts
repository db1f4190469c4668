import type { Report } from '../run/report.ts'

/** The canonical report: schemas/report-v1.schema.json, `msctl schema report`. */
export function renderJson(report: Report): string {
  return `${JSON.stringify(report, null, 2)}\n`
}
