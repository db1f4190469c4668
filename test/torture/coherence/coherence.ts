import path from 'node:path'
import { build, type Plugin } from 'esbuild'
import { PROGRAMS } from '../platform/programs.ts'
import { type Postgres, type Redis, startPostgres, startRedis } from '../platform/stores.ts'
import type { Random } from '../random.ts'
import { scope } from '../scope.ts'
import type { Findings, OnEnd, Torture } from '../torture.ts'
import { cutOff, killMost, type Lane, strikeLanes } from './faults.ts'
import { RESOURCES, versionOfRow } from './resources.ts'
import { type Round, runRound, type SelectVersion, type Strike } from './round.ts'
import type { Pace } from './workload.ts'
import { type Entries, startWorld } from './world.ts'

/** What is struck in a round: one thing, or several at once. */
const LANES: readonly (readonly Lane[])[] = [
  ['links'],
  ['processes'],
  ['redis'],
  ['redis', 'links'],
  ['links', 'processes'],
  ['redis', 'processes'],
  ['redis', 'links', 'processes'],
]

export const PACE: Pace = { writers: 2, readers: 4, writerPauseMs: 60, readerPauseMs: 40, deletions: 0.002 }
/** Many changes under way at any moment, for a kill to cut off. */
const KILL_PACE: Pace = { writers: 3, readers: 2, writerPauseMs: 5, readerPauseMs: 20, deletions: 0 }
/** Misses are rare with one object that is always cached, so it is changed often, and read more often. */
const CONTROL_PACE: Pace = { ...PACE, readers: 12, writerPauseMs: 30, readerPauseMs: 10 }

export const coherence: Torture = {
  name: 'coherence',
  promise: 'Once a change has been answered, no read through any replica gives what was there before.',
  run: async ({ random, dir, onEnd, say }) => {
    const stores = await startStores(dir, onEnd)
    const torture = (what: string, replicas: number, rounds: number, load: Load) =>
      tortureReplicas({
        ...{ stores, entries: PROGRAMS, replicas, dir, ...load },
        random: random.fork(what),
        onRound: (round, index) => {
          say(`${what}, round ${index + 1}: ${describe(round)}`)
          return index + 1 < rounds
        },
      })
    const findings = summarize([
      ...(await torture('one of each', 1, 3, { objects: 2, pace: PACE, strikeIn: byLanes(8000) })),
      ...(await torture('three of each', 3, 10, { objects: 2, pace: PACE, strikeIn: byLanes(8000) })),
      ...(await torture('cut off', 3, 4, { objects: 2, pace: PACE, strikeIn: byCuts })),
      ...(await torture('kills', 3, 17, { objects: 4, pace: KILL_PACE, strikeIn: byKills })),
    ])
    for (const control of CONTROLS) {
      const foundAfterMs = await findControl({ stores, control, random, dir })
      const outcome =
        foundAfterMs === undefined ? 'not found' : `found after ${(foundAfterMs / 1000).toFixed(1)} s`
      say(`${control.name}: ${outcome}`)
      findings.figures[`control: ${control.name}`] = outcome
      if (foundAfterMs === undefined)
        findings.violations.push(`${control.name} was not found out within a minute`)
    }
    return findings
  },
}

/** A PostgreSQL and a Redis for a torture. */
export interface Stores {
  redis: Redis
  databaseUrlOf: Postgres['urlOf']
  select: SelectVersion
}

async function startStores(dir: string, onEnd: OnEnd): Promise<Stores> {
  const [postgres, redis] = await Promise.all([
    startPostgres({
      dir: path.join(dir, 'postgres'),
      databases: RESOURCES.map(({ database }) => database),
      onEnd,
    }),
    startRedis({ dir: path.join(dir, 'redis'), onEnd }),
  ])
  return {
    redis,
    databaseUrlOf: postgres.urlOf,
    select: async ({ database, select }, id) =>
      versionOfRow((await postgres.query<{ value: string }>(database, select, [id]))[0]),
  }
}

/** How hard the clients work, and what strikes meanwhile. */
interface Load {
  /** How many of each service. */
  objects: number
  pace: Pace
  strikeIn: (round: number, random: Random) => Strike
}

/** Each round strikes other things, and each kind of thing comes first once. */
const byLanes =
  (durationMs: number): Load['strikeIn'] =>
  (round, random) =>
  (world) =>
    strikeLanes({ world, lanes: LANES[round % LANES.length] as readonly Lane[], durationMs, random })

const byKills: Load['strikeIn'] = (_round, random) => (world, stopWriting) =>
  killMost({ world, random, stopWriting })

const byCuts: Load['strikeIn'] = (_round, random) => (world) => cutOff({ world, random })

/** A cache that breaks the promise. */
interface Control {
  name: string
  /** Its program in `controls`; or what takes the place of a module of the users service. */
  file: string
  /** That module, in services/kit/src. */
  replaces?: string
  load: Load
}

const BY_LANES: Load = { objects: 2, pace: CONTROL_PACE, strikeIn: byLanes(4000) }
export const TEXTBOOK: Control = { name: 'the textbook cache-aside', file: 'textbook.ts', load: BY_LANES }
/** Each has to be found out within a minute. */
const CONTROLS: readonly Control[] = [
  TEXTBOOK,
  { name: 'lease and journal', file: 'lease-and-journal.ts', load: BY_LANES },
  {
    name: 'Redis told after the commit only',
    file: 'told-after.ts',
    replaces: 'cache-store.ts',
    load: { objects: 4, pace: KILL_PACE, strikeIn: byKills },
  },
  {
    name: 'trust without an end',
    file: 'endless-trust.ts',
    replaces: 'cache-trust.ts',
    load: { ...BY_LANES, strikeIn: byCuts },
  },
]
const CONTROL_TIMEOUT_MS = 60_000

/** Runs rounds on replicas of their own until `onRound` says that it is enough. */
async function tortureReplicas({
  stores,
  entries,
  replicas,
  objects,
  pace,
  strikeIn,
  random,
  dir,
  onRound,
}: Load & {
  stores: Stores
  entries: Entries
  replicas: number
  random: Random
  dir: string
  /** @returns whether there is to be one more. */
  onRound: (round: Round, index: number) => boolean
}): Promise<Round[]> {
  return scope(async (onEnd) => {
    const world = await startWorld({ ...stores, entries, replicas, random, dir, onEnd })
    const rounds: Round[] = []
    for (let index = 0; ; index++) {
      const chance = random.fork(index)
      const round = await runRound({
        ...{ world, select: stores.select, objects, pace, random: chance },
        strike: strikeIn(index, chance),
        name: `round-${index}`,
      })
      rounds.push(round)
      if (!onRound(round, index)) return rounds
    }
  })
}

/** Tortures a cache that breaks the promise. @returns how long it took to find that out, if it was. */
export async function findControl({
  stores,
  control,
  random,
  dir,
}: {
  stores: Stores
  control: Control
  random: Random
  dir: string
}): Promise<number | undefined> {
  const startedAt = performance.now()
  const entry = await buildControl(control, dir)
  const isLate = () => performance.now() - startedAt > CONTROL_TIMEOUT_MS
  const rounds = await tortureReplicas({
    ...{ stores, replicas: 2, dir, ...control.load },
    entries: { users: entry },
    random: random.fork(control.file),
    onRound: ({ violations }) => violations.length === 0 && !isLate(),
  })
  return rounds.some(({ violations }) => violations.length > 0) ? performance.now() - startedAt : undefined
}

const ROOT = path.join(import.meta.dirname, '../../..')

/** @returns the program. */
async function buildControl({ file, replaces }: Control, dir: string): Promise<string> {
  const control = path.join(import.meta.dirname, 'controls', file)
  const outfile = path.join(dir, file.replace('.ts', '.mjs'))
  const replacement: Plugin = {
    name: 'replacement',
    setup: ({ onResolve }) =>
      // What takes the place of a module may use it.
      onResolve({ filter: /\.ts$/ }, ({ path: wanted, importer }) =>
        path.basename(wanted) === replaces && importer !== control ? { path: control } : undefined,
      ),
  }
  await build({
    entryPoints: [replaces === undefined ? control : path.join(ROOT, 'services/users/src/main.ts')],
    ...{ outfile, bundle: true, platform: 'node', target: 'node20', format: 'esm', external: ['pg-native'] },
    conditions: ['@msctl/source'],
    plugins: [replacement],
    // What it bundles asks for Node's own modules.
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url)",
    },
  })
  return outfile
}

function describe({ operations, faults, violations }: Round): string {
  const struck = faults.map(({ what }) => what).join('; ')
  // At once, since what a run has found is lost when it is interrupted.
  const found = violations.map((violation) => `\n  BROKEN: ${violation}`).join('')
  return `${operations} operations, ${faults.length} faults (${struck}), ${violations.length} violations${found}`
}

/** All rounds together. */
function summarize(rounds: readonly Round[]): Findings {
  const sum = (count: (round: Round) => number) => rounds.reduce((total, round) => total + count(round), 0)
  const reads = (source: string) => sum((round) => round.reads[source] ?? 0)
  return {
    figures: {
      rounds: rounds.length,
      faults: sum(({ faults }) => faults.length),
      operations: sum(({ operations }) => operations),
      histories: sum(({ histories }) => histories.length),
      'reads HIT / MISS / BYPASS': `${reads('HIT')} / ${reads('MISS')} / ${reads('BYPASS')}`,
      'changes without an answer': sum(({ unknown }) => unknown),
      'reads excepted by the double fault': sum(({ excepted }) => excepted),
      'histories linearizable in the strict sense': sum(({ linearizable }) => linearizable),
    },
    violations: rounds.flatMap(({ violations }) => violations),
  }
}
