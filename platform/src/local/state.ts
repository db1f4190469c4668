import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod/mini'
import { Failure } from '../failure.ts'
import { PARTS, type Part } from '../parts.ts'
import type { Ports } from '../ports.ts'
import { isRunning, type ProcessIdentity } from '../process-identity.ts'

const PartRecord = z.object({
  port: z.int(),
  /** The process that we started, whether or not it still runs; none before the first start. */
  process: z.optional(z.object({ pid: z.int(), birth: z.string(), startedAt: z.string() })),
})
type PartRecord = z.infer<typeof PartRecord>

/** What the local driver remembers between two commands: which ports it chose, and which processes are its own. */
const State = z.object({
  version: z.literal(1),
  driver: z.literal('local'),
  parts: z.record(z.enum(PARTS), PartRecord),
})
export type State = z.infer<typeof State>

/** The file in which that is kept. */
export interface StateFile {
  /** `undefined` when nothing has been started. */
  read(): State | undefined
  /** The ports that were chosen; `undefined` when nothing has been started. */
  ports(): Ports | undefined
  /** The process of a part, if it runs. */
  processOf(part: Part): PartRecord['process']
  runningParts(): Part[]
  /** Puts a process that was started just now on record. Synchronous: nothing else can happen before. */
  record(part: Part, port: number, identity: ProcessIdentity): void
  /** Begins anew, with these ports and no process. */
  begin(ports: Ports): void
  remove(): void
}

/** @param home The state folder. */
export function createStateFile(home: string): StateFile {
  const file = join(home, 'local.json')

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

  const processOf = (part: Part) => {
    const recorded = read()?.parts[part].process
    return recorded !== undefined && isRunning(recorded) ? recorded : undefined
  }

  return {
    read,
    ports() {
      const parts = read()?.parts
      return (
        parts && (Object.fromEntries(PARTS.map((part) => [part, parts[part].port])) as Record<Part, number>)
      )
    },
    processOf,
    runningParts: () => PARTS.filter((part) => processOf(part) !== undefined),
    record(part, port, identity) {
      const state = read()
      const process = { ...identity, startedAt: new Date().toISOString() }
      if (state !== undefined) write({ ...state, parts: { ...state.parts, [part]: { port, process } } })
    },
    begin(ports) {
      const parts = Object.fromEntries(PARTS.map((part) => [part, { port: ports[part] }]))
      write({ version: 1, driver: 'local', parts: parts as State['parts'] })
    },
    remove: () => rmSync(file, { force: true }),
  }
}
