// msctl grade over submissions that are one small process each, through the built program.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { access, cp, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { waitUntil } from '@msctl/platform/wait-until'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Grade } from '../reports/grades.ts'
import { MARK } from '../target/marked-processes.ts'

const main = path.resolve(import.meta.dirname, '../../../cli/dist/start.cjs')
const platform = fileURLToPath(new URL('../testing/small-platform.mjs', import.meta.url))
/** What takes no time worth speaking of, and what takes hardly more. */
const LEAST = ['--only', 'correctness.gateway', '--ready', '4s']
const QUICK = ['--only', 'correctness.users,correctness.gateway', '--ready', '4s']
let home: string

beforeAll(async () => {
  home = await mkdtemp(path.join(tmpdir(), 'grade-'))
})
afterAll(() => rm(home, { recursive: true, force: true }))

/** A folder of submissions: what each is called, and what its `submission.json` says. */
async function handIn(name: string, submissions: Readonly<Record<string, object | string>>): Promise<string> {
  const folder = path.join(home, name)
  for (const [id, said] of Object.entries(submissions)) {
    await mkdir(path.join(folder, id), { recursive: true })
    const file = path.join(folder, id, 'submission.json')
    await writeFile(file, typeof said === 'string' ? said : JSON.stringify(said))
  }
  return folder
}
const running = (fault = '') => ({
  url: 'http://127.0.0.1:$PORT',
  start: `exec ${process.execPath} ${platform} ${fault}`,
})

function start(...args: readonly string[]): {
  child: ChildProcess
  ended: Promise<{ code: number | null; stdout: string; stderr: string }>
} {
  const child = spawn(process.execPath, [main, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  let [stdout, stderr] = ['', '']
  child.stdout.on('data', (data) => (stdout += data))
  child.stderr.on('data', (data) => (stderr += data))
  return { child, ended: once(child, 'close').then(([code]) => ({ code, stdout, stderr })) }
}
const grade = (...args: readonly string[]) => start('grade', ...args).ended
const gradesIn = async (out: string): Promise<readonly Grade[]> =>
  JSON.parse(await readFile(path.join(out, 'grades.json'), 'utf8')).submissions

test.concurrent('each gets its own verdict, whatever the others do', { timeout: 120_000 }, async () => {
  const folder = await handIn('many', {
    broken: running('delete'),
    exits: running('exits'),
    good: running(),
    'no-json': '{',
    nothing: {},
    prints: running('prints'),
    silent: running('silent'),
  })
  await writeFile(path.join(folder, 'README.md'), 'no submission')
  const out = path.join(home, 'many-out')
  const { code, stdout, stderr } = await grade(folder, '--out', out, '--jobs', '3', ...QUICK)
  expect(code, stderr).toBe(4) // two of them could not be graded

  const grades = new Map((await gradesIn(out)).map((each) => [each.id, each]))
  const statuses = Object.fromEntries([...grades].map(([id, { status }]) => [id, status]))
  expect(statuses).toEqual({
    ...{ broken: 'passed', exits: 'not-ready', good: 'passed', 'no-json': 'refused', nothing: 'missing' },
    ...{ prints: 'passed', silent: 'not-ready' },
  })
  expect(grades.get('good')).toMatchObject({ percent: 100, reason: '' })
  expect(grades.get('prints')).toMatchObject({ percent: 100 })
  expect(grades.get('broken')?.percent).toBeLessThan(100)
  expect(grades.get('exits')).toMatchObject({ score: 0, passed: false })
  expect(grades.get('exits')?.assessable).toBe(grades.get('good')?.assessable)
  expect(grades.get('exits')?.reason).toMatch(/ended with exit code 1.*the platform ends at once/)
  expect(grades.get('silent')?.reason).toMatch(/No answer within 4 s/)

  const csv = (await readFile(path.join(out, 'grades.csv'), 'utf8')).trim().split('\r\n')
  expect(csv).toHaveLength(8)
  for (const id of ['good', 'exits']) {
    await access(path.join(out, id, 'report.html'))
    const report = JSON.parse(await readFile(path.join(out, id, 'report.json'), 'utf8'))
    expect(report.run.target.name).toBe(id)
    expect(report.score).toBe(grades.get(id)?.score)
  }
  expect((await stat(path.join(out, 'prints', 'log.txt'))).size).toBeLessThan(1_100_000)
  expect(stdout).toContain('no-json')
  expect(await leftRunning(out)).toEqual([])
})

test.concurrent('goes on where it was killed, and grades nothing twice', { timeout: 120_000 }, async () => {
  const folder = await handIn('resumed', { a: running(), b: running(), c: running('rate') })
  const out = path.join(home, 'resumed-out')
  const { child, ended } = start('grade', folder, '--out', out, ...LEAST)
  await until(() => access(path.join(out, 'a', 'grade.json')))
  await until(() => access(path.join(out, 'b', 'running.json')))
  child.kill('SIGKILL')
  await ended
  const first = await stat(path.join(out, 'a', 'grade.json'))

  expect(await grade(folder, '--out', out, ...LEAST)).toMatchObject({ code: 0 })
  expect((await gradesIn(out)).map(({ id, percent }) => [id, percent])).toEqual([
    ['a', 100],
    ['b', 100],
    ['c', 100],
  ])
  expect((await stat(path.join(out, 'a', 'grade.json'))).mtimeMs).toBe(first.mtimeMs)
  expect(await leftRunning(out)).toEqual([])
})

test.concurrent('shards come to the same as all at once', { timeout: 120_000 }, async () => {
  const folder = await handIn('shards', { a: running(), b: running('exits'), c: running() })
  const [all, one, two, merged] = ['all', 'one', 'two', 'merged'].map((name) =>
    path.join(home, 'shards-out', name),
  )
  await grade(folder, '--out', all ?? '', '--jobs', '3', ...LEAST)
  const parts = await Promise.all([
    grade(folder, '--out', one ?? '', '--shard', '1/2', ...LEAST),
    grade(folder, '--out', two ?? '', '--shard', '2/2', ...LEAST),
  ])
  expect(parts.map(({ code }) => code)).toEqual([0, 0])
  const { ended } = start('report', 'merge', one ?? '', two ?? '', '--out', merged ?? '')
  expect((await ended).code).toBe(0)
  const read = (folder = '') => readFile(path.join(folder, 'grades.csv'), 'utf8')
  expect(await read(merged)).toBe(await read(all))
})

test.concurrent('Ctrl-C ends what runs, and keeps what is known', { timeout: 60_000 }, async () => {
  const folder = await handIn('interrupted', { a: running(), b: running('silent') })
  const out = path.join(home, 'interrupted-out')
  const { child, ended } = start('grade', folder, '--out', out, ...LEAST, '--ready', '1m')
  await until(() => access(path.join(out, 'b', 'running.json')))
  await until(async () => expect((await leftRunning(out)).length).toBeGreaterThan(0))
  child.kill('SIGINT')
  const { code, stdout } = await ended
  expect(code).toBe(130)
  expect(stdout).toMatch(/b .*interrupted/)
  expect((await gradesIn(out)).map(({ id }) => id)).toEqual(['a'])
  expect(await leftRunning(out)).toEqual([])
})

test.concurrent('one that takes too long is ended, and so is all that it has started', {
  timeout: 60_000,
}, async () => {
  // It answers every request, but some only after a very long time; and it leaves children behind.
  const slow = `sleep 1000 & setsid sleep 1000 & exec ${process.execPath} -e "require('http').createServer((q, r) => q.url === '/health' && r.end('{}')).listen(process.env.PORT)"`
  const folder = await handIn('slow', { slow: { url: 'http://127.0.0.1:$PORT', start: slow } })
  const out = path.join(home, 'slow-out')
  const { code } = await grade(folder, '--out', out, ...LEAST, '--time-limit', '4s')
  expect(code).toBe(4)
  expect(await gradesIn(out)).toMatchObject([{ status: 'error', reason: 'Not graded within 4 s.' }])
  expect(await leftRunning(out)).toEqual([])
})

test.concurrent('a folder without submissions is a mistake', async () => {
  const folder = await handIn('empty', {})
  await mkdir(folder, { recursive: true })
  expect(await grade(folder, '--out', path.join(home, 'no-out'))).toMatchObject({ code: 2 })
  await cp(folder, path.join(home, 'copy'), { recursive: true })
  expect((await grade(path.join(home, 'nowhere'))).code).toBe(2)
})

/** The processes that a grading into that folder has started and that still run. */
async function leftRunning(out: string): Promise<string[]> {
  const { readdirSync, readFileSync } = await import('node:fs')
  if (process.platform !== 'linux') return []
  const { markOf } = await import('./grade-submission.ts')
  const marks = readdirSync(out, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => `${MARK}=${markOf(path.join(out, name))}`)
  return readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid)) return false
    try {
      const environment = readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0')
      return marks.some((mark) => environment.includes(mark))
    } catch {
      return false
    }
  })
}

async function until(work: () => Promise<unknown>): Promise<void> {
  const isDone = () =>
    work().then(
      () => true as const,
      () => undefined,
    )
  expect(await waitUntil(isDone, { deadlineMs: 30_000 })).toBe(true)
}
