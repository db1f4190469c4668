// msctl grade over Compose projects: this platform with a different fault in each, and some that do not even start. The images are built
// once. GRADE_ALL=1 grades all of them by all criteria, GRADE_ALL=2 twice: two at a time, killed on the way and resumed, and one at
// a time in two shards, to compare; else a few are graded by some.
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'

const run = promisify(execFile)
const root = path.resolve(import.meta.dirname, '..')
const isFull = process.env.GRADE_ALL !== undefined
const isTwice = process.env.GRADE_ALL === '2'
const RESET_SECONDS = 10
const PARTS = {
  api_gateway: 'gateway',
  service_users: 'services/users',
  service_orders: 'services/orders',
  service_payments: 'services/payments',
}
const image = (service: string) => `msctl-e2e-${service}`

type Service = Record<string, unknown>
type Project = { services: Record<string, Service>; volumes?: Service; networks?: Service }

/** The platform's own project, but for the images, which are there already. */
function platform(): Project {
  const service = (name: string, port: number) => ({
    image: image(`service_${name}`),
    environment: {
      ...{ HOST: '0.0.0.0', PORT: port, REDIS_URL: 'redis://cache:6379' },
      DATABASE_URL: `postgres://user:password@db_${name}:5432/${name}_db`,
    },
    restart: 'unless-stopped',
    depends_on: [`db_${name}`, 'cache'],
  })
  const database = (name: string) => ({
    image: 'postgres:15-bookworm',
    environment: { POSTGRES_USER: 'user', POSTGRES_PASSWORD: 'password', POSTGRES_DB: `${name}_db` },
    volumes: [`${name}_data:/var/lib/postgresql/data`],
  })
  return {
    services: {
      api_gateway: {
        image: image('api_gateway'),
        environment: {
          ...{ HOST: '0.0.0.0', PORT: 8000, BREAKER_RESET_SECONDS: RESET_SECONDS },
          USERS_URL: 'http://service_users:8001',
          ORDERS_URL: 'http://service_orders:8002',
          PAYMENTS_URL: 'http://service_payments:8003',
        },
        ports: ['8000:8000'],
        depends_on: ['service_users', 'service_orders', 'service_payments'],
      },
      service_users: service('users', 8001),
      service_orders: service('orders', 8002),
      service_payments: service('payments', 8003),
      db_users: database('users'),
      db_orders: database('orders'),
      db_payments: database('payments'),
      cache: { image: 'redis:7-bookworm', container_name: 'cache' },
    },
    volumes: { users_data: {}, orders_data: {}, payments_data: {} },
  }
}

/** The platform with some variables of a service changed. */
const withVariables = (service: string, variables: object): Project => {
  const project = platform()
  const { [service]: changed } = project.services
  project.services[service] = {
    ...changed,
    environment: { ...(changed?.environment as object), ...variables },
  }
  return project
}
/** The platform with a service changed. */
const withService = (service: string, more: Service): Project => {
  const project = platform()
  project.services[service] = { ...project.services[service], ...more }
  return project
}
const without = (service: string): Project => {
  const project = platform()
  delete project.services[service]
  for (const each of Object.values(project.services)) {
    if (Array.isArray(each.depends_on)) each.depends_on = each.depends_on.filter((name) => name !== service)
  }
  return project
}

interface Submission {
  readonly project: Project | string
  /** `undefined`: on which side of the mark it comes to lie is the rubric's. */
  readonly status: string | undefined
  /** The checks that fail by themselves; `undefined`: not looked at. */
  readonly failed?: readonly string[] | undefined
  readonly isLean?: boolean
}

const SUBMISSIONS: Readonly<Record<string, Submission>> = {
  'all-right': { project: platform(), status: 'passed', failed: [], isLean: true },
  'breaker-opens-at-third': {
    project: withVariables('api_gateway', { BREAKER_FAILURES: 3 }),
    status: 'passed',
    failed: [
      'circuit-breaker.health',
      ...['users', 'orders', 'payments'].map((name) => `circuit-breaker.${name}.opens-at-fifth`),
    ],
  },
  'cached-a-minute': {
    project: withVariables('service_orders', { CACHE_TTL_SECONDS: 60 }),
    status: 'passed',
    failed: ['caching.orders.ttl'],
  },
  'data-in-the-container': {
    project: withService('db_users', { volumes: [] }),
    status: 'passed',
    failed: ['compose.volumes', 'persistence.users.survive-restart'],
  },
  'ends-at-once': {
    project: withService('api_gateway', { entrypoint: ['false'], restart: 'no' }),
    status: 'not-ready',
    isLean: true,
  },
  'fails-too-often': {
    project: withVariables('service_payments', { PAYMENT_FAILURE_RATE: 0.9 }),
    status: 'passed',
    failed: ['payments.failure-rate'],
  },
  'fork-bomb': {
    project: withService('bomb', {
      image: 'redis:7-bookworm',
      entrypoint: ['bash', '-c', 'bomb() { bomb | bomb & }; bomb; sleep 1000'],
    }),
    status: 'passed',
    failed: [],
  },
  'network-by-hand': {
    project: { ...platform(), networks: { default: { external: true, name: 'made-before' } } },
    status: 'passed',
    failed: ['compose.starts'],
  },
  'never-starts': {
    project: withService('api_gateway', { entrypoint: ['sleep', '1000'] }),
    status: 'not-ready',
    isLean: true,
  },
  'no-payments': { project: without('service_payments'), status: undefined },
  'no-yaml': { project: 'services: [', status: 'not-ready' },
  'prints-without-end': {
    project: withService('noise', {
      image: 'redis:7-bookworm',
      entrypoint: ['bash', '-c', 'while :; do echo noise noise noise; done'],
    }),
    status: 'passed',
    failed: [],
    isLean: true,
  },
  'wants-the-host': {
    project: withService('service_users', { network_mode: 'host' }),
    status: 'refused',
  },
}

const chosen = Object.entries(SUBMISSIONS).filter(([, { isLean = false }]) => isFull || isLean)
const CRITERIA = isFull ? [] : ['--only', 'compose,payments,correctness.users']
let home: string

beforeAll(async () => {
  home = await mkdtemp(path.join(tmpdir(), 'grade-e2e-'))
  for (const [service, part] of Object.entries(PARTS))
    await run('docker', ['build', '--quiet', '--tag', image(service), '--build-arg', `PART=${part}`, root], {
      maxBuffer: 2 ** 26,
    })
  for (const [id, { project }] of chosen) {
    const folder = path.join(home, 'submissions', id)
    await mkdir(folder, { recursive: true })
    await writeFile(
      path.join(folder, 'docker-compose.yml'),
      typeof project === 'string' ? project : JSON.stringify(project, null, 2),
    )
  }
})

afterAll(async () => {
  await run('docker', ['image', 'rm', '--force', ...Object.keys(PARTS).map(image)])
  await rm(home, { recursive: true, force: true })
})

type Grades = Map<string, { status: string; score: number; reason: string }>

const gradeArgs = (out: string, ...more: readonly string[]) => [
  ...[
    'grade',
    path.join(home, 'submissions'),
    '--out',
    out,
    '--reset',
    String(RESET_SECONDS),
    '--ready',
    '60s',
  ],
  ...[...CRITERIA, ...more],
]

async function grade(out: string, ...more: readonly string[]): Promise<Grades> {
  await run(path.join(root, 'msctl'), gradeArgs(out, ...more), { maxBuffer: 2 ** 26 }).catch(
    (error: { code?: unknown }) => {
      // Some could not be graded: that is so.
      if (error.code !== 4) throw error
    },
  )
  return readGrades(out)
}

async function readGrades(out: string): Promise<Grades> {
  const { submissions } = JSON.parse(await readFile(path.join(out, 'grades.json'), 'utf8'))
  return new Map(submissions.map((each: { id: string }) => [each.id, each]))
}

/** Grades until some are done, and is then ended in the middle of others, with no time to clean up. */
async function gradeUntilKilled(out: string, ...more: readonly string[]): Promise<void> {
  const child = spawn(path.join(root, 'msctl'), gradeArgs(out, ...more), { detached: true, stdio: 'ignore' })
  const ended = once(child, 'exit')
  const graded = async () => (await readdir(out).catch(() => [])).filter((id) => id in SUBMISSIONS)
  await expect
    .poll(async () => (await graded()).length, { timeout: 900_000, interval: 1_000 })
    .toBeGreaterThan(4)
  expect(child.exitCode).toBeNull()
  process.kill(-(child.pid ?? Number.NaN), 'SIGKILL')
  await ended
}

/** Whatever Docker has of any grading. */
async function leftovers(): Promise<string[]> {
  const lists = [
    ['ps', '--all', '--format', '{{.Names}}', '--filter', 'name=msctl-grade-'],
    ['volume', 'ls', '--format', '{{.Name}}', '--filter', 'name=msctl-grade-'],
    ['network', 'ls', '--format', '{{.Name}}', '--filter', 'name=msctl-grade-'],
    ['image', 'ls', '--format', '{{.Repository}}', '--filter', 'reference=msctl-grade-*/*'],
  ]
  const found = await Promise.all(lists.map(async (args) => (await run('docker', args)).stdout.split('\n')))
  return found.flat().filter(Boolean)
}

test('each submission gets the verdict that it deserves, and leaves nothing behind', {
  timeout: 3_600_000,
}, async () => {
  const before = await leftovers()
  const out = path.join(home, 'two')
  if (isTwice) await gradeUntilKilled(out, '--jobs', '2')
  const grades = await grade(out, '--jobs', '2')
  expect(
    Object.fromEntries(
      [...grades].map(([id, { status }]) => [id, SUBMISSIONS[id]?.status === undefined ? undefined : status]),
    ),
  ).toEqual(Object.fromEntries(chosen.map(([id, { status }]) => [id, status])))
  for (const [id, { failed }] of chosen) {
    if (failed === undefined) continue
    const { checks } = JSON.parse(await readFile(path.join(out, id, 'report.json'), 'utf8'))
    const found = checks.filter(
      (check: { status: string; because?: string }) => check.status === 'fail' && check.because === undefined,
    )
    const asked = failed.filter((each) => checks.some((check: { id: string }) => check.id === each))
    expect([id, found.map((check: { id: string }) => check.id).sort()]).toEqual([id, [...asked].sort()])
  }
  expect(await leftovers()).toEqual(before)

  if (!isTwice) return
  const shards = ['1', '2'].map((part) => path.join(home, `shard-${part}`))
  for (const [index, shard] of shards.entries())
    await grade(shard, '--jobs', '1', '--shard', `${index + 1}/2`)
  const merged = path.join(home, 'merged')
  await run(path.join(root, 'msctl'), ['report', 'merge', ...shards, '--out', merged])
  const scores = (of: Grades) => Object.fromEntries([...of].map(([id, { score }]) => [id, score]))
  expect(scores(await readGrades(merged))).toEqual(scores(grades))
  expect(await leftovers()).toEqual(before)
})

/** Containers that do not run, and images without a name: what a build that fails leaves. And what gradings have in the temporary folder. */
async function debris(): Promise<string[]> {
  const lists = [
    ['ps', '--all', '--quiet', '--filter', 'status=exited', '--filter', 'status=created'],
    ['image', 'ls', '--quiet', '--filter', 'dangling=true'],
  ]
  const found = await Promise.all(lists.map(async (args) => (await run('docker', args)).stdout.split('\n')))
  const folders = (await readdir(tmpdir())).filter((name) => name.startsWith('msctl-grade-'))
  return [...found.flat().filter(Boolean), ...(await leftovers()), ...folders].sort()
}

/** A submission whose build ends with this step. */
async function handInBuild(name: string, step: string): Promise<{ submissions: string; out: string }> {
  const submissions = path.join(home, name)
  const folder = path.join(submissions, 'one')
  await mkdir(folder, { recursive: true })
  const services = Object.fromEntries(Object.keys(PARTS).map((each) => [each, { build: '.' }]))
  await writeFile(path.join(folder, 'docker-compose.yml'), JSON.stringify({ services }))
  // The first step is another one for each run, so that none of its images is there before.
  await writeFile(path.join(folder, 'Dockerfile'), `FROM redis:7\nRUN echo ${home} > /tmp/a\nRUN ${step}\n`)
  return { submissions, out: path.join(home, `${name}-out`) }
}

const ENDLESS = 'while :; do sleep 1; done'
const isStepRunning = async () =>
  (await run('docker', ['ps', '--no-trunc', '--format', '{{.Command}}'])).stdout.includes(ENDLESS)
/** Runs msctl to its end, whatever it exits with. */
const msctl = (...args: readonly string[]) =>
  run(path.join(root, 'msctl'), ['--lang', 'en', ...args], { maxBuffer: 2 ** 26 }).then(
    ({ stdout }) => ({ exit: 0, stdout }),
    ({ code, stdout }: { code?: unknown; stdout: string }) => ({ exit: Number(code), stdout }),
  )

test('a build that fails, or that never ends, leaves nothing behind', async () => {
  const before = await debris()
  const failing = await handInBuild('failing-build', 'exit 3')
  expect((await msctl('grade', failing.submissions, '--out', failing.out)).exit).toBe(0)
  expect((await readGrades(failing.out)).get('one')).toMatchObject({ status: 'not-ready' })
  expect(await debris()).toEqual(before)

  const endless = await handInBuild('endless-build', ENDLESS)
  const ended = await msctl('grade', endless.submissions, '--out', endless.out, '--time-limit', '20s')
  expect(ended.exit).toBe(4)
  expect((await readGrades(endless.out)).get('one')?.reason).toBe('Not graded within 20 s.')
  await expect.poll(isStepRunning, { timeout: 30_000 }).toBe(false)
  expect(await debris()).toEqual(before)
})

test('what a grading that was killed has left is removed by grade --clean, and what runs stays', async () => {
  const before = await debris()
  const { submissions, out } = await handInBuild('killed-build', ENDLESS)
  const child = spawn(path.join(root, 'msctl'), ['grade', submissions, '--out', out], { stdio: 'ignore' })
  const ended = once(child, 'exit')
  await expect.poll(isStepRunning, { timeout: 120_000, interval: 500 }).toBe(true)
  const { grader } = JSON.parse(await readFile(path.join(out, 'one', 'running.json'), 'utf8'))
  await msctl('grade', '--clean')
  expect(await isStepRunning()).toBe(true)

  for (const pid of [child.pid, grader.pid]) process.kill(pid, 'SIGKILL')
  await ended
  expect(await isStepRunning()).toBe(true)
  const { exit, stdout } = await msctl('grade', '--clean')
  expect(exit).toBe(0)
  expect(stdout).toMatch(/^Removed what was left of: .*msctl-grade-/)
  await expect.poll(isStepRunning, { timeout: 30_000 }).toBe(false)
  expect(await debris()).toEqual(before)
  expect((await msctl('grade', '--clean')).stdout).toMatch(/^Nothing is left/)
})
