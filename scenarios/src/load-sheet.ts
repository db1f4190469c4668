import { readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import * as z from 'zod/mini'
import { Failure } from './failure.ts'
import type { LabSheet } from './run-lab.ts'

const Text = z.union([z.string(), z.object({ en: z.string(), ru: z.string() })])
const isFunction = z.custom<(...values: never[]) => unknown>(
  (value) => typeof value === 'function',
  'expected a function',
)
const Step = z.looseObject({ title: Text, run: isFunction })

/** What somebody's own scenario has to be; what it leaves out is empty. */
const OwnSheet = z.looseObject({
  name: z.string().check(z.regex(/^[a-z0-9-]+$/, 'expected lower-case letters, digits and hyphens')),
  title: Text,
  question: Text,
  idea: z._default(Text, ''),
  parameters: z.optional(
    z.record(z.string(), z.object({ value: z.number(), fast: z.optional(z.number()), reason: Text })),
  ),
  expectations: z._default(z.record(z.string(), z.object({ title: Text, why: z._default(Text, '') })), {}),
  state: z._default(isFunction, () => () => ({})),
  steadyState: z._default(z.array(Step), []),
  steps: z.array(Step).check(z.minLength(1, 'expected at least one step')),
  conclude: z.optional(isFunction),
})

/** Whether what was given as a name is a file. */
export const isSheetFile = (given: string): boolean => /[/\\]|\.(ts|mts|js|mjs)$/.test(given)

/** Somebody's own scenario, and where in its file an error happened: `my-scenario.ts:12`. */
export interface OwnLab {
  readonly sheet: LabSheet
  readonly placeOf: (error: unknown) => string | undefined
}

/** How many calls an error of a scenario remembers: those of the SDK come before those of the file. */
const STACK_DEPTH = 50

/**
 * Loads somebody's own scenario: the default export of an ES module, in TypeScript or JavaScript.
 *
 * @throws Failure `scenario-unreadable` when it cannot be loaded, or is no scenario, with the line where that can be told.
 */
export async function loadSheet(given: string): Promise<OwnLab> {
  Error.stackTraceLimit = STACK_DEPTH
  const file = path.resolve(given)
  const lineOf = (error: unknown) => lineIn(file, error)
  try {
    const { default: sheet } = /\.m?ts$/.test(file) ? await importTypeScript(file) : await importModule(file)
    return {
      sheet: z.parse(OwnSheet, sheet) as unknown as LabSheet,
      placeOf: (error) => {
        const line = lineOf(error)
        return line === undefined ? undefined : `${given}:${line}`
      },
    }
  } catch (error) {
    const found = error instanceof SyntaxError ? await findMistake(file) : undefined
    const { reason = reasonOf(error), line = lineOf(error) } = found ?? {}
    throw new Failure('scenario-unreadable', { file: given, line, reason }, { cause: error })
  }
}

function reasonOf(error: unknown): string {
  const reason = error instanceof z.core.$ZodError ? z.prettifyError(error) : (error as Error).message
  return reason.replaceAll('\n', ' ')
}

/** The line of a file that the stack of an error, or of one that caused it, names first. */
function lineIn(file: string, error: unknown): number | undefined {
  if (!(error instanceof Error)) return undefined
  for (const [, url = '', line] of (error.stack ?? '').matchAll(/(file:\/\/[^\s()]+?)(?:\?\d+)?:(\d+)/g)) {
    const found = fileURLToPath(url)
    if (found === file || found === plainFile(file)) return Number(line)
  }
  return lineIn(file, error.cause)
}

/** What is no JavaScript, or no TypeScript, in a file; Node says only that there is something. */
async function findMistake(
  file: string,
): Promise<{ readonly reason: string; readonly line: number } | undefined> {
  const { transform } = await import('sucrase')
  try {
    transform(await readFile(file, 'utf8'), { transforms: /ts$/.test(file) ? ['typescript'] : [], ...ESM })
    return undefined
  } catch (error) {
    const { message, loc } = error as Error & { readonly loc?: { readonly line: number } }
    const [, reason = message] = /^(?:Error transforming .*?: )?(.*?)(?: \(\d+:\d+\))?$/s.exec(message) ?? []
    return loc === undefined ? undefined : { reason, line: loc.line }
  }
}

interface Loaded {
  readonly default?: unknown
}

/** Anew each time: a file may have been changed since it was loaded last. */
const importModule = (file: string): Promise<Loaded> => import(`${pathToFileURL(file).href}?${Date.now()}`)

/** A module stays one; each line stays on its line. */
const ESM = { disableESTransforms: true, preserveDynamicImport: true } as const

/** Where a file is without its types: beside the original, so that what it imports is found. */
const plainFile = (file: string) =>
  path.join(path.dirname(file), `.${path.basename(file)}.${process.pid}.mjs`)

/** Node knows how to leave out types from 22.18 on; before, they are left out here. */
async function importTypeScript(file: string): Promise<Loaded> {
  if ((process.features as { typescript?: unknown }).typescript) return importModule(file)
  const { transform } = await import('sucrase')
  const { code } = transform(await readFile(file, 'utf8'), {
    transforms: ['typescript'],
    ...ESM,
  })
  const plain = plainFile(file)
  await writeFile(plain, code)
  try {
    return await importModule(plain)
  } finally {
    await rm(plain, { force: true })
  }
}
