// `msctl verify` by itself: a platform is started, graded and removed, whether it comes to its end or is interrupted.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { makeHome } from '../cli/src/testing/msctl.ts'
import { Report } from '../scenarios/src/grading/index.ts'

const root = path.resolve(import.meta.dirname, '..')
/** A run takes two resets of 30 s and what does not fit beside them: 75 s where nothing else goes on, and more beside other tests. */
const LIMIT_MS = 150_000

let dir: string
let home: string
let env: NodeJS.ProcessEnv

beforeEach(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'verify-e2e-'))
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

/** The processes whose command line names the folder of this test. */
async function processesHere(): Promise<string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const commands = await Promise.all(
    pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')),
  )
  return commands.filter((command) => command.includes(dir))
}

async function verify(args: readonly string[], interruptAt?: RegExp) {
  const file = path.join(dir, 'report.json')
  const child = spawn(path.join(root, 'msctl'), ['verify', '--report', `json=${file}`, ...args], {
    env,
    cwd: dir,
  })
  let [out, err] = ['', '']
  child.stdout.on('data', (data) => (out += data))
  child.stderr.on('data', (data) => {
    err += data
    if (interruptAt?.test(err)) {
      interruptAt = undefined
      child.kill('SIGINT')
    }
  })
  const began = performance.now()
  const [code] = (await once(child, 'close')) as [number | null]
  const report = Report.parse(JSON.parse(await readFile(file, 'utf8')))
  return { code, out, err, report, tookMs: performance.now() - began }
}

test('a throw-away platform gets every point that can be assessed, and is gone afterwards', async () => {
  const { code, out, report, tookMs } = await verify([])
  expect(report.checks.filter(({ status }) => status === 'fail' || status === 'error')).toEqual([])
  expect(report.run.target.kind).toBe('throw-away')
  expect([code, report.passed, report.score, report.assessable]).toEqual([0, true, 75, 75])
  expect(out).toContain('75 of 75 assessable points (of 100), 100 %')
  expect(tookMs).toBeLessThan(LIMIT_MS)
  expect(await readdir(path.join(dir, 'tmp'))).toEqual([])
  expect(await processesHere()).toEqual([])
}, 300_000)

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

test('in Russian, it says the same', async () => {
  const { code, out } = await verify(['--lang', 'ru', '--only', 'correctness'])
  expect(code).toBe(0)
  expect(out).toContain('Корректность работы')
  expect(out).toContain('25 из 25')
})
