import { setTimeout as delay } from 'node:timers/promises'
import type { Direction, Link, LinkFault } from '../platform/link.ts'
import type { Random } from '../random.ts'
import type { Member, World } from './world.ts'

/** What is wrong for a while, and with what. */
export interface Fault {
  what: string
  /** Whose link or process is struck; `undefined` for the Redis server that all share. */
  member?: Member
  /** What kind of thing it is, as far as it matters to what is promised meanwhile. */
  strikes: 'redis' | 'database' | 'killed' | 'paused'
  from: number
  /** Infinity while it lasts. */
  to: number
}

/** One kind of fault: how it begins, and how it is undone. */
interface FaultKind {
  what: string
  strikes: Fault['strikes']
  member?: Member
  begin(): Promise<void> | void
  end(): Promise<void> | void
}

/** Everything that can be done to Redis itself. */
function redisFaults({ redis }: World): FaultKind[] {
  const command = async (...words: string[]) => {
    await redis.command(...words)
  }
  const full = async (maxmemory: string, policy: string) => {
    await command('CONFIG', 'SET', 'maxmemory-policy', policy)
    await command('CONFIG', 'SET', 'maxmemory', maxmemory)
  }
  const kinds: Omit<FaultKind, 'strikes'>[] = [
    { what: 'Redis is killed, and comes back empty', begin: redis.kill, end: redis.start },
    { what: 'Redis is paused (SIGSTOP)', begin: redis.pause, end: redis.resume },
    {
      what: 'Redis is read-only (a replica of nobody who answers)',
      begin: () => command('REPLICAOF', '127.0.0.1', '1'),
      end: () => command('REPLICAOF', 'NO', 'ONE'),
    },
    {
      what: 'Redis refuses writes (min-replicas-to-write)',
      begin: () => command('CONFIG', 'SET', 'min-replicas-to-write', '1'),
      end: () => command('CONFIG', 'SET', 'min-replicas-to-write', '0'),
    },
    {
      what: 'Redis refuses writes (MISCONF: it cannot write its snapshot)',
      begin: async () => {
        // Its folder is one that it may not write to.
        await command('CONFIG', 'SET', 'save', '3600 1')
        await command('BGSAVE')
      },
      end: () => command('CONFIG', 'SET', 'save', ''),
    },
    {
      what: 'Redis is out of memory',
      begin: () => full('1', 'noeviction'),
      end: () => full('64mb', 'allkeys-lru'),
    },
    { what: 'Redis forgets everything (FLUSHALL)', begin: () => command('FLUSHALL'), end: () => undefined },
  ]
  return kinds.map((kind) => ({ ...kind, strikes: 'redis' }))
}

function linksOf({ name, links }: Member): { redis: Link; database: Link } {
  if (links === undefined) throw new Error(`There is nothing between ${name} and its stores`)
  return links
}

/** Everything that can be done to the way between a replica and one of its stores. */
function linkFaults(member: Member, random: Random): FaultKind[] {
  const direction: Direction = random.pick(['requests', 'answers', 'both'])
  const faults: LinkFault[] = [
    { kind: 'delay', maxMs: random.pick([10, 60, 150, 500]) },
    { kind: 'stall', direction },
    { kind: 'drop', direction },
    { kind: 'reset' },
    { kind: 'flaky', pieces: random.integer(2, 30) },
  ]
  const links = linksOf(member)
  const stores = [
    { name: 'Redis', link: links.redis, strikes: 'redis' },
    { name: 'PostgreSQL', link: links.database, strikes: 'database' },
  ] as const
  return stores.flatMap(({ name, link, strikes }) =>
    faults.map((fault) => ({
      what: `${member.name} to ${name}: ${describeLinkFault(fault)}`,
      strikes,
      member,
      begin: () => link.strike(fault),
      end: () => link.strike(undefined),
    })),
  )
}

function describeLinkFault(fault: LinkFault): string {
  switch (fault.kind) {
    case 'delay':
      return `late by up to ${fault.maxMs} ms`
    case 'stall':
      return `${fault.direction === 'both' ? 'everything' : fault.direction} held back`
    case 'drop':
      return `${fault.direction === 'both' ? 'everything' : fault.direction} lost`
    case 'reset':
      return 'reset'
    case 'flaky':
      return `reset after about ${fault.pieces} pieces`
  }
}

/** What can be done to a process. */
function processFaults(member: Member): FaultKind[] {
  const { process } = member
  return [
    {
      what: `${member.name} is killed`,
      strikes: 'killed',
      member,
      begin: process.kill,
      end: process.start,
    },
    {
      what: `${member.name} is paused (SIGSTOP)`,
      strikes: 'paused',
      member,
      begin: process.pause,
      end: process.resume,
    },
  ]
}

/** Shorter and longer than what a replica waits for: a look-up, a connection, a statement, a marker. */
const DURATIONS_MS = [50, 300, 300, 1000, 1000, 2500, 6000]

/** Which things are struck at the same time, each by a sequence of faults of its own. */
export type Lane = 'redis' | 'links' | 'processes'

/**
 * Strikes by chance for a while, and leaves everything whole.
 *
 * @param options.lanes what is struck; several at once make double faults.
 * @returns what was done when, in milliseconds of `performance.now()`.
 */
export async function strikeLanes({
  world,
  lanes,
  durationMs,
  random,
}: {
  world: World
  lanes: readonly Lane[]
  durationMs: number
  random: Random
}): Promise<Fault[]> {
  const endsAt = performance.now() + durationMs
  const done: Fault[] = []

  async function runLane(lane: Lane, chance: Random): Promise<void> {
    await delay(chance.between(100, 1000))
    while (performance.now() < endsAt) {
      const { begin, end, ...kind } = choose(lane, chance)
      const fault: Fault = { ...kind, from: performance.now(), to: Infinity }
      done.push(fault)
      await begin()
      await delay(Math.min(chance.pick(DURATIONS_MS), Math.max(0, endsAt - performance.now())))
      await end()
      fault.to = performance.now()
      await delay(chance.between(100, 1000))
    }
  }

  function choose(lane: Lane, chance: Random): FaultKind {
    if (lane === 'redis') return chance.pick(redisFaults(world))
    const member = chance.pick(world.members)
    return chance.pick(lane === 'links' ? linkFaults(member, chance) : processFaults(member))
  }

  await Promise.all(lanes.map((lane) => runLane(lane, random.fork(lane))))
  return done
}

/** By how much answers are late, so that a kill is likely to come between a commit and what Redis is told of it. */
const LATE_MS = 30

/**
 * Kills all replicas but one of each service while they work, within a moment, and starts them again. Nobody writes from
 * the last kill on, so that nothing hides what a change has left behind that was cut off.
 */
export async function killMost({
  world,
  random,
  stopWriting,
}: {
  world: World
  random: Random
  stopWriting: () => void
}): Promise<Fault[]> {
  await delay(random.between(300, 600))
  const survivor = random.integer(0, Math.max(...world.members.map(({ index }) => index)))
  const victims = world.members.filter(({ index }) => index !== survivor)
  for (const victim of victims) linksOf(victim).database.strike({ kind: 'delay', maxMs: LATE_MS })
  const kills = victims.map(async (member): Promise<Fault> => {
    await delay(random.between(0, 150))
    const from = performance.now()
    await member.process.kill()
    const what = `${member.name}, with PostgreSQL late by up to ${LATE_MS} ms, is killed`
    return { what, strikes: 'killed', member, from, to: Infinity }
  })
  const faults = await Promise.all(kills)
  stopWriting()
  await Promise.all(victims.map(({ process }) => process.start()))
  for (const fault of faults) fault.to = performance.now()
  return faults
}

/** From when a replica can write without Redis until all others have to know of it takes a good second. */
const CUT_MS = 3000

/** Cuts two replicas off from Redis, one after the other, each for longer than the others may go on trusting the cache. */
export async function cutOff({ world, random }: { world: World; random: Random }): Promise<Fault[]> {
  const done: Fault[] = []
  for (const member of random.shuffle(world.members).slice(0, 2)) {
    const cut = random.pick<LinkFault>([
      { kind: 'drop', direction: random.pick(['requests', 'answers', 'both']) },
      { kind: 'stall', direction: random.pick(['requests', 'both']) },
      { kind: 'reset' },
    ])
    const what = `${member.name} to Redis: ${describeLinkFault(cut)}`
    const fault: Fault = { what, strikes: 'redis', member, from: performance.now(), to: Infinity }
    done.push(fault)
    const { redis } = linksOf(member)
    redis.strike(cut)
    await delay(CUT_MS)
    redis.strike(undefined)
    fault.to = performance.now()
    await delay(random.between(300, 1000))
  }
  return done
}
