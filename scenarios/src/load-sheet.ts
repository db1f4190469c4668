import { readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
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

/**
 * Loads somebody's own scenario: the default export of an ES module, in TypeScript or JavaScript.
 *
 * @throws Failure `scenario-unreadable` when it cannot be loaded, or is no scenario.
 */
export async function loadSheet(given: string): Promise<LabSheet> {
  const file = path.resolve(given)
  try {
    const { default: sheet } = /\.m?ts$/.test(file) ? await importTypeScript(file) : await importModule(file)
    return z.parse(OwnSheet, sheet) as unknown as LabSheet
  } catch (error) {
    const reason = error instanceof z.core.$ZodError ? z.prettifyError(error) : (error as Error).message
    throw new Failure(
      'scenario-unreadable',
      { file: given, reason: reason.replaceAll('\n', ' ') },
      { cause: error },
    )
  }
}

interface Loaded {
  readonly default?: unknown
}

/** Anew each time: a file may have been changed since it was loaded last. */
const importModule = (file: string): Promise<Loaded> => import(`${pathToFileURL(file).href}?${Date.now()}`)

/** Node knows how to leave out types from 22.18 on; before, they are left out here. */
async function importTypeScript(file: string): Promise<Loaded> {
  if ((process.features as { typescript?: unknown }).typescript) return importModule(file)
  const { transform } = await import('sucrase')
  const { code } = transform(await readFile(file, 'utf8'), {
    transforms: ['typescript'],
    disableESTransforms: true,
    preserveDynamicImport: true,
    filePath: file,
  })
  // Beside the original, so that what it imports is found.
  const plain = path.join(path.dirname(file), `.${path.basename(file)}.${process.pid}.mjs`)
  await writeFile(plain, code)
  try {
    return await importModule(plain)
  } finally {
    await rm(plain, { force: true })
  }
}
