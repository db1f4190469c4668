import { randomBytes } from 'node:crypto'
import { type Client, createClient, type ResponseEvent, type ServiceName } from '@msctl/sdk'
import type { Lab, UnstampedEvent } from '../engine/index.ts'
import type { LabPlatform } from './lab-platform.ts'

/** What a sheet works with: the platform as its callers know it, and what lies behind. */
export interface World extends Omit<LabPlatform, 'url' | 'apiKey'> {
  /** Calls the platform, and tells of every request. It repeats nothing, so that what is told is what was sent. */
  readonly client: Client
  /** The same, without a word: for looking, for crowds of requests, and for putting things back. */
  readonly quietly: Client
  /** Text that nobody else has; what a run creates carries it. */
  readonly runId: string
  /** 1, 2, 3 … */
  readonly nextNumber: () => number
  /** The services that were given idempotency keys of this run. */
  readonly keyed: Set<ServiceName>
}

/** The lab of a sheet about the platform, whatever its steps remember. */
export type AnyLab = Lab<World, unknown>

/** Longer than the gateway waits for a service, in milliseconds. */
const TIMEOUT_MS = 10_000
/** More than any crowd that a sheet sends. */
const MAX_CONCURRENCY = 512

/** A world that is open until it is closed. */
export interface OpenWorld {
  readonly world: World
  close(): Promise<void>
}

/** Opens the world of one run. */
export function openWorld(
  { url, apiKey, ...behind }: LabPlatform,
  report: (event: UnstampedEvent) => void,
): OpenWorld {
  const options = {
    baseUrl: url,
    apiKey,
    maxRetries: 0,
    timeoutMs: TIMEOUT_MS,
    attemptTimeoutMs: TIMEOUT_MS,
    maxConcurrency: MAX_CONCURRENCY,
  }
  const client = createClient({
    ...options,
    hooks: { onResponse: (event) => report(told(event)) },
    // What was not answered is no response; the log is where it shows.
    logger: { debug: (fields) => reportUnanswered(fields as Unanswered, report), warn: () => undefined },
  })
  const quietly = createClient(options)
  const runId = `scenario-${randomBytes(4).toString('hex')}`
  let numbers = 0
  return {
    world: { ...behind, client, quietly, runId, nextNumber: () => ++numbers, keyed: new Set() },
    close: async () => {
      await Promise.all([client.close(), quietly.close()])
    },
  }
}

/** Headers that say something about how an answer came about. */
const TELLING = {
  'x-cache': 'X-Cache',
  'retry-after': 'Retry-After',
  'idempotent-replayed': 'Idempotent-Replayed',
}

function told({ method, url, status, headers, durationMs }: ResponseEvent): UnstampedEvent {
  const notes = Object.entries(TELLING).flatMap(([name, title]) =>
    headers[name] === undefined ? [] : [`${title}: ${headers[name]}`],
  )
  const note = notes.length > 0 ? { note: notes.join(', ') } : {}
  return { type: 'request', method, path: pathOf(url), status, durationMs, ...note }
}

interface Unanswered {
  readonly method: string
  readonly url: string
  readonly failure?: string
  readonly durationMs: number
}

function reportUnanswered(
  { method, url, failure, durationMs }: Unanswered,
  report: (event: UnstampedEvent) => void,
): void {
  if (failure === undefined) return
  report({ type: 'request', method, path: pathOf(url), status: null, durationMs, note: failure })
}

function pathOf(url: string): string {
  const { pathname, search } = new URL(url)
  return pathname + search
}
