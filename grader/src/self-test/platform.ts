import { createLogger } from '@msctl/kit'
import type { Control } from '@msctl/platform/control'
import type { Part } from '@msctl/platform/parts'
import { releasePort, reservePort } from '@msctl/platform/reserved-ports'
import { SERVICES, type ServiceName } from '@msctl/sdk/contract'
import { findFaults } from './catalogue.ts'
import { createDatabases, type DatabasePool } from './databases.ts'
import { startGateway } from './gateway.ts'
import { createRedisDoor } from './redis-door.ts'
import { startService } from './service.ts'
import type { Ending, Switches } from './switches.ts'

/** This platform in this process, with real PostgreSQL, real Redis and real sockets, and something wrong with it. */
export interface FaultyPlatform {
  /** The gateway. */
  readonly url: string
  readonly redisUrl: string
  readonly databaseUrls: Readonly<Record<ServiceName, string>>
  /** The databases keep their data over a restart, Redis does not. */
  readonly control: Required<Omit<Control<Part, void>, 'isConcurrent' | 'startsInBackground'>>
  /**
   * Has other faults than before, or none: the gateway and the services that these concern are started anew, and so is whatever is
   * down. The data stay as they are.
   *
   * @throws {RangeError} for a fault that is not in the catalogue.
   */
  become(faults: readonly string[]): Promise<void>
  /** Ends everything and drops the databases. */
  close(): Promise<void>
}

/** How a {@link FaultyPlatform} is to be. */
export interface FaultyOptions {
  /** Names from the catalogue; none is the platform as it is. */
  readonly faults?: readonly string[]
  /** A superuser's URL of a cluster, which may be shared: each platform makes databases of its own. */
  readonly postgresUrl: string
  /** Where it takes its databases from, instead of creating and dropping them. */
  readonly databases?: DatabasePool
  /** Starts an empty Redis for this platform alone; called again whenever it has stopped the last one. */
  readonly startRedis: () => Promise<{ url: string; stop(): Promise<void> }>
  /** After how long an open circuit tries again. Default 30. */
  readonly resetSeconds?: number
  /** Environment variables of all parts, such as `CACHE_TTL_SECONDS`. */
  readonly environment?: Readonly<Record<string, string>>
}

/**
 * Starts a platform with faults.
 *
 * @throws {RangeError} for a fault that is not in the catalogue.
 */
export async function startFaultyPlatform({
  faults = [],
  postgresUrl,
  databases: pool,
  startRedis,
  resetSeconds = 30,
  environment = {},
}: FaultyOptions): Promise<FaultyPlatform> {
  let switches = switchesOf(faults)
  const log = createLogger({ service: 'faulty', level: 'silent' })
  const parts = ['gateway', 'cache', ...SERVICES] as const
  const reserved = await Promise.all(parts.map(async (part) => [part, await reservePort()] as const))
  const ports = Object.fromEntries(reserved) as Record<(typeof parts)[number], number>
  const originOf = (part: (typeof parts)[number]) => `http://127.0.0.1:${ports[part]}`
  const redisUrl = `redis://127.0.0.1:${ports.cache}`
  const door = createRedisDoor(ports.cache)
  const databases = await (pool?.take() ?? createDatabases(postgresUrl))

  const databaseOf = (service: ServiceName) =>
    switches.reduce((used, each) => each.databaseOf?.(service) ?? used, service)
  const environmentOf = (part: keyof typeof ports) => ({
    PORT: String(ports[part]),
    HOST: '127.0.0.1',
    REDIS_URL: redisUrl,
    DATABASE_POOL_SIZE: '5',
    USERS_URL: originOf('users'),
    ORDERS_URL: originOf('orders'),
    PAYMENTS_URL: originOf('payments'),
    BREAKER_RESET_SECONDS: String(resetSeconds),
    ...Object.assign({}, ...switches.map((each) => each.environment?.(resetSeconds))),
    ...environment,
  })

  const startOf = {
    db: async () => {
      await databases.open()
      return { end: databases.shut }
    },
    cache: async () => {
      const redis = await startRedis()
      await door.open(redis.url)
      return {
        end: async () => {
          await door.close()
          await redis.stop()
        },
      }
    },
    gateway: () =>
      startGateway({
        environment: environmentOf('gateway'),
        switches: switches.flatMap(({ gateway }) => gateway ?? []),
        log: log.log,
      }),
    ...(Object.fromEntries(
      SERVICES.map((service) => [
        service,
        () =>
          startService({
            service,
            environment: { ...environmentOf(service), DATABASE_URL: databases.urls[databaseOf(service)] },
            switches: switches.flatMap((each) => each[service] ?? []),
            log: log.log,
          }),
      ]),
    ) as Record<ServiceName, () => ReturnType<typeof startService>>),
  }
  const running = new Map<Part, { end(how: Ending): Promise<void> }>()

  const start = async (part: Part) => {
    if (!running.has(part)) running.set(part, await startOf[part]())
  }
  const end = async (part: Part, how: Ending) => {
    const ended = running.get(part)
    running.delete(part)
    await ended?.end(how)
  }
  const startAll = async () => {
    await start('cache')
    await Promise.all([start('gateway'), ...SERVICES.map(start)])
  }
  const endAll = async (how: Ending) => {
    await end('gateway', how)
    await Promise.all(SERVICES.map((service) => end(service, how)))
    await end('cache', how)
  }
  let isClosed = false
  const close = async () => {
    if (isClosed) return
    isClosed = true
    await endAll('killed')
    await databases.drop()
    for (const port of Object.values(ports)) releasePort(port)
    log.close()
  }

  running.set('db', { end: databases.shut })
  try {
    await startAll()
  } catch (error) {
    await close()
    throw error
  }

  return {
    url: originOf('gateway'),
    redisUrl,
    databaseUrls: databases.urls,
    control: {
      stop: (part) => end(part, 'stopped'),
      kill: (part) => end(part, 'killed'),
      start,
      restart: async () => {
        await endAll('restarted')
        await start('db')
        await startAll()
      },
    },
    become: async (names) => {
      const before = switches
      switches = switchesOf(names)
      const isConcerned = (service: ServiceName) =>
        [...before, ...switches].some((each) => each.environment !== undefined || each[service] !== undefined)
      await Promise.all(
        ['gateway' as const, ...SERVICES.filter(isConcerned)].map((part) => end(part, 'killed')),
      )
      await startAll()
    },
    close,
  }
}

const switchesOf = (faults: readonly string[]): readonly Switches[] =>
  findFaults(faults).map((sheet) => sheet.switches)
