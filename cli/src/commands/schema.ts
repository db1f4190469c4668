import { reportSchema } from '@msctl/grader/reports/report-schema'
import * as z from 'zod/mini'
import type { RenderContext, Rendering } from '../context.ts'
import { Failure } from '../failure.ts'
import { JSON_SCHEMAS } from '../json-schemas.ts'
import { nearestName } from '../nearest-name.ts'

/** The commands that have a schema, or one of the schemas. */
export type SchemaResult = { readonly commands: readonly string[] } | { readonly schema: object }

/** `msctl schema [command]` */
export async function run({ words }: { readonly words: readonly string[] }): Promise<SchemaResult> {
  const names = [...Object.keys(JSON_SCHEMAS), 'report']
  if (words.length === 0) return { commands: names }
  const given = words.join(' ').replace(/^msctl /, '')
  // The document that scripts and other graders store; also published as a file of the package.
  if (given === 'report') return { schema: reportSchema() }
  const found = JSON_SCHEMAS[given]
  if (found === undefined) throw new Failure('no-schema', { given, suggestion: nearestName(given, names) })
  return { schema: { title: `msctl ${given} --json`, ...z.toJSONSchema(found) } }
}

/** What `--json` prints: the list, or the schema itself. */
export function toJson(data: SchemaResult): object {
  return 'schema' in data ? data.schema : data
}

export function render(data: SchemaResult, { messages }: RenderContext): Rendering {
  if ('schema' in data) return { result: JSON.stringify(data.schema, null, 2) }
  return { result: data.commands.join('\n'), hints: messages.schema.choose }
}
