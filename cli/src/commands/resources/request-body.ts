import { readFile } from 'node:fs/promises'
import type { Context } from '../../context.ts'
import { Failure } from '../../failure.ts'
import { nearestName } from '../../nearest-name.ts'
import { FIELDS, type Field, type ResourceName } from './fields.ts'
import { messages } from './messages.ts'

/** What `create` and `update` can be given: the flags of the fields, and JSON. */
export interface BodyOptions {
  /** JSON, `@` and the name of a file with it, or `-` for stdin. */
  readonly data?: string | undefined
  /** The fields' flags, as commander names them: `userId` for `--user-id`. */
  readonly [flag: string]: unknown
}

/** A body, and where it stands in what `--data` holds. */
export interface Body {
  readonly fields: Record<string, unknown>
  /** From 1 up. */
  readonly line: number
}

/**
 * The bodies to send: each object of `--data`, and over it what the flags say. Several objects are JSON Lines.
 * Without `--data`, somebody at the keyboard is asked for what `create` lacks.
 *
 * @throws Failure `data-unreadable`; `broken-json` when `--data` holds no JSON objects; `missing-fields` when there is too
 * little without it. What is in the JSON is for the service to judge; fields
 * that it would leave out are warned of.
 */
export async function readBodies(
  resource: ResourceName,
  verb: 'create' | 'update',
  options: BodyOptions,
  context: Pick<Context, 'readInput' | 'keyboard' | 'language' | 'warn'>,
): Promise<readonly Body[]> {
  const { data } = options
  const fields = FIELDS[resource][verb]
  const given = Object.fromEntries(
    fields.flatMap(({ name, flag }) => {
      const value = options[camelCase(flag)]
      return value === undefined ? [] : [[name, value]]
    }),
  )
  if (data !== undefined) {
    const bodies = parseObjects(await readData(data, context))
    await warnOfUnknown(
      bodies.flatMap((body) => Object.keys(body.fields)),
      fields.map(({ name }) => name),
      context,
    )
    return bodies.map(({ fields: own, line }) => ({ fields: { ...own, ...given }, line }))
  }
  const missing =
    verb === 'create'
      ? fields.filter(({ name, hasDefault }) => !(name in given) && hasDefault === undefined)
      : Object.keys(given).length === 0
        ? fields
        : []
  if (verb === 'create' && context.keyboard.isThere) {
    for (const field of missing) given[field.name] = await ask(field, context)
  } else if (missing.length > 0) {
    throw new Failure('missing-fields', { flags: missing.map(({ flag }) => `--${flag}`), resource, verb })
  }
  return [{ fields: given, line: 1 }]
}

/** The one body of what changes one object. @throws Failure as {@link readBodies}; `broken-json` where there are several. */
export async function readBody(
  resource: ResourceName,
  options: BodyOptions,
  context: Pick<Context, 'readInput' | 'keyboard' | 'language' | 'warn'>,
): Promise<Record<string, unknown>> {
  const [first, second] = await readBodies(resource, 'update', options, context)
  if (first === undefined || second !== undefined)
    throw new Failure('broken-json', { reason: messages[context.language].oneObject })
  return first.fields
}

/** Asks until there is an answer that can be meant. */
async function ask(
  { name, kind }: Field,
  { keyboard, language }: Pick<Context, 'keyboard' | 'language'>,
): Promise<string | number> {
  const words = messages[language]
  for (;;) {
    const answer = await keyboard.ask(
      `${words.fields[name]}${kind === 'number' ? `, ${words.aNumber}` : ''}: `,
    )
    if (answer === '') continue
    if (kind === 'text') return answer
    if (Number.isFinite(Number(answer))) return Number(answer)
  }
}

async function warnOfUnknown(
  names: readonly string[],
  known: readonly string[],
  { warn }: Pick<Context, 'warn'>,
): Promise<void> {
  const fields = [...new Set(names)].filter((name) => !known.includes(name))
  if (fields.length === 0) return
  await warn(
    new Failure('unknown-fields', { fields, known, suggestion: nearestName(fields[0] ?? '', known) }),
  )
}

/** The text of `--data`: itself, stdin for `-`, a file's for `@FILE`. @throws Failure `data-unreadable`. */
export async function readData(given: string, { readInput }: Pick<Context, 'readInput'>): Promise<string> {
  if (given === '-') return readInput()
  if (!given.startsWith('@')) return given
  const file = given.slice(1)
  try {
    return await readFile(file, 'utf8')
  } catch (cause) {
    throw new Failure('data-unreadable', { file, reason: (cause as Error).message }, { cause })
  }
}

/** One object, over however many lines; or one a line. */
function parseObjects(text: string): readonly Body[] {
  try {
    return [{ fields: parseObject(text), line: 1 }]
  } catch (error) {
    const lines = text.split('\n').map((line, index) => ({ text: line.trim(), line: index + 1 }))
    const written = lines.filter((line) => line.text !== '')
    // What does not even begin like JSON Lines is one object that is broken.
    if (written.length < 2 || !written[0]?.text.endsWith('}')) throw error
    return written.map(({ text: own, line }) => ({ fields: parseObject(own, line), line }))
  }
}

/**
 * @param place What stands before the reason.
 * @throws Failure `broken-json`.
 */
export function parseJson(text: string, place = ''): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new Failure('broken-json', { reason: place + (error as Error).message }, { cause: error })
  }
}

/** @param line Where it stands, among several. */
function parseObject(text: string, line?: number): Record<string, unknown> {
  const place = line === undefined ? '' : `${line}: `
  const value = parseJson(text, place)
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Failure('broken-json', { reason: line === undefined ? undefined : place + text })
  return value as Record<string, unknown>
}

/** A flag as commander names its value. */
function camelCase(flag: string): string {
  return flag.replace(/-(\w)/g, (_match, letter: string) => letter.toUpperCase())
}
