// Each failed check comes with a script that shows the failure. Here every one is run by itself, as somebody would who objects: on a
// platform with a fault, which it has to show, and on one without, where there is nothing to be seen.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { SERVICES } from '@msctl/sdk/contract'
import { afterAll, beforeAll, describe, test } from 'vitest'
import { EXPERIMENTS } from '../grader/src/checks/index.ts'
import { runGrading } from '../grader/src/run/run-grading.ts'
import {
  createDatabasePool,
  type DatabasePool,
  FAULTS,
  startFaultyPlatform,
} from '../grader/src/self-test/index.ts'
import { controlProgram } from '../grader/src/target/control-program.ts'
import { startPostgres, startRedis } from '../platform/src/local/throwaway.ts'

const root = path.resolve(import.meta.dirname, '..')
/** Long enough for what a script has to do within one, on a busy machine. */
const RESET_SECONDS = 6
/** A script asks as often as chance demands, or waits for two resets. */
const SCRIPT_MS = 120_000

/** Faults that one platform has, and the checks that are to fail with them. */
interface Trial {
  readonly faults: readonly string[]
  readonly checks: readonly string[]
}

/** No fault fails these by themselves. They are made as those of the other two services are, and so are their scripts. */
const UNBROKEN = ['correctness.payments.create', 'caching.payments.key']

/** For each check that a fault is caught by: that fault, the one it is meant for if there is one. By fault. */
function choose(): readonly Trial[] {
  const faults = FAULTS.filter(({ kind }) => kind === 'fault')
  const known = EXPERIMENTS.flatMap(({ sheet }) => Object.keys(sheet.expectations))
  const chosen = new Map<string, string[]>()
  for (const check of known) {
    const fault =
      faults.find(({ caughtBy }) => caughtBy?.[0] === check) ??
      faults.findLast(({ caughtBy }) => caughtBy?.includes(check))
    if (fault !== undefined && !UNBROKEN.includes(check))
      chosen.set(fault.name, [...(chosen.get(fault.name) ?? []), check])
  }
  return [...chosen].map(([fault, checks]) => ({ faults: [fault], checks }))
}

/** Faults and checks of one service alone do not meet those of another: they share a platform. */
function together(trials: readonly Trial[]): readonly Trial[] {
  const serviceOf = ({ faults, checks }: Trial) => {
    const parts = FAULTS.filter(({ name }) => faults.includes(name)).flatMap((sheet) =>
      Object.keys(sheet.switches),
    )
    return SERVICES.find(
      (service) => parts.join() === service && checks.every((check) => check.split('.')[1] === service),
    )
  }
  const rows = SERVICES.map((service) => trials.filter((trial) => serviceOf(trial) === service))
  const longest = Math.max(...rows.map((row) => row.length))
  return [
    // What takes longest begins first: circuits, and what is tried again and again.
    ...trials.filter((trial) => serviceOf(trial) === undefined).toReversed(),
    ...Array.from({ length: longest }, (_, index) => {
      const met = rows.flatMap((row) => row[index] ?? [])
      return { faults: met.flatMap(({ faults }) => faults), checks: met.flatMap(({ checks }) => checks) }
    }),
  ]
}

let dir: string
let postgres: Awaited<ReturnType<typeof startPostgres>>
let databases: DatabasePool
let started = 0
/** A platform as it is, for all scripts that leave it in peace. */
let undisturbed: ReturnType<typeof startTarget>
const cleanUps: (() => Promise<void>)[] = []

beforeAll(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'repro-e2e-'))
  await chmod(dir, 0o711)
  postgres = await startPostgres({ dir: path.join(dir, 'postgres') })
  databases = createDatabasePool(postgres.url)
  undisturbed = startTarget([], (cleanUp) => void cleanUps.push(cleanUp))
  await undisturbed
})

afterAll(async () => {
  for (const cleanUp of cleanUps) await cleanUp()
  await databases.close()
  await postgres.stop()
  await rm(dir, { recursive: true })
})

type Target = Awaited<ReturnType<typeof startTarget>>

/** A platform, and what a grader would have in hand for it. */
async function startTarget(faults: readonly string[], onEnd: (cleanUp: () => Promise<void>) => void) {
  const number = started++
  const platform = await startFaultyPlatform({
    ...{ faults, databases, postgresUrl: postgres.url, resetSeconds: RESET_SECONDS },
    startRedis: () =>
      startRedis({
        dir: path.join(dir, `redis-${number}-${started++}`),
        cacheDir: path.join(root, '.msctl', 'cache'),
        env: process.env,
      }),
  })
  onEnd(platform.close)
  const { control, databaseUrls } = platform
  const server = createServer(async (request, response) => {
    const [, work, part] = (request.url ?? '').split('/')
    if (work === 'restart') await control.restart()
    else await control[work as 'stop' | 'start'](part as 'users')
    response.end()
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  onEnd(async () => void server.close())
  const program = path.join(dir, `ctl-${number}`)
  const { port } = server.address() as AddressInfo
  await writeFile(program, `#!/bin/sh\nexec curl -fsS "http://127.0.0.1:${port}/$1/$2"\n`)
  await chmod(program, 0o755)
  const env = {
    ...{ PATH: process.env.PATH, LANG: 'C.UTF-8' },
    ...{ URL: platform.url, CONTROL: program, REDIS_URL: platform.redisUrl },
    ...{ DB_USERS: databaseUrls.users, DB_ORDERS: databaseUrls.orders, DB_PAYMENTS: databaseUrls.payments },
  }
  return {
    grade: (checks: readonly string[]) =>
      runGrading({
        target: {
          ...{ kind: 'url', url: platform.url, redis: platform.redisUrl, databases: databaseUrls },
          ...{ control: controlProgram({ program, env: process.env }), isOurs: true, isDisposable: true },
        },
        ...{ experiments: EXPERIMENTS, only: checks, seed: 5, resetSeconds: RESET_SECONDS },
        ...{ version: '0.0.0', signal: new AbortController().signal },
      }),
    /** As somebody finds it who has just started it, and asks for something first. */
    renew: async () => {
      await control.restart()
      const bodies = [
        ['/users', { email: `first${started++}@example.com`, name: 'Ann' }],
        ['/orders', { userId: 1, product: 'Lamp' }],
        ['/payments', { order_id: 1, amount: 1 }],
      ] as const
      for (const [to, body] of bodies) {
        const headers = { 'content-type': 'application/json' }
        await fetch(platform.url + to, { method: 'POST', headers, body: JSON.stringify(body) })
      }
    },
    /** Runs a script as somebody would who got it. */
    run: async (script: string): Promise<{ code: number | null; output: string }> => {
      const file = path.join(dir, `repro-${started++}`)
      await writeFile(file, script)
      const child = spawn('bash', [file], { env, stdio: ['ignore', 'pipe', 'pipe'], timeout: SCRIPT_MS })
      let output = ''
      for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (output += data))
      const [code] = (await once(child, 'close')) as [number | null]
      return { code, output }
    },
  }
}

const named = (trial: Trial) => [`${trial.checks.join(', ')}: ${trial.faults.join(', ')}`, trial] as const

/** Whether a script needs a platform for itself: it stops something, or counts who waits. */
const isDisturbing = (script: string) => /^(control|hold) /m.test(script)

/** How often a script may be run: on a busy machine one comes too late to tell, or something else than the fault is in its way. */
const ATTEMPTS = 3

/** Runs a script until it ends as it should. */
async function attempt(
  target: Target,
  script: string,
  wanted: number,
  left = ATTEMPTS,
): ReturnType<Target['run']> {
  if (isDisturbing(script)) await target.renew()
  const seen = await target.run(script)
  return seen.code === wanted || left === 1 ? seen : attempt(target, script, wanted, left - 1)
}

describe.concurrent('a script shows, where it is, and only there,', () => {
  test.for(together(choose()).map(named))(
    '%s',
    async ([, { faults, checks }], { expect, onTestFinished: onEnd }) => {
      const faulty = await startTarget(faults, onEnd)
      const report = await faulty.grade(checks)
      const scripts = checks.map((check) => {
        const judged = [...report.checks, ...report.advice].find(({ id }) => id === check)
        expect(judged?.repro, `${check} is ${judged?.status}: ${judged?.cause?.actual}`).toBeDefined()
        return judged?.repro ?? ''
      })
      const right = scripts.some(isDisturbing) ? await startTarget([], onEnd) : await undisturbed
      const look = async (script: string) => {
        const seen = await Promise.all([attempt(faulty, script, 1), attempt(right, script, 0)])
        const story = [script, ...seen.map(({ code, output }) => `${output}\n→ ${code}`)].join('\n---\n')
        expect(
          seen.map(({ code }) => code),
          story,
        ).toEqual([1, 0])
      }
      if (!scripts.some(isDisturbing)) await Promise.all(scripts.map(look))
      else for (const script of scripts) await look(script)
    },
  )
})
