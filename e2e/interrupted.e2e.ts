// A real Ctrl-C at each step of each documented scenario, through the built msctl: the platform is left as it was found. Some platforms
// side by side, of which each is disturbed by one run at a time.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, cp, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import type { ScenarioEvent } from '@msctl/scenarios'
import type { LabSheet } from '@msctl/scenarios/run-lab'
import { LABS } from '@msctl/scenarios/sheets'
import { afterAll, beforeAll, describe, test } from 'vitest'
import { type Snapshot, snapshotOf, type Visible } from '../grader/src/testing/snapshot.ts'
import { passwordFileOf } from '../platform/src/local/postgres-cluster.ts'
import { databaseUrl } from '../platform/src/local/postgres-server.ts'
import type { Change } from '../platform/src/platform.ts'

const ROOT = path.resolve(import.meta.dirname, '..')
const MAIN = path.join(ROOT, 'cli/dist/start.cjs')
const PLATFORMS = 3
/** Long enough for a busy machine to do within it all that is to be done before the trial. */
const RESET_SECONDS = 4
/** Parameters with which a sheet is quick: nothing is judged here by them. */
const QUICK: Readonly<Record<string, number>> = {
  ...{ resetSeconds: RESET_SECONDS, watchSeconds: 0.2, rounds: 2, payments: 20 },
  ...{ slowMs: 20, heldMs: 100, readers: 20 },
}
const INTERRUPTED = 130
/** On a busy machine, a step before the one that is meant may not be done in time; then the run ends there. */
const ATTEMPTS = 3
/** The gateway looks for itself, now and then. */
const SETTLED = { timeout: 20_000, interval: 100 }

interface Platform extends Visible {
  readonly home: string
  /** As it was before anything was interrupted. */
  readonly before: Snapshot
}

const environment = (home: string) => ({
  ...{ PATH: process.env.PATH, HOME: home, LANG: 'C.UTF-8', MSCTL_HOME: home, MSCTL_DRIVER: 'local' },
  ...{ BREAKER_RESET_SECONDS: String(RESET_SECONDS), CACHE_TTL_SECONDS: '3600' },
})

/** A process group of its own, as a shell gives to each command: Ctrl-C is for all of it. */
const start = (home: string, ...args: string[]): ChildProcess =>
  spawn(process.execPath, [MAIN, ...args], {
    ...{ env: environment(home), cwd: '/', detached: true, stdio: ['ignore', 'pipe', 'pipe'] },
  })

interface Ended {
  readonly code: number | null
  readonly lines: readonly string[]
  readonly err: string
}

async function ended(child: ChildProcess, onLine: (line: string) => void = () => undefined): Promise<Ended> {
  const { stdout, stderr } = child
  if (stdout === null || stderr === null) throw new Error('Its output goes elsewhere')
  const lines: string[] = []
  let err = ''
  stderr.on('data', (data) => (err += data))
  createInterface(stdout).on('line', (line) => {
    lines.push(line)
    onLine(line)
  })
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, lines, err }
}

async function startPlatform(): Promise<Platform> {
  const home = await mkdtemp(path.join(tmpdir(), 'msctl-interrupted-'))
  homes.push(home)
  await chmod(home, 0o711) // as root, the servers run as somebody who has to pass through
  const redis = path.join('cache', 'redis')
  // So that none is downloaded where the clone has one; nothing in the copy may lead back into the clone.
  await cp(path.join(ROOT, '.msctl', redis), path.join(home, redis), {
    ...{ recursive: true, verbatimSymlinks: true },
  }).catch(() => undefined)
  const { code, lines, err } = await ended(start(home, 'up', '--port', '0', '--json'))
  if (code !== 0) throw new Error(`No platform: ${err}`)
  const { status } = JSON.parse(lines.join('\n')) as Change
  const port = (name: string) => status.parts.find((part) => part.name === name)?.port ?? 0
  const password = (await readFile(passwordFileOf(path.join(home, 'data')), 'utf8')).trim()
  const visible: Visible = {
    url: status.url ?? '',
    redisUrl: `redis://127.0.0.1:${port('cache')}`,
    databaseUrls: {
      users: databaseUrl('users', port('db'), password),
      orders: databaseUrl('orders', port('db'), password),
      payments: databaseUrl('payments', port('db'), password),
    },
  }
  await populate(visible.url)
  return { ...visible, home, before: await snapshotOf(visible) }
}

/** Somebody else's rows and keys, of which nothing may be lost. */
async function populate(url: string): Promise<void> {
  const ask = async (at: string, body?: object) => {
    const sent = {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'Content-Type': 'application/json' },
    }
    const { ok, status } = await fetch(url + at, body && sent)
    if (!ok) throw new Error(`${at}: ${status}`)
  }
  await ask('/users', { email: 'ann@example.com', name: 'Ann' })
  await ask('/orders', { userId: 1, product: 'Laptop', quantity: 1 })
  await ask('/payments', { order_id: 1, amount: 999.99 })
  for (const at of ['/users/1', '/orders/1', '/payments/1']) await ask(at)
}

/** When a run is interrupted: at the beginning of a step, or when a fault has been asked for in it. */
interface Moment {
  readonly sheet: LabSheet
  readonly phase: 'steady-state' | 'steps'
  readonly index: number
  readonly at: 'its beginning' | 'its fault'
}

/** Steps that stop, start or restart parts: there is somebody else's work to be interrupted, too. */
const FAULTS: Readonly<Record<string, readonly number[]>> = {
  'circuit-breaker': [2, 6],
  persistence: [3],
  failover: [2, 6],
}

const momentsOf = (sheet: LabSheet): Moment[] => [
  ...sheet.steadyState.map(
    (_, at) => ({ sheet, phase: 'steady-state', index: at + 1, at: 'its beginning' }) as const,
  ),
  ...sheet.steps.map((_, at) => ({ sheet, phase: 'steps', index: at + 1, at: 'its beginning' }) as const),
  ...(FAULTS[sheet.name] ?? []).map((index) => ({ sheet, phase: 'steps', index, at: 'its fault' }) as const),
]

/** Runs a scenario up to a moment, and presses Ctrl-C there. @returns whether it came to that, and how it ended. */
async function interrupt({ home }: Platform, { sheet, phase, index, at }: Moment) {
  const known = Object.entries(QUICK).filter(([name]) => name in (sheet.parameters ?? {}))
  const settings = known.flatMap(([name, value]) => ['--set', `${name}=${value}`])
  const child = start(home, 'scenario', sheet.name, '--fast', '--json', ...settings)
  let isThere = false
  let isPressed = false
  const { code, lines, err } = await ended(child, (line) => {
    const event = JSON.parse(line) as ScenarioEvent
    isThere ||= event.type === 'step' && event.phase === phase && event.index === index
    const isNow = isThere && (at === 'its beginning' || event.type === 'fault')
    if (!isNow || isPressed || child.pid === undefined) return
    isPressed = true
    if (at === 'its beginning') child.kill('SIGINT')
    else process.kill(-child.pid, 'SIGINT')
  })
  const events = lines.map((line) => JSON.parse(line) as ScenarioEvent)
  const failures = events.filter(({ type }) => type === 'failure')
  return { isPressed, ended: { code, err, failures, last: events.at(-1)?.type } }
}

const homes: string[] = []
const free: Platform[] = []
const waiting: ((platform: Platform) => void)[] = []
const giveBack = (platform: Platform) => {
  const next = waiting.shift()
  if (next === undefined) free.push(platform)
  else next(platform)
}
const take = async () => free.pop() ?? new Promise<Platform>((resolve) => waiting.push(resolve))

describe('interrupted', { concurrent: true }, () => {
  beforeAll(async () => {
    for (const platform of await Promise.all(Array.from({ length: PLATFORMS }, startPlatform)))
      giveBack(platform)
  })
  afterAll(async () => {
    await Promise.all(homes.map((home) => ended(start(home, 'down', '--volumes'))))
    await Promise.all(homes.map((home) => rm(home, { recursive: true, force: true })))
  })

  const moments = LABS.flatMap(momentsOf).map(
    (moment) => [moment.sheet.name, moment.phase, moment.index, moment.at, moment] as const,
  )
  test.for(moments)('%s, %s %d, at %s', async ([, , , , moment], { expect }) => {
    const platform = await take()
    try {
      let seen = await interrupt(platform, moment)
      for (let attempt = 1; attempt < ATTEMPTS && !seen.isPressed; attempt++)
        seen = await interrupt(platform, moment)
      expect(seen).toMatchObject({
        isPressed: true,
        ended: { code: INTERRUPTED, failures: [], last: 'end' },
      })
      await expect
        .poll(async () => {
          const { cached, ...rest } = await snapshotOf(platform)
          // A cache that was restarted has lost what was in it.
          return { ...rest, added: cached.filter((key) => !platform.before.cached.includes(key)) }
        }, SETTLED)
        .toEqual({ parts: platform.before.parts, stored: platform.before.stored, added: [] })
    } finally {
      giveBack(platform)
    }
  })
})
