import type { Context } from '../../context.ts'
import { Failure } from '../../failure.ts'
import { FIELDS, type ResourceName } from './fields.ts'

/** What `create` and `update` can be given: the flags of the fields, and JSON. */
export interface BodyOptions {
  /** JSON, or `-` for stdin. */
  readonly data?: string | undefined
  /** The fields' flags, as commander names them: `userId` for `--user-id`. */
  readonly [flag: string]: unknown
}

/**
 * The body to send: the JSON of `--data`, and over it what the flags say.
 *
 * @throws Failure `broken-json` when `--data` is no JSON object; `missing-fields` when there is too little without it.
 * What is in the JSON is for the service to judge.
 */
export async function readBody(
  resource: ResourceName,
  verb: 'create' | 'update',
  options: BodyOptions,
  context: Pick<Context, 'readInput'>,
): Promise<Record<string, unknown>> {
  const { data } = options
  const fields = FIELDS[resource][verb]
  const given = Object.fromEntries(
    fields.flatMap(({ name, flag }) => {
      const value = options[camelCase(flag)]
      return value === undefined ? [] : [[name, value]]
    }),
  )
  if (data !== undefined) return { ...parseObject(data === '-' ? await context.readInput() : data), ...given }
  const missing =
    verb === 'create'
      ? fields.filter(({ name, hasDefault }) => !(name in given) && hasDefault === undefined)
      : Object.keys(given).length === 0
        ? fields
        : []
  if (missing.length > 0) {
    throw new Failure('missing-fields', { flags: missing.map(({ flag }) => `--${flag}`), resource, verb })
  }
  return given
}

function parseObject(text: string): object {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw new Failure('broken-json', { reason: (error as Error).message }, { cause: error })
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Failure('broken-json', { reason: undefined })
  return value
}

/** A flag as commander names its value. */
function camelCase(flag: string): string {
  return flag.replace(/-(\w)/g, (_match, letter: string) => letter.toUpperCase())
}
