import path from 'node:path'
import { SERVICES, type ServiceName } from '@msctl/sdk/contract'
import type { OnEnd } from '../torture.ts'
import { PROGRAMS } from './programs.ts'
import { type Replica, startReplica } from './replica.ts'
import { type Postgres, type Redis, startPostgres, startRedis } from './stores.ts'

/** The gateway, the services and their stores. */
export interface WholePlatform {
  postgres: Postgres
  redis: Redis
  gateway: Replica
  services: Record<ServiceName, readonly Replica[]>
  /** The gateway and all replicas of the services. */
  processes: readonly Replica[]
}

/** The database of a service. */
export const databaseOf = (service: ServiceName): string => `${service}_db`

/**
 * Starts the platform, ready for requests; ended when the torture is over.
 *
 * @param options.replicas of each service; the gateway asks the first of each.
 * @param options.env of the gateway.
 */
export async function startWholePlatform({
  dir,
  onEnd,
  replicas = 1,
  env = {},
}: {
  dir: string
  onEnd: OnEnd
  replicas?: number
  env?: Record<string, string>
}): Promise<WholePlatform> {
  const [postgres, redis] = await Promise.all([
    startPostgres({ dir: path.join(dir, 'postgres'), databases: SERVICES.map(databaseOf), onEnd }),
    startRedis({ dir: path.join(dir, 'redis'), onEnd }),
  ])
  const startService = (service: ServiceName) =>
    Promise.all(
      Array.from({ length: replicas }, (_, index) =>
        startReplica({
          name: `${service}-${index + 1}`,
          entry: PROGRAMS[service],
          env: { DATABASE_URL: postgres.urlOf(databaseOf(service)), REDIS_URL: redis.url },
          ...{ dir, onEnd },
        }),
      ),
    )
  const started = await Promise.all(SERVICES.map(async (service) => [service, await startService(service)]))
  const services = Object.fromEntries(started) as Record<ServiceName, Replica[]>
  const urls = SERVICES.map((service) => [`${service.toUpperCase()}_URL`, services[service][0]?.url ?? ''])
  const gateway = await startReplica({
    name: 'gateway',
    entry: PROGRAMS.gateway,
    env: { ...Object.fromEntries(urls), ...env },
    ...{ dir, onEnd },
  })
  const processes = [...SERVICES.flatMap((service) => services[service]), gateway]
  await Promise.all(processes.map((process) => process.ready()))
  return { postgres, redis, gateway, services, processes }
}
