import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import type { Text } from '@msctl/scenarios'
import * as z from 'zod/mini'
import { COMPOSE_FILES } from '../target/compose/read-project.ts'

/** `submission.json`: how to grade what Compose does not start, or how its Compose file is to be read. */
const SubmissionFile = z.strictObject({
  /** The gateway. `$PORT` stands for a free port, which `start` and `control` find in their environment as PORT. */
  url: z.optional(z.string()),
  /** A control program, in the submission's folder. */
  control: z.optional(z.string()),
  redis: z.optional(z.string()),
  db: z.optional(
    z.strictObject({
      users: z.optional(z.string()),
      orders: z.optional(z.string()),
      payments: z.optional(z.string()),
    }),
  ),
  /** A shell command that starts it, and stays or ends when it has; and one that ends it. */
  start: z.optional(z.string()),
  stop: z.optional(z.string()),
  /** The folder of the sources. Default: that of the submission. */
  source: z.optional(z.string()),
  /** The Compose file, and which service is which part. */
  compose: z.optional(z.string()),
  map: z.optional(z.record(z.string(), z.string())),
})

/** How a submission is started and reached. */
export type How =
  | { readonly by: 'compose'; readonly file: string; readonly map: Readonly<Record<string, string>> }
  | {
      readonly by: 'processes'
      readonly url: string
      readonly control: string | undefined
      readonly redis: string | undefined
      readonly db: Readonly<Record<string, string>>
      readonly start: string | undefined
      readonly stop: string | undefined
    }
  /** There is nothing to grade. */
  | { readonly by: 'nothing'; readonly status: 'missing' | 'refused'; readonly reason: Text }

/** A folder that was handed in. */
export interface Submission {
  /** The name of its folder. */
  readonly id: string
  readonly folder: string
  readonly source: string
  readonly how: How
}

/** A part of the submissions, for several machines: the second of five. */
export interface Shard {
  readonly index: number
  readonly of: number
}

/** The submissions in a folder, by name. What begins with a dot or an underscore is none. */
export async function findSubmissions(folder: string, shard?: Shard): Promise<Submission[]> {
  const entries = await readdir(folder, { withFileTypes: true })
  const names = entries
    .filter((entry) => (entry.isDirectory() || entry.isSymbolicLink()) && !/^[._]/.test(entry.name))
    .map(({ name }) => name)
    .sort()
  const own = shard === undefined ? names : names.filter((_, index) => index % shard.of === shard.index - 1)
  return Promise.all(own.map((name) => readSubmission(name, path.join(folder, name))))
}

async function readSubmission(id: string, folder: string): Promise<Submission> {
  const nothing = (status: 'missing' | 'refused', reason: Text): Submission => ({
    id,
    folder,
    source: folder,
    how: { by: 'nothing', status, reason },
  })
  const file = path.join(folder, 'submission.json')
  let said: z.infer<typeof SubmissionFile> = {}
  if (existsSync(file)) {
    try {
      said = z.parse(SubmissionFile, JSON.parse(await readFile(file, 'utf8')))
    } catch (error) {
      const why = error instanceof z.core.$ZodError ? z.prettifyError(error) : (error as Error).message
      return nothing('refused', `submission.json: ${why}`)
    }
  }
  const { url, control, redis, db = {}, start, stop, map = {} } = said
  const source = path.resolve(folder, said.source ?? '.')
  if (url !== undefined) {
    const databases = Object.entries(db).flatMap(([name, each]) => (each === undefined ? [] : [[name, each]]))
    const how: How = { by: 'processes', url, control, redis, db: Object.fromEntries(databases), start, stop }
    return { id, folder, source, how }
  }
  const compose =
    said.compose === undefined ? await findComposeFile(folder) : path.resolve(folder, said.compose)
  if (compose === undefined)
    return nothing('missing', {
      en: 'There is neither a Compose file nor a submission.json with a url.',
      ru: 'Здесь нет ни файла Compose, ни submission.json с url.',
    })
  if (!existsSync(compose))
    return nothing('refused', { en: `There is no ${said.compose}.`, ru: `Файла ${said.compose} нет.` })
  return { id, folder, source, how: { by: 'compose', file: compose, map } }
}

/** The Compose file of a folder, or of the only folder in it that has one: archives often hold one folder. */
async function findComposeFile(folder: string): Promise<string | undefined> {
  const of = (each: string) => COMPOSE_FILES.map((name) => path.join(each, name)).find(existsSync)
  const own = of(folder)
  if (own !== undefined) return own
  const below = (await readdir(folder, { withFileTypes: true }).catch(() => []))
    .filter((entry) => entry.isDirectory() && entry.name !== 'node_modules')
    .flatMap((entry) => of(path.join(folder, entry.name)) ?? [])
  return below.length === 1 ? below[0] : undefined
}
