import * as z from 'zod/mini'
import { Report } from '../run/report.ts'

/** The JSON Schema of the canonical report, as it is published with the package. */
export function reportSchema(): object {
  return { $id: 'urn:msctl:report:v1', title: 'A report of msctl verify', ...z.toJSONSchema(Report) }
}
