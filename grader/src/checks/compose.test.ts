import { runSheet } from '@msctl/scenarios'
import { expect, test } from 'vitest'
import type { Grader } from '../run/grader.ts'
import type { ComposeFacts, ComposeService } from '../target/compose-facts.ts'
import { compose } from './compose.ts'
import { judgeDatabases, judgeServices } from './compose-judgements.ts'

const service = (name: string, more: Partial<ComposeService> = {}): ComposeService => ({
  ...{ name, image: undefined, published: [], mounts: [], dataFolder: undefined, openSecrets: [] },
  ...{ state: 'running', isRunning: true, log: [] },
  ...more,
})
const database = (name: string, more: Partial<ComposeService> = {}) =>
  service(name, {
    image: 'postgres:15',
    dataFolder: '/var/lib/postgresql/data',
    mounts: [{ type: 'volume', source: `${name}_data`, target: '/var/lib/postgresql/data' }],
    ...more,
  })

const GOOD: ComposeFacts = {
  file: 'docker-compose.yml',
  roles: {
    ...{ gateway: 'gateway', users: 'users', orders: 'orders', payments: 'payments', cache: 'redis' },
    ...{ db_users: 'db1', db_orders: 'db2', db_payments: 'db3' },
  },
  databaseNames: { users: 'users_db', orders: 'orders_db', payments: 'payments_db' },
  services: [
    service('gateway', { published: ['8000:8000'] }),
    ...['users', 'orders', 'payments'].map((name) => service(name)),
    ...['db1', 'db2', 'db3'].map((name) => database(name)),
    service('redis', { image: 'redis:7' }),
    service('migrate', { state: 'exited (0)', isRunning: false }),
  ],
  start: { command: 'docker compose up --build', exitCode: 0, output: [], durationMs: 1, byHand: [] },
  ready: { missing: [], durationMs: 5_000, limitMs: 180_000, isMachineBusy: false },
  changes: [],
  unrecognised: [],
}

/** A project like the good one, but for one service. */
const but = (name: string, more: Partial<ComposeService>): ComposeFacts => ({
  ...GOOD,
  services: GOOD.services.map((each) => (each.name === name ? { ...each, ...more } : each)),
})
const without = (role: keyof ComposeFacts['roles']): ComposeFacts => {
  const { [role]: name, ...roles } = GOOD.roles
  return { ...GOOD, roles, services: GOOD.services.filter((each) => each.name !== name) }
}

async function failing(facts: ComposeFacts): Promise<string[]> {
  const world = { compose: facts } as Grader
  const { outcome, findings } = await runSheet(compose.sheet, { world, onEvent: () => undefined })
  expect(outcome).toMatch(/held/)
  return Object.entries(findings).flatMap(([id, { held }]) => (held ? [] : [id]))
}

test('what was changed for the run is shown with its start, in the language of the report', async () => {
  const changes = [{ en: 'users: without pid', ru: 'users: без pid' }]
  const world = { compose: { ...GOOD, changes } } as unknown as Grader
  const { findings } = await runSheet(compose.sheet, { world, language: 'ru', onEvent: () => undefined })
  const shown = {
    type: 'file',
    path: 'docker-compose.yml: изменено для этого запуска',
    text: 'users: без pid',
  }
  expect(findings['compose.starts']).toMatchObject({ held: true, evidence: expect.arrayContaining([shown]) })
})

test('a good project has nothing to complain of', async () => {
  expect(await failing(GOOD)).toEqual([])
})

test.each<[string, ComposeFacts]>([
  [
    'one server that has three databases',
    { ...GOOD, roles: { ...GOOD.roles, db_orders: 'db1', db_payments: 'db1' } },
  ],
  [
    'a folder of the host instead of a volume',
    but('db2', { mounts: [{ type: 'bind', source: './pg', target: '/var/lib/postgresql/data/' }] }),
  ],
  [
    'a volume around the data folder',
    but('db2', { mounts: [{ type: 'volume', source: 'x', target: '/var/lib/postgresql' }] }),
  ],
  ['a gateway that listens on another port inside', but('gateway', { published: ['127.0.0.1:8000:80'] })],
  ['a helper that ended badly', but('migrate', { state: 'exited (1)' })],
  ['a health check that is wrong', but('users', { state: 'running, unhealthy' })],
])('%s is as good', async (_, facts) => {
  expect(await failing(facts)).toEqual([])
})

test.each<[string, ComposeFacts, string[]]>([
  [
    'a build that fails',
    { ...GOOD, start: { ...GOOD.start, exitCode: 1, output: ['npm ERR!'] } },
    ['compose.starts'],
  ],
  [
    'a network that has to be made by hand',
    { ...GOOD, start: { ...GOOD.start, byHand: ['network shared'] } },
    ['compose.starts'],
  ],
  [
    'a service that ends',
    but('orders', { state: 'exited (1)', isRunning: false, log: ['boom'] }),
    ['compose.starts'],
  ],
  [
    'a service that never answers',
    { ...GOOD, ready: { ...GOOD.ready, missing: ['orders: GET /orders → 502'] } },
    ['compose.ready'],
  ],
  ['no gateway', without('gateway'), ['compose.gateway', 'advice.compose.published-ports'].slice(0, 1)],
  ['a gateway on another port', but('gateway', { published: ['9000:8000'] }), ['compose.gateway']],
  ['a gateway that nobody can reach', but('gateway', { published: [] }), ['compose.gateway']],
  ['no payments', without('payments'), ['compose.services']],
  [
    'one process for two services',
    { ...GOOD, roles: { ...GOOD.roles, orders: 'users' } },
    ['compose.services'],
  ],
  ['no database for payments', without('db_payments'), ['compose.databases', 'compose.volumes']],
  [
    'a database that two share',
    {
      ...GOOD,
      roles: { ...GOOD.roles, db_orders: 'db1' },
      databaseNames: { ...GOOD.databaseNames, orders: 'users_db' },
    },
    ['compose.databases'],
  ],
  ['no Redis', without('cache'), ['compose.redis']],
  ['a database without a volume', but('db3', { mounts: [] }), ['compose.volumes']],
  [
    'a volume without a name',
    but('db3', { mounts: [{ type: 'volume', source: undefined, target: '/var/lib/postgresql/data' }] }),
    ['compose.volumes'],
  ],
  [
    'a volume where no data are',
    but('db3', { mounts: [{ type: 'volume', source: 'x', target: '/var/lib/postgres' }] }),
    ['compose.volumes'],
  ],
  [
    'data in memory',
    but('db3', { mounts: [{ type: 'tmpfs', source: undefined, target: '/var/lib/postgresql/data' }] }),
    ['compose.volumes'],
  ],
  [
    'one volume for two databases',
    but('db3', { mounts: [{ type: 'volume', source: 'db1_data', target: '/var/lib/postgresql/data' }] }),
    ['compose.volumes'],
  ],
  ['a published database', but('db1', { published: ['5432:5432'] }), ['advice.compose.published-ports']],
  [
    'a password in the file',
    but('db1', { openSecrets: ['POSTGRES_PASSWORD'] }),
    ['advice.compose.open-secrets'],
  ],
])('complains of %s, and of nothing else', async (_, facts, ids) => {
  expect(await failing(facts)).toEqual(ids)
})

test('what does not run is named with what its log says went wrong', async () => {
  const log = [
    'Traceback (most recent call last):',
    '  File "a.py", line 1',
    'KeyError: 1',
    'psycopg2.OperationalError: no',
    'Bye',
  ]
  const { compose: facts } = {
    compose: but('orders', { state: 'restarting, restarted 9 times', isRunning: false, log }),
  }
  const { findings } = await runSheet(compose.sheet, {
    world: { compose: facts } as Grader,
    onEvent: () => undefined,
  })
  expect(findings['compose.starts']?.actual).toMatchObject({
    en: 'Does not run:\norders: restarting, restarted 9 times: KeyError: 1',
  })
})

test('a machine that was too busy is not held against it, unless a part ended', async () => {
  const late = { ...GOOD.ready, missing: ['orders: GET /orders → 503'], isMachineBusy: true }
  expect(await failing({ ...GOOD, ready: late })).toEqual([])
  const ended = but('orders', { state: 'exited (1)', isRunning: false })
  expect(await failing({ ...ended, ready: late })).toEqual(['compose.starts', 'compose.ready'])
  const { orders: _, ...roles } = GOOD.roles
  expect(await failing({ ...GOOD, roles, ready: late })).toContain('compose.ready')
})

test('a file that nobody can read fails everything', async () => {
  const facts: ComposeFacts = {
    ...{
      file: 'docker-compose.yml',
      roles: {},
      databaseNames: {},
      services: [],
      changes: [],
      unrecognised: [],
    },
    start: {
      command: 'docker compose up',
      exitCode: 1,
      output: ['bad indentation'],
      durationMs: 0,
      byHand: [],
    },
    ready: { missing: [], durationMs: 0, limitMs: 180_000, isMachineBusy: false },
  }
  expect((await failing(facts)).filter((id) => id.startsWith('compose.'))).toHaveLength(7)
})

test('what might be the missing service is named, but a database it cannot be', () => {
  const { payments: _, db_payments: __, ...roles } = GOOD.roles
  const facts: ComposeFacts = { ...GOOD, roles, unrecognised: ['reviews'] }
  expect(judgeServices(facts).actual).toMatchObject({
    en: expect.stringContaining('What reviews is for is not known'),
    ru: expect.stringContaining('--map payments=reviews'),
  })
  expect(judgeDatabases(facts).actual).toMatchObject({ en: expect.not.stringContaining('--map') })
})
