import * as z from 'zod/mini'
import { defineEntries, type SingleAction } from '../command.ts'
import { Failure } from '../failure.ts'
import { nearestName } from '../nearest-name.ts'
import { messages } from './schema.messages.ts'

/** The commands that have a schema, or one of the schemas. */
export type SchemaResult = { readonly commands: readonly string[] } | { readonly schema: object }

const Explained = z.object({
  /** Stable, such as `unreachable`. */
  code: z.string(),
  /** What happened, why, and what to do next, in the language that is spoken. */
  message: z.string(),
  why: z.string(),
  next: z.string(),
  /** Of the request that went wrong, for `msctl logs --request-id`. */
  requestId: z.exactOptional(z.string()),
  /** With `--verbose`. */
  stack: z.exactOptional(z.string()),
})

/** What every command says with `--json` on stderr when it fails, on one line, or warns of. */
export const ErrorJson = z.union([z.object({ error: Explained }), z.object({ warning: Explained })])

/** `msctl schema [command]` */
export const schema: SingleAction<{ readonly command: readonly string[] }, SchemaResult> = {
  async run({ command: words }, { menu }) {
    const schemas = await menu.schemas()
    const names = [...Object.keys(schemas), 'report', 'error']
    if (words.length === 0) return { commands: names }
    const given = words.join(' ').replace(/^msctl /, '')
    // The document that scripts and other graders store; also published as a file of the package.
    if (given === 'report') {
      const { reportSchema } = await import('@msctl/grader/reports/report-schema')
      return { schema: reportSchema() }
    }
    const found = given === 'error' ? ErrorJson : schemas[given]
    if (found === undefined) throw new Failure('no-schema', { given, suggestion: nearestName(given, names) })
    return { schema: { title: `msctl ${given} --json`, ...z.toJSONSchema(found) } }
  },
  render(data, { language }) {
    if ('schema' in data) return { result: JSON.stringify(data.schema, null, 2) }
    return { result: data.commands.join('\n'), hints: messages[language].choose }
  },
  /** The list, or the schema itself. */
  toJson: (data) => ('schema' in data ? data.schema : data),
}

export const entries = defineEntries(messages, (words) => [
  {
    name: 'schema',
    examples: ['msctl schema', 'msctl schema users get', 'msctl schema status | jq .properties'],
    configure: (command) => command.argument('[command...]', words.arguments.command),
    action: schema,
    json: z.union([z.object({ commands: z.array(z.string()) }), z.record(z.string(), z.unknown())]),
  },
])
