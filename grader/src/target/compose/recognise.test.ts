import { expect, test } from 'vitest'
import { parseComposeFile } from './compose-file.ts'
import { type Roles, recogniseRoles } from './recognise.ts'
import { cacheLogin, databaseLogin } from './stores.ts'

const postgres = (database: string, more = '') =>
  `{image: "postgres:15", environment: {POSTGRES_USER: u, POSTGRES_PASSWORD: secret, POSTGRES_DB: ${database}}${more}}`
const threeDatabases = `
  db_users: ${postgres('users_db')}
  db_orders: ${postgres('orders_db')}
  db_payments: ${postgres('payments_db')}`
const usual = {
  users: 'service_users',
  orders: 'service_orders',
  payments: 'service_payments',
  gateway: 'api_gateway',
  cache: 'cache',
  db_users: 'db_users',
  db_orders: 'db_orders',
  db_payments: 'db_payments',
}

/** How people really write it: the services of a file, and what each is. */
const FILES: Readonly<Record<string, readonly [file: string, roles: Roles]>> = {
  "the assignment's own names": [
    `
  api_gateway: {build: ./api_gateway, ports: ["8000:8000"]}
  service_users: {build: ./service_users}
  service_orders: {build: ./service_orders}
  service_payments: {build: ./service_payments}
  cache: {image: "redis:7-alpine"}${threeDatabases}`,
    usual,
  ],
  'hyphens, and service at the end': [
    `
  api-gateway: {build: .}
  users-service: {build: .}
  orders-service: {build: .}
  payments-service: {build: .}
  redis: {image: redis}
  users-db: ${postgres('users')}
  orders-db: ${postgres('orders')}
  payments-db: ${postgres('payments')}`,
    {
      ...{ users: 'users-service', orders: 'orders-service', payments: 'payments-service' },
      ...{ gateway: 'api-gateway', cache: 'redis' },
      ...{ db_users: 'users-db', db_orders: 'orders-db', db_payments: 'payments-db' },
    },
  ],
  'the singular, and camel case': [
    `
  gateway: {build: .}
  userService: {build: .}
  orderService: {build: .}
  paymentService: {build: .}
  redis: {image: "redis/redis-stack-server:7.2"}
  userDb: ${postgres('a')}
  orderDb: ${postgres('b')}
  paymentDb: ${postgres('c')}`,
    {
      ...{ users: 'userService', orders: 'orderService', payments: 'paymentService', gateway: 'gateway' },
      ...{ cache: 'redis', db_users: 'userDb', db_orders: 'orderDb', db_payments: 'paymentDb' },
    },
  ],
  'one word each, with workers and admin tools beside': [
    `
  nginx: {image: nginx, ports: ["8000:80"]}
  users: {build: .}
  users-worker: {build: .}
  users-migrate: {build: .}
  orders: {build: .}
  payments: {build: .}
  pgadmin: {image: dpage/pgadmin4}
  redis: {image: valkey/valkey}
  redis-commander: {image: rediscommander/redis-commander}
  prometheus: {image: prom/prometheus}${threeDatabases}`,
    { ...usual, users: 'users', orders: 'orders', payments: 'payments', gateway: 'nginx', cache: 'redis' },
  ],
  'glued words': [
    `
  apigateway: {build: .}
  userservice: {build: .}
  orderservice: {build: .}
  paymentservice: {build: .}
  rediscache: {image: "bitnami/redis:7.2"}
  userdb: {image: "bitnami/postgresql:15", environment: ["POSTGRESQL_DATABASE=x"]}
  orderdb: {image: "postgis/postgis:15-3.3"}
  paymentdb: {image: "registry.example.com/library/postgres@sha256:aa"}`,
    {
      ...{ users: 'userservice', orders: 'orderservice', payments: 'paymentservice' },
      ...{ gateway: 'apigateway', cache: 'rediscache' },
      ...{ db_users: 'userdb', db_orders: 'orderdb', db_payments: 'paymentdb' },
    },
  ],
  'databases that are only numbered, told by who uses them': [
    `
  gw: {build: .}
  users_api: {build: ., environment: {DATABASE_URL: "postgresql+asyncpg://u:p@postgres1:5432/main"}}
  orders_api: {build: ., environment: ["DB_HOST=postgres2"]}
  payments_api: {build: ., environment: {SPRING_DATASOURCE_URL: "jdbc:postgresql://postgres3:5432/main"}}
  redis: {image: redis}
  postgres1: {image: postgres}
  postgres2: {image: postgres}
  postgres3: {image: postgres}`,
    {
      ...{
        users: 'users_api',
        orders: 'orders_api',
        payments: 'payments_api',
        gateway: 'gw',
        cache: 'redis',
      },
      ...{ db_users: 'postgres1', db_orders: 'postgres2', db_payments: 'postgres3' },
    },
  ],
  'one server with three databases': [
    `
  api_gateway: {build: .}
  users: {build: ., environment: {DATABASE_URL: "postgres://u:p@pg/users_db"}}
  orders: {build: ., environment: {DATABASE_URL: "postgres://u:p@pg/orders_db"}}
  payments: {build: ., environment: {DATABASE_URL: "postgres://u:p@pg/payments_db"}}
  cache: {build: ./redis}
  pg: {image: postgres}`,
    {
      ...{ users: 'users', orders: 'orders', payments: 'payments', gateway: 'api_gateway', cache: 'cache' },
      ...{ db_users: 'pg', db_orders: 'pg', db_payments: 'pg' },
    },
  ],
  'a gateway that is called api, and names that say nothing': [
    `
  api: {build: ., ports: ["8000:8000"], environment: {USERS: "http://alpha:1", ORDERS: "http://beta:1", PAY: "http://gamma:1"}}
  alpha: {build: ., environment: {DATABASE_URL: "postgres://u:p@one/users_db"}}
  beta: {build: ., environment: {DATABASE_URL: "postgres://u:p@two/orders_db"}}
  gamma: {build: ., environment: {DATABASE_URL: "postgres://u:p@three/payments_db"}}
  redis: {image: redis}
  one: {image: postgres}
  two: {image: postgres}
  three: {image: postgres}`,
    {
      ...{ users: 'alpha', orders: 'beta', payments: 'gamma', gateway: 'api', cache: 'redis' },
      ...{ db_users: 'one', db_orders: 'two', db_payments: 'three' },
    },
  ],
  'hosts that are names of containers': [
    `
  gateway: {build: .}
  users: {build: ., environment: {DATABASE_URL: "postgres://u:p@pg_a:5432/x"}}
  orders: {build: ., environment: {DATABASE_URL: "postgres://u:p@pg_b:5432/x"}}
  payments: {build: ., environment: {DATABASE_URL: "postgres://u:p@pg_c:5432/x"}}
  redis: {image: redis}
  first: {image: postgres, container_name: pg_b}
  second: {image: postgres, container_name: pg_a}
  third: {image: postgres, networks: {default: {aliases: [pg_c]}}}`,
    {
      ...{ users: 'users', orders: 'orders', payments: 'payments', gateway: 'gateway', cache: 'redis' },
      ...{ db_users: 'second', db_orders: 'first', db_payments: 'third' },
    },
  ],
  'a Redis for each service, and one that nobody speaks to': [
    `
  gateway: {build: .}
  users: {build: ., environment: {REDIS_HOST: redis_main}}
  orders: {build: ., environment: {REDIS_URL: "redis://redis_main:6379/0"}}
  payments: {build: ., environment: {REDIS_HOST: redis_main}}
  redis_main: {image: redis}
  redis_spare: {image: redis}${threeDatabases}`,
    {
      ...usual,
      users: 'users',
      orders: 'orders',
      payments: 'payments',
      gateway: 'gateway',
      cache: 'redis_main',
    },
  ],
  'databases of their own image': [
    `
  gateway: {build: .}
  ms-user: {build: .}
  ms-order: {build: .}
  ms-payment: {build: .}
  redis: {image: "eqalpha/keydb"}
  postgres-user: {build: ./pg, environment: {POSTGRES_DB: u}}
  postgres-order: {build: ./pg, environment: {POSTGRES_DB: o}}
  postgres-payment: {build: ./pg, environment: {POSTGRES_DB: p}}`,
    {
      ...{ users: 'ms-user', orders: 'ms-order', payments: 'ms-payment', gateway: 'gateway', cache: 'redis' },
      ...{ db_users: 'postgres-user', db_orders: 'postgres-order', db_payments: 'postgres-payment' },
    },
  ],
  'no payments at all': [
    `
  gateway: {build: .}
  users: {build: .}
  orders: {build: .}
  redis: {image: redis}
  users_db: ${postgres('users_db')}
  orders_db: ${postgres('orders_db')}`,
    {
      ...{ users: 'users', orders: 'orders', gateway: 'gateway', cache: 'redis' },
      ...{ db_users: 'users_db', db_orders: 'orders_db' },
    },
  ],
}

const parse = (services: string) => parseComposeFile(`services:\n${services}`)

test.each(Object.entries(FILES))('recognises %s', (_, [services, roles]) => {
  const found = recogniseRoles(parse(services))
  expect(found.roles).toEqual(roles)
})

test('two that could be the same part are for people to tell apart', () => {
  const file = parse('  users-service: {build: .}\n  users-api: {build: .}\n  gateway: {build: .}')
  expect(() => recogniseRoles(file)).toThrow(
    expect.objectContaining({
      code: 'compose-map',
      facts: { role: 'users', candidates: ['users-service', 'users-api'] },
    }),
  )
  expect(recogniseRoles(file, { users: 'users-api' }).roles.users).toBe('users-api')
  expect(() => recogniseRoles(file, { users: 'accounts' })).toThrow(
    expect.objectContaining({ code: 'compose-map', facts: expect.objectContaining({ given: 'accounts' }) }),
  )
})

test('what might be the part that is missing is named, and what only helps is not', () => {
  const { roles, unrecognised } = recogniseRoles(
    parse(`
  accounts: {build: .}
  orders: {build: .}
  payments: {build: .}
  gateway: {build: .}
  ui: {image: "adminer:4", ports: ["8080:8080"]}
  tracing: {image: "jaegertracing/all-in-one:1.5"}`),
  )
  expect(roles.users).toBeUndefined()
  expect(unrecognised).toEqual(['accounts'])
})

test('a part may be said not to be there', () => {
  const file = parse('  users: {build: .}\n  reviews: {build: .}\n  gateway: {build: .}')
  const { roles, none, unrecognised } = recogniseRoles(file, { payments: 'none' })
  expect(roles).toEqual({ users: 'users', gateway: 'gateway' })
  expect([...none]).toEqual(['payments'])
  expect(unrecognised).toEqual(['reviews'])
})

test('the only unknown service that is published is the gateway', () => {
  const file = parse('  users: {build: .}\n  orders: {build: .}\n  doorway: {build: ., ports: ["9000:80"]}')
  expect(recogniseRoles(file).roles.gateway).toBe('doorway')
})

test('each Redis for itself is none that could be asked for all', () => {
  const file = parse(`
  users: {build: ., environment: {REDIS_HOST: r1}}
  orders: {build: ., environment: {REDIS_HOST: r2}}
  r1: {image: redis}
  r2: {image: redis}`)
  expect(recogniseRoles(file).roles.cache).toBeUndefined()
})

test('logs in as the service does, else as the server was made', () => {
  const [services = '', roles = {}] = FILES['one server with three databases'] ?? []
  const server = { POSTGRES_USER: 'admin', POSTGRES_PASSWORD: 'a$b', POSTGRES_DB: 'main' }
  expect(databaseLogin(parse(services), roles, 'orders', server)).toEqual({
    user: 'u',
    password: 'p',
    database: 'orders_db',
  })
  const [usualServices = ''] = FILES["the assignment's own names"] ?? []
  expect(databaseLogin(parse(usualServices), usual, 'users', server)).toEqual({
    user: 'admin',
    password: 'a$b',
    database: 'main',
  })
})

test('speaks to Redis as the services do, unless each has a database of its own in it', () => {
  const file = (orders: string) =>
    parse(`
  users: {build: ., environment: {REDIS_URL: "redis://:s3cret@cache:6379/2"}}
  orders: {build: ., environment: {REDIS_URL: "redis://:s3cret@cache:6379/${orders}"}}
  cache: {image: redis, command: redis-server --requirepass s3cret}`)
  const roles = { users: 'users', orders: 'orders', cache: 'cache' }
  expect(cacheLogin(file('2'), roles, {})).toEqual({ password: 's3cret', database: 2 })
  expect(cacheLogin(file('3'), roles, {})).toEqual({ password: 's3cret', database: undefined })
})
