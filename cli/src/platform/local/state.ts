import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import * as z from 'zod/mini'
import { Failure } from '../../failure.ts'
import { PARTS, type Part } from '../parts.ts'

const PartRecord = z.object({
  port: z.int(),
  /** The process that we started, whether or not it still runs; none after a stop. */
  process: z.optional(z.object({ pid: z.int(), birth: z.string(), startedAt: z.iso.datetime() })),
})
export type PartRecord = z.infer<typeof PartRecord>

const State = z.object({
  version: z.literal(1),
  driver: z.literal('local'),
  parts: z.record(z.enum(PARTS), PartRecord),
})
/** What the local driver remembers between two commands: which ports it chose, and which processes are its own. */
export type State = z.infer<typeof State>

/** The file in which that is kept. */
export interface StateFile {
  /** `undefined` when nothing has been started. */
  read(): State | undefined
  /** Changes one part's record. Synchronous: a process must be on record before anything else can happen. */
  record(part: Part, change: PartRecord): void
  /** Begins anew, with these ports and no process. */
  begin(ports: Readonly<Record<Part, number>>): void
  remove(): void
}

/** @param home The state folder. */
export function createStateFile(home: string): StateFile {
  const file = path.join(home, 'local.json')

  const read = (): State | undefined => {
    let text: string
    try {
      text = readFileSync(file, 'utf8')
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException
      if (code === 'ENOENT') return undefined
      throw new Failure('state-unreadable', { file, reason: message }, { cause: error })
    }
    try {
      return z.parse(State, JSON.parse(text))
    } catch (error) {
      throw new Failure('state-unreadable', { file, reason: 'not a state of this version' }, { cause: error })
    }
  }

  const write = (state: State) => {
    const partial = `${file}.${process.pid}.new`
    try {
      mkdirSync(home, { recursive: true, mode: 0o700 })
      writeFileSync(partial, `${JSON.stringify(state, null, 2)}\n`, { mode: 0o600 })
      renameSync(partial, file) // all of it or nothing, whenever we are killed
    } catch (error) {
      rmSync(partial, { force: true })
      throw new Failure(
        'folder-unusable',
        { folder: home, reason: (error as Error).message },
        { cause: error },
      )
    }
  }

  return {
    read,
    record(part, change) {
      const state = read()
      if (state !== undefined) write({ ...state, parts: { ...state.parts, [part]: change } })
    },
    begin(ports) {
      const parts = Object.fromEntries(PARTS.map((part) => [part, { port: ports[part] }]))
      write({ version: 1, driver: 'local', parts: parts as State['parts'] })
    },
    remove: () => rmSync(file, { force: true }),
  }
}
