import { setMaxListeners } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import type { Random } from '../random.ts'
import { findViolations } from './contract.ts'
import { applyExceptions, KILL_GRACE_MS } from './exceptions.ts'
import type { Fault } from './faults.ts'
import { describeOperation, type History } from './history.ts'
import { checkLinearizability } from './linearizability.ts'
import { RESOURCES, type Resource } from './resources.ts'
import { type Clients, createClients, type Pace, type Register } from './workload.ts'
import { heal, type World } from './world.ts'

/** What a round did and found. */
export interface Round {
  faults: Fault[]
  histories: History[]
  operations: number
  /** How many reads came from where, by `X-Cache`. */
  reads: Record<string, number>
  /** How many changes got no answer. */
  unknown: number
  /** How many reads were left out because of the one double fault. */
  excepted: number
  /** How many histories are linearizable in the strict sense, which the contract does not ask for. */
  linearizable: number
  violations: string[]
}

/** Rows by id, past the services. */
export type SelectVersion = (resource: Resource, id: number) => Promise<number | null>

/** For how long writers go on after the last fault. */
const CALM_MS = 1000
/** Who has not come back to the cache by then, on a busy machine as well, never does. */
const RECOVERY_TIMEOUT_MS = 30_000

/** Strikes while clients work, and leaves everything whole. */
export type Strike = (world: World, stopWriting: () => void) => Promise<Fault[]>

/**
 * Works a few objects of each service while faults strike, waits until all is quiet, and judges what the clients saw.
 */
export async function runRound({
  world,
  select,
  strike,
  objects,
  pace,
  random,
  name,
}: {
  world: World
  select: SelectVersion
  strike: Strike
  /** How many of each service. */
  objects: number
  pace: Pace
  random: Random
  /** Sets apart what this round creates. */
  name: string
}): Promise<Round> {
  const clients = createClients()
  const writing = new AbortController()
  const reading = new AbortController()
  // Each client listens while it pauses.
  for (const { signal } of [writing, reading]) setMaxListeners(0, signal)
  try {
    const registers = await createRegisters({ clients, world, objects, name })
    const working = registers.map((register) =>
      clients.work(register, pace, random.fork(register.history.key), {
        writers: writing.signal,
        readers: reading.signal,
      }),
    )
    const faults = await strike(world, () => writing.abort()).finally(() => heal(world))
    const healedAt = performance.now()
    await Promise.all(world.members.map(({ process }) => process.ready()))
    // The load goes on for a moment: what was left behind shows in the calm.
    await delay(CALM_MS)
    writing.abort()
    // What is read before the change is recorded that wrote it would seem to be nobody's.
    await Promise.all(working.map(({ written }) => written))
    const seen = judge(registers, faults)
    const settled = Math.max(healedAt + KILL_GRACE_MS, seen.settled)
    if (seen.violations.length === 0) await delay(settled - performance.now())
    const violations =
      seen.violations.length === 0 ? await checkQuiet({ clients, world, registers, select }) : []
    reading.abort()
    await Promise.all(working.map(({ read }) => read))
    const round = judge(registers, faults)
    return { ...round, violations: [...violations, ...round.violations] }
  } finally {
    writing.abort()
    reading.abort()
    await clients.close()
  }
}

async function createRegisters({
  clients,
  world,
  objects,
  name,
}: {
  clients: Clients
  world: World
  objects: number
  name: string
}): Promise<Register[]> {
  const creating = RESOURCES.flatMap((resource) => {
    const members = world.members.filter((member) => member.resource === resource)
    // Behind a gateway all have the same.
    const urls = [...new Set(members.map(({ process }) => process.url))]
    if (urls.length === 0) return []
    return Array.from({ length: objects }, (_, index) =>
      clients.create(resource, urls, `${name}-${index}-${Date.now()}`),
    )
  })
  return Promise.all(creating)
}

/** Once all is quiet, every replica uses the cache, and what it gives is what the database has. */
async function checkQuiet({
  clients,
  world,
  registers,
  select,
}: {
  clients: Clients
  world: World
  registers: Register[]
  select: SelectVersion
}): Promise<string[]> {
  const violations: string[] = []
  for (const register of registers) {
    const { resource, id, urls, history } = register
    const invokedAt = performance.now()
    const version = await select(resource, id)
    history.operations.push({
      ...{ kind: 'read', version, invokedAt, returnedAt: performance.now(), outcome: 'known' },
      source: 'database',
    })
    const cached = await world.redis.command('GET', history.key)
    if (cached !== null && resource.versionOf(JSON.parse(String(cached))) !== version)
      violations.push(`${history.key}: Redis has ${cached} once quiet, the database version ${version}`)
    for (const replica of urls.keys()) {
      const seen = await readFromCache(clients, register, replica)
      if (seen === undefined)
        violations.push(`${history.key}: replica ${replica + 1} bypasses the cache for good`)
      else if (seen !== version)
        violations.push(
          `${history.key}: replica ${replica + 1} gives version ${seen} once quiet, the database has ${version}`,
        )
    }
  }
  for (const { process } of world.members) {
    const end = await process.unexpectedEnd()
    if (end !== undefined) violations.push(end)
  }
  return violations
}

/** What a replica gives once it uses the cache; `undefined` where it does not within its time. */
async function readFromCache(
  clients: Clients,
  register: Register,
  replica: number,
): Promise<number | null | undefined> {
  const deadline = performance.now() + RECOVERY_TIMEOUT_MS
  while (performance.now() < deadline) {
    const read = await clients.read(register, replica)
    // What is gone is never cached.
    if (read !== undefined && (read.source !== 'BYPASS' || read.version === null)) return read.version
    await delay(50)
  }
  return undefined
}

function judge(registers: Register[], faults: Fault[]): Round & { settled: number } {
  const reads: Record<string, number> = {}
  const round = { operations: 0, unknown: 0, excepted: 0, linearizable: 0 }
  const violations: string[] = []
  let settled = 0
  for (const { resource, history } of registers) {
    round.operations += history.operations.length
    for (const { kind, source, outcome } of history.operations) {
      if (kind === 'read' && source !== undefined) reads[source] = (reads[source] ?? 0) + 1
      if (outcome === 'unknown') round.unknown += 1
    }
    const judged = applyExceptions(history, resource, faults)
    round.excepted += judged.excepted
    settled = Math.max(settled, judged.settled)
    if (checkLinearizability(judged.history).isLinearizable) round.linearizable += 1
    const [first, ...more] = findViolations(judged.history)
    if (first === undefined) continue
    violations.push(
      [
        `${history.key}: ${describeOperation(first.read)}: ${first.why}${more.length > 0 ? ` (and ${more.length} more)` : ''}`,
        ...surroundings(judged.history, first.read.invokedAt, faults),
      ].join('\n    '),
    )
  }
  return { ...round, settled, faults, reads, histories: registers.map(({ history }) => history), violations }
}

/** What happened around a moment: the changes, and the faults. */
function surroundings({ operations }: History, at: number, faults: Fault[]): string[] {
  const isNear = (from: number, to: number) => from < at + 200 && to > at - 2000
  return [
    ...operations
      .filter(({ kind, invokedAt, returnedAt }) => kind !== 'read' && isNear(invokedAt, returnedAt))
      .map((operation) => ({ from: operation.invokedAt, line: describeOperation(operation) })),
    ...faults
      .filter(({ from, to }) => isNear(from, to + KILL_GRACE_MS))
      .map(({ what, from, to }) => ({
        from,
        line: `${(from / 1000).toFixed(3)}–${(to / 1000).toFixed(3)} ${what}`,
      })),
  ]
    .sort((a, b) => a.from - b.from)
    .slice(-30)
    .map(({ line }) => line)
}
