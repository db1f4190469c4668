import type { ServiceName } from '@msctl/sdk/contract'
import { type Link, startLink } from '../platform/link.ts'
import { startReplica } from '../platform/replica.ts'
import type { Redis } from '../platform/stores.ts'
import type { Random } from '../random.ts'
import type { OnEnd } from '../torture.ts'
import { RESOURCES, type Resource } from './resources.ts'

/** A process, or a container with one. */
interface Struck {
  start(): Promise<void>
  kill(): Promise<void>
  pause(): void | Promise<void>
  resume(): void | Promise<void>
}

/** One replica of a service, with its own way to each store. */
export interface Member {
  /** As people call it: `users 2`. */
  name: string
  resource: Resource
  /** Which of its service's replicas it is. */
  index: number
  process: Struck & {
    url: string
    isRunning(): boolean
    ready(): Promise<void>
    /** How it ended, where nobody killed it. */
    unexpectedEnd(): string | undefined | Promise<string | undefined>
  }
  /** The proxies on its way to the stores, where there are any. */
  links?: { redis: Link; database: Link }
}

/** A platform which may be struck anywhere. */
export interface World {
  redis: Struck & Pick<Redis, 'command'>
  members: Member[]
}

/** Programs of services, by the service's name. */
export type Entries = Partial<Record<ServiceName, string>>

/**
 * Starts replicas of services, each behind proxies of its own to the stores, and waits until they are ready.
 *
 * @param options.databaseUrlOf where a service's database is, past the proxies.
 */
export async function startWorld({
  redis,
  databaseUrlOf,
  entries,
  replicas,
  random,
  dir,
  onEnd,
}: {
  redis: Redis
  databaseUrlOf: (database: string) => string
  entries: Entries
  replicas: number
  random: Random
  dir: string
  onEnd: OnEnd
}): Promise<World> {
  const chance = random.fork('proxies')
  const startMember = async (resource: Resource, entry: string, index: number): Promise<Member> => {
    const url = new URL(databaseUrlOf(resource.database))
    const [redisLink, databaseLink] = await Promise.all([
      startLink({ target: { host: '127.0.0.1', port: redis.port }, next: chance.next }),
      startLink({ target: { host: '127.0.0.1', port: Number(url.port) }, next: chance.next }),
    ])
    onEnd(async () => {
      await Promise.all([redisLink.close(), databaseLink.close()])
    })
    url.port = String(databaseLink.port)
    const process = await startReplica({
      name: `${resource.service}-${index + 1}`,
      entry,
      env: { DATABASE_URL: url.href, REDIS_URL: `redis://127.0.0.1:${redisLink.port}` },
      dir,
      onEnd,
    })
    return {
      ...{ name: `${resource.service} ${index + 1}`, resource, index, process },
      links: { redis: redisLink, database: databaseLink },
    }
  }

  const wanted = RESOURCES.flatMap((resource) => {
    const entry = entries[resource.service]
    if (entry === undefined) return []
    return Array.from({ length: replicas }, (_, index) => startMember(resource, entry, index))
  })
  const members = await Promise.all(wanted)
  await Promise.all(members.map(({ process }) => process.ready()))
  return { redis, members }
}

/** Makes everything whole that a fault may have struck. */
export async function heal({ redis, members }: World): Promise<void> {
  for (const { links, process } of members) {
    links?.redis.strike(undefined)
    links?.database.strike(undefined)
    if (process.isRunning()) await process.resume()
    else await process.start()
  }
  await redis.start()
}
