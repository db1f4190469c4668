// `msctl verify` by itself: a platform is started, graded and removed, whether it comes to its end or is interrupted.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { makeHome } from '../cli/src/testing/msctl.ts'
import { Report } from '../grader/src/run/report.ts'

const root = path.resolve(import.meta.dirname, '..')

let dir: string
let home: string
let env: NodeJS.ProcessEnv

beforeEach(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'verify-e2e-'))
  // As root, the servers run as somebody who has to pass through; else their data, and so their command lines, are elsewhere.
  await chmod(dir, 0o711)
  home = await makeHome()
  const temporary = path.join(dir, 'tmp')
  await mkdir(temporary, { mode: 0o711 })
  env = {
    ...{ PATH: process.env.PATH, HOME: dir, LANG: 'C.UTF-8', TMPDIR: temporary },
    // Not that of the clone: a platform may run there, and would be graded instead.
    MSCTL_HOME: home,
  }
})
afterEach(async () => {
  await rm(dir, { recursive: true, force: true })
  await rm(home, { recursive: true, force: true })
})

interface Process {
  readonly pid: number
  readonly parent: number
  readonly command: string
}

/** All processes but those that end while they are looked at. */
async function processes(): Promise<Process[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const read = (pid: string, name: string) => readFile(`/proc/${pid}/${name}`, 'utf8').catch(() => '')
  return Promise.all(
    pids.map(async (pid) => ({
      ...{ pid: Number(pid), command: await read(pid, 'cmdline') },
      parent: Number(/^PPid:\s*(\d+)/m.exec(await read(pid, 'status'))?.[1]),
    })),
  )
}

/** Those whose command line names the folder of this test. */
const processesHere = async () => (await processes()).filter(({ command }) => command.includes(dir))

/** Has the PostgreSQL of this test stand still, again and again, until told to end that or PostgreSQL has ended. @returns how often. */
async function holdUpDatabases(signal: AbortSignal): Promise<number> {
  let times = 0
  for (; !signal.aborted; times++) {
    const all = await processes()
    const server = all.find(({ command }) => command.includes(dir) && /\bpostgres\0/.test(command))
    if (server === undefined) break
    const pids = all.flatMap(({ pid, parent }) => ([pid, parent].includes(server.pid) ? [pid] : []))
    const tell = (name: NodeJS.Signals) => {
      for (const pid of pids) if (existsSync(`/proc/${pid}`)) process.kill(pid, name)
    }
    tell('SIGSTOP')
    // Longer than the gateway waits for a service, and most of the time.
    await delay(4_000)
    tell('SIGCONT')
    await delay(1_000, undefined, { signal }).catch(() => undefined)
  }
  return times
}

async function verify(
  args: readonly string[],
  at?: RegExp,
  then = (child: ChildProcess) => void child.kill('SIGINT'),
) {
  const file = path.join(dir, 'report.json')
  const child = spawn(path.join(root, 'msctl'), ['verify', '--report', `json=${file}`, ...args], {
    env,
    cwd: dir,
  })
  let [out, err] = ['', '']
  child.stdout.on('data', (data) => (out += data))
  child.stderr.on('data', (data) => {
    err += data
    if (at?.test(err)) {
      at = undefined
      then(child)
    }
  })
  const [code] = (await once(child, 'close')) as [number | null]
  const report = Report.parse(JSON.parse(await readFile(file, 'utf8')))
  return { code, out, err, report }
}

test('a throw-away platform gets every point that can be assessed, and is gone afterwards', async () => {
  const { code, out, report } = await verify([])
  expect(report.checks.filter(({ status }) => status === 'fail' || status === 'error')).toEqual([])
  expect(report.run.target.kind).toBe('throw-away')
  expect([code, report.passed, report.score, report.assessable]).toEqual([0, true, 75, 75])
  expect(out).toContain('75 of 75 assessable points (of 100), 100 %')
  expect(await readdir(path.join(dir, 'tmp'))).toEqual([])
  expect(await processesHere()).toEqual([])
})

test('Ctrl-C in the middle leaves a partial report and nothing else', async () => {
  const { code, err, report } = await verify([], /persistence/)
  expect(code, err).toBe(130)
  expect(report.run.complete).toBe(false)
  expect(report.passed).toBe(false)
  expect(report.checks.filter(({ status }) => status === 'fail' || status === 'error')).toEqual([])
  expect(new Set(report.checks.map(({ status }) => status))).toEqual(new Set(['pass', 'not-assessed']))
  expect(await readdir(path.join(dir, 'tmp'))).toEqual([])
  expect(await processesHere()).toEqual([])
})

test('databases that stand still again and again cost no point', async () => {
  const ended = new AbortController()
  let holdingUp: Promise<number> | undefined
  const { code, err, report } = await verify(['--only', 'correctness.users,payments'], /correctness/, () => {
    holdingUp = holdUpDatabases(ended.signal)
  })
  ended.abort()
  expect(await holdingUp).toBeGreaterThan(0)
  expect(report.checks.filter(({ status }) => status === 'fail')).toEqual([])
  expect(err).toMatch(/tried again|held up/)
  expect([0, 4]).toContain(code)
})

test('in Russian, it says the same', async () => {
  const { code, out } = await verify(['--lang', 'ru', '--only', 'correctness'])
  expect(code).toBe(0)
  expect(out).toContain('Корректность работы')
  expect(out).toContain('25 из 25')
})
