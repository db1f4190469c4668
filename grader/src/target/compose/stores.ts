import type { ServiceName } from '@msctl/sdk/contract'
import { type ComposeFile, type ComposeService, commandOf, environmentOf } from './compose-file.ts'
import { hostsOf, type Roles } from './recognise.ts'

/** How to log into a database. */
export interface DatabaseLogin {
  readonly user: string
  readonly password: string
  readonly database: string
}

/** How to speak to Redis. */
export interface CacheLogin {
  readonly password: string | undefined
  /** The number of the database, when all that use it agree on one. */
  readonly database: number | undefined
}

/** Addresses such as `postgresql+asyncpg://user:secret@db:5432/users_db`, with the host in question. */
const ADDRESS =
  /(?:jdbc:)?[a-z][\w+]*:\/\/(?:(?<user>[^:@/\s]*)(?::(?<password>[^@/\s]*))?@)?(?<host>[\w.-]+)(?::\d+)?(?:\/(?<path>[\w-]*))?/gi

/**
 * What the database of a service is called, and who may log in: what its own service uses, else what the server is made with.
 *
 * @param environment The database's variables, with those that its image brings.
 */
export function databaseLogin(
  file: ComposeFile,
  roles: Roles,
  service: ServiceName,
  environment: Readonly<Record<string, string>>,
): DatabaseLogin | undefined {
  const name = roles[`db_${service}`]
  const server = name === undefined ? undefined : file.services[name]
  if (name === undefined || server === undefined) return undefined
  const user = environment.POSTGRES_USER ?? environment.POSTGRESQL_USERNAME ?? 'postgres'
  const own: DatabaseLogin = {
    user,
    password: environment.POSTGRES_PASSWORD ?? environment.POSTGRESQL_PASSWORD ?? '',
    database: environment.POSTGRES_DB ?? environment.POSTGRESQL_DATABASE ?? user,
  }
  const client = file.services[roles[service] ?? '']
  if (client === undefined) return own
  const said = environmentOf(client)
  const hosts = new Set(hostsOf(name, server))
  const [address] = addresses(client).filter(({ host, path }) => hosts.has(host) && path !== '')
  // Spelt out one by one, as in DB_HOST, DB_NAME …
  const variable = (pattern: RegExp) => Object.entries(said).find(([key]) => pattern.test(key))?.[1]
  const who =
    address?.user || variable(/^(\w+_)?(DB|PG|POSTGRES|DATABASE|DATASOURCE)_?(USER|USERNAME)$/i) || own.user
  const secret =
    address?.password || variable(/^(\w+_)?(DB|PG|POSTGRES|DATABASE|DATASOURCE)_?(PASS|PASSWORD)$/i)
  return {
    user: who,
    // The server knows its own user's password; a service may have it wrong.
    password: (who === own.user && own.password) || secret || own.password,
    database:
      address?.path ||
      variable(/^(\w+_)?(DB|PG|POSTGRES|DATABASE)_?(NAME|DB|DATABASE)$|^PGDATABASE$|^POSTGRES_DB$/i) ||
      own.database,
  }
}

/** How the services speak to the cache. */
export function cacheLogin(
  file: ComposeFile,
  roles: Roles,
  environment: Readonly<Record<string, string>>,
): CacheLogin | undefined {
  const cache = file.services[roles.cache ?? '']
  if (roles.cache === undefined || cache === undefined) return undefined
  const hosts = new Set(hostsOf(roles.cache, cache))
  const services = (['users', 'orders', 'payments'] as const).flatMap((each): ComposeService[] => {
    const service = file.services[roles[each] ?? '']
    return service === undefined ? [] : [service]
  })
  const used = services.map((service) => {
    const address = addresses(service).find(({ host }) => hosts.has(host))
    const number = Object.entries(environmentOf(service)).find(([key]) =>
      /^(\w+_)?REDIS_(DB|DATABASE)(_\w+)?$/i.test(key),
    )?.[1]
    return { password: address?.password || undefined, database: Number(address?.path || number || 0) }
  })
  const required = /--requirepass\s+["']?([^\s"']+)/.exec(commandOf(cache))?.[1]
  const numbers = new Set(used.map(({ database }) => database))
  const [only] = numbers
  return {
    password:
      required ?? environment.REDIS_PASSWORD ?? used.find(({ password }) => password !== undefined)?.password,
    database: numbers.size > 1 ? undefined : (only ?? 0),
  }
}

function addresses(
  service: ComposeService,
): { user: string; password: string; host: string; path: string }[] {
  return Object.values(environmentOf(service)).flatMap((text) =>
    [...text.matchAll(ADDRESS)].map(({ groups = {} }) => ({
      user: decode(groups.user ?? ''),
      password: decode(groups.password ?? ''),
      host: groups.host ?? '',
      path: groups.path ?? '',
    })),
  )
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text // a percent sign that stands for itself
  }
}

/** The port inside the container on which the gateway listens: that of the assignment, or what is published, or named. */
export function gatewayPort(
  ports: readonly { target: number; published: string | undefined }[],
  service: ComposeService,
): number {
  const [first] = ports
  const usual = ports.find(({ published, target }) => published === '8000' || target === 8000)
  const named = Number(service.expose?.[0]?.split('/')[0] ?? environmentOf(service).PORT)
  return usual?.target ?? first?.target ?? (Number.isInteger(named) && named > 0 ? named : 8000)
}

/** The port of a store inside its container. */
export function storePort(kind: 'cache' | 'database', service: ComposeService): number {
  if (kind === 'database') return Number(environmentOf(service).PGPORT ?? 5432)
  return Number(/--port\s+(\d+)/.exec(commandOf(service))?.[1] ?? 6379)
}
