// Every submission in grader/fixtures gets the verdict that stands in verdicts.ts, from the built msctl and Docker. Several are graded side
// by side (JOBS), and `npm run e2e -- submissions -t NAME` grades some of them.
import { type ExecFileException, execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { appendFile, cp, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { EXITS, FIXTURES, type Fixture, type Verdict } from '../grader/fixtures/verdicts.ts'
import type { Grades } from '../grader/src/reports/grades.ts'
import type { Report } from '../grader/src/run/report.ts'

const root = path.resolve(import.meta.dirname, '..')
const fixtures = path.join(root, 'grader', 'fixtures')
const jobs = Number(process.env.JOBS ?? 2)
/** Their circuits take it from .env. A service has to start within it. */
const RESET_SECONDS = 10
const READY = '180s'
const LIMIT_MS = 3_600_000
/** The shapes that take the least time, and some that run. */
const TWELVE = [
  ...[
    'broken-compose',
    'build-fails',
    'build-without-network',
    'by-url',
    'correct-python',
    'dies-after-seconds',
  ],
  ...[
    'env-missing',
    'gateway-always-500',
    'mistyped-path',
    'no-payments-tools',
    'nothing-handed-in',
    'post-401',
  ],
]

let home: string
let isCompose1: boolean
let env: NodeJS.ProcessEnv

beforeAll(async () => {
  home = await mkdtemp(path.join(tmpdir(), 'submissions-e2e-'))
  // by-url starts a Redis of its own.
  const redis = path.join(root, '.msctl', 'cache', 'redis', 'usr', 'bin')
  env = { ...process.env, PATH: `${process.env.PATH}:${redis}`, MSCTL_HOME: path.join(home, 'msctl') }
  isCompose1 = (await run('docker', ['compose', 'version'])).exit !== 0
  // What they all build on is built once, so that nobody waits for npm in a grading.
  for (const each of ['correct-node/services', 'single-file-services/service'])
    await run('docker', ['build', '--quiet', path.join(fixtures, each)])
}, 600_000)

afterAll(async () => {
  await rm(home, { recursive: true, force: true })
})

function run(command: string, args: readonly string[]): Promise<{ exit: number; said: string }> {
  return new Promise((resolve) => {
    const ended = (error: ExecFileException | null, stdout: string, stderr: string) =>
      resolve({ exit: error === null ? 0 : Number(error.code), said: `${stdout}\n${stderr}` })
    execFile(command, args, { env, maxBuffer: 2 ** 26 }, ended)
  })
}

const msctl = (...args: readonly string[]) => run(path.join(root, 'msctl'), ['--lang', 'en', ...args])

/** Copies a submission, with what it shares with others, into a folder of its own. */
async function handIn(name: string, { folder = name, resetSeconds = RESET_SECONDS }: Fixture, to: string) {
  await cp(path.join(fixtures, folder), to, { recursive: true, dereference: true })
  if (name !== 'env-missing')
    await appendFile(path.join(to, '.env'), `BREAKER_RESET_SECONDS=${resetSeconds}\n`)
}

const expectedOf = ({ withCompose1, ...fixture }: Fixture): Verdict =>
  (isCompose1 ? withCompose1 : undefined) ?? fixture

const readReport = async (file: string): Promise<Report | undefined> =>
  existsSync(file) ? JSON.parse(await readFile(file, 'utf8')) : undefined

/** Whatever Docker has of any grading. */
async function leftovers(): Promise<string[]> {
  const lists = [
    ['ps', '--all', '--format', '{{.Names}}', '--filter', 'name=msctl-grade-'],
    ['volume', 'ls', '--format', '{{.Name}}', '--filter', 'name=msctl-grade-'],
    ['network', 'ls', '--format', '{{.Name}}', '--filter', 'name=msctl-grade-'],
    ['image', 'ls', '--format', '{{.Repository}}', '--filter', 'reference=msctl-grade-*/*'],
  ]
  const found = await Promise.all(lists.map((args) => run('docker', args)))
  return found.flatMap(({ said }) => said.split('\n')).filter(Boolean)
}

/** So many at once, first come, first served. */
function createTurns(places: number) {
  const waiting: (() => void)[] = []
  let free = places
  return async <T>(work: () => Promise<T>): Promise<T> => {
    if (free > 0) free--
    else await new Promise<void>((resolve) => waiting.push(resolve))
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      if (next === undefined) free++
      else next()
    }
  }
}
const takeTurn = createTurns(jobs)

const alone = Object.entries(FIXTURES).filter(([, { isFolderOnly = false }]) => !isFolderOnly)

test.concurrent.for(alone)('%s', { timeout: LIMIT_MS }, ([name, fixture], { expect }) =>
  takeTurn(async () => {
    const folder = path.join(home, 'alone', name)
    const file = path.join(home, `${name}.json`)
    await handIn(name, fixture, folder)
    const { exit, said } = await msctl(
      ...['verify', '--compose', path.join(folder, 'docker-compose.yml'), '--source', folder],
      ...['--reset', String(fixture.resetSeconds ?? RESET_SECONDS), '--ready', READY],
      ...['--report', `json=${file}`],
    )
    const report = await readReport(file)
    const { status, score, reason } = expectedOf(fixture)
    const unjudged = report?.checks.filter(
      (each) => each.status === 'error' || each.status === 'not-assessed',
    )
    const first = report?.checks.find((each) => each.status === 'fail' && each.because === undefined)
    expect({
      exit,
      score: report?.score,
      unjudged: unjudged?.map(({ id, cause }) => `${id}: ${cause?.actual}`),
      check: first?.id,
      says: report === undefined ? said : first?.cause?.actual,
    }).toEqual({
      exit: EXITS[status],
      score,
      unjudged: score === undefined ? undefined : [expect.stringMatching(/^code-quality/)],
      check: reason?.check,
      says: reason === undefined ? undefined : expect.stringContaining(reason.says),
    })
  }),
)

test('a folder of twelve: a row each, and nothing is left behind', { timeout: LIMIT_MS }, async () => {
  const before = await leftovers()
  const folder = path.join(home, 'twelve')
  const out = path.join(home, 'grades')
  const chosen = TWELVE.map((name) => [name, FIXTURES[name] as Fixture] as const)
  for (const [name, fixture] of chosen)
    await handIn(name, { ...fixture, resetSeconds: RESET_SECONDS }, path.join(folder, name))
  const { exit } = await msctl(
    ...['grade', folder, '--out', out, '--jobs', String(jobs)],
    ...['--reset', String(RESET_SECONDS), '--ready', READY],
  )
  const { submissions }: Grades = JSON.parse(await readFile(path.join(out, 'grades.json'), 'utf8'))
  const rows = submissions.map(({ id, status, score, assessable }) => [
    id,
    status,
    assessable === 0 ? undefined : score,
  ])
  expect(rows).toEqual(
    chosen.map(([name, fixture]) => [name, expectedOf(fixture).status, expectedOf(fixture).score]),
  )
  // One could not be graded: that its build found no network is nobody's verdict.
  expect(exit).toBe(EXITS.error)
  expect(await leftovers()).toEqual(before)
})
