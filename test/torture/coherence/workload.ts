import { setTimeout as delay } from 'node:timers/promises'
import { createHttpClient, wasRefused } from '../platform/http.ts'
import type { Random } from '../random.ts'
import type { History, Operation } from './history.ts'
import { FIRST_VERSION, type Resource } from './resources.ts'

/** An object under torture: who serves it, and what has been done to it. */
export interface Register {
  resource: Resource
  id: number
  /** Where it is served, one URL a replica. */
  urls: readonly string[]
  history: History
}

/** How hard a register is worked. */
export interface Pace {
  writers: number
  readers: number
  /** How long each pauses after each operation, in milliseconds, at the most. */
  writerPauseMs: number
  readerPauseMs: number
  /** The share of changes that delete the object, after which it is only read. */
  deletions: number
}

/** A reader that waits longer than this learns nothing: what comes late is concurrent with everything meanwhile. */
const READER_PATIENCE_MS = 500
/** Of the writers some hang up soon, which others must not, as the first write after a fault may take a while. */
const WRITER_PATIENCE_MS = [5000, 1000]

/** When those who write and those who read are to end. */
export interface Shift {
  writers: AbortSignal
  readers: AbortSignal
}

/** Clients of the services. */
export interface Clients {
  /** Creates an object. @throws when it is not created. */
  create(resource: Resource, urls: readonly string[], unique: string): Promise<Register>
  /** Reads and changes an object until it is told to end, and records it. @returns when the last of each is over. */
  work(
    register: Register,
    pace: Pace,
    random: Random,
    until: Shift,
  ): { written: Promise<unknown>; read: Promise<unknown> }
  /** Reads once. @returns `undefined` where there was no answer. */
  read(register: Register, replica: number): Promise<Operation | undefined>
  close(): Promise<void>
}

export function createClients(): Clients {
  const { send, close } = createHttpClient()
  const urlOf = ({ resource, id, urls }: Register, replica: number) =>
    `${urls[replica]}${resource.path}/${id}`

  async function read(register: Register, replica: number): Promise<Operation | undefined> {
    const invokedAt = performance.now()
    const answer = await send(urlOf(register, replica), 'GET', { patienceMs: READER_PATIENCE_MS }).catch(
      () => undefined,
    )
    if (answer === undefined || (answer.status !== 200 && answer.status !== 404)) return undefined
    const source = answer.headers['x-cache']
    const operation: Operation = {
      kind: 'read',
      version: answer.status === 404 ? null : register.resource.versionOf(answer.json()),
      invokedAt,
      returnedAt: performance.now(),
      outcome: 'known',
      replica,
      ...(typeof source === 'string' && { source }),
    }
    register.history.operations.push(operation)
    return operation
  }

  /** @returns whether there is still something to change. */
  async function change(
    register: Register,
    replica: number,
    version: number | null,
    patienceMs: number,
  ): Promise<boolean> {
    const kind = version === null ? 'delete' : 'write'
    const invokedAt = performance.now()
    const record = (operation: Pick<Operation, 'kind' | 'outcome' | 'version'>) =>
      register.history.operations.push({ ...operation, invokedAt, returnedAt: performance.now(), replica })
    try {
      const { status } =
        version === null
          ? await send(urlOf(register, replica), 'DELETE', { patienceMs })
          : await send(urlOf(register, replica), 'PUT', {
              patienceMs,
              body: register.resource.change(version),
            })
      if (status < 300) record({ kind, version, outcome: 'known' })
      else if (status === 404) record({ kind: 'read', version: null, outcome: 'known' })
      else record({ kind, version, outcome: 'unknown' })
      return status !== 404 && !(version === null && status < 300)
    } catch (error) {
      // Where nobody listens nothing was asked.
      if (!wasRefused(error)) record({ kind, version, outcome: 'unknown' })
      return true
    }
  }

  return {
    create: async (resource, urls, unique) => {
      const answer = await send(`${urls[0]}${resource.path}`, 'POST', {
        ...{ patienceMs: 5000, body: resource.create(unique) },
      })
      if (answer.status !== 201)
        throw new Error(`No new object at ${urls[0]}${resource.path}: ${answer.status}`)
      const { id } = answer.json() as { id: number }
      const key = `${resource.cacheName}:${id}`
      return { resource, id, urls, history: { key, initial: FIRST_VERSION, operations: [] } }
    },

    work: (register, pace, random, { writers, readers }) => {
      let latest = FIRST_VERSION
      let isThere = true
      const replicas = [...register.urls.keys()]
      const pause = (chance: Random, maxMs: number, signal: AbortSignal) =>
        delay(chance.between(0, maxMs), undefined, { signal }).catch(() => undefined)

      const write = async (chance: Random, patienceMs: number) => {
        while (!writers.aborted && isThere) {
          latest += 1
          const version = chance.chance(pace.deletions) ? null : latest
          isThere = (await change(register, chance.pick(replicas), version, patienceMs)) && isThere
          await pause(chance, pace.writerPauseMs, writers)
        }
      }
      const readOn = async (chance: Random) => {
        while (!readers.aborted) {
          await read(register, chance.pick(replicas))
          await pause(chance, pace.readerPauseMs, readers)
        }
      }
      const crew = (size: number, job: (n: number) => Promise<void>) =>
        Promise.all(Array.from({ length: size }, (_, n) => job(n)))
      return {
        written: crew(pace.writers, (n) =>
          write(random.fork(`writer ${n}`), WRITER_PATIENCE_MS[n % WRITER_PATIENCE_MS.length] as number),
        ),
        read: crew(pace.readers, (n) => readOn(random.fork(`reader ${n}`))),
      }
    },

    read,
    close,
  }
}
