import { SERVICES, type ServiceName } from '@msctl/sdk/contract'
import { Failure } from '../../failure.ts'
import type { ComposeRole } from '../compose-facts.ts'
import { type ComposeFile, type ComposeService, commandOf, environmentOf, portsOf } from './compose-file.ts'

export type Roles = Readonly<Partial<Record<ComposeRole, string>>>
/** What somebody said: the name of a service, or `none`. */
export type RolesGiven = Readonly<Partial<Record<ComposeRole, string>>>
const NONE = 'none'

const WORDS: Readonly<Record<ServiceName | 'gateway', readonly string[]>> = {
  users: ['user', 'users', 'usr'],
  orders: ['order', 'orders', 'ord'],
  payments: ['payment', 'payments', 'pay', 'billing'],
  gateway: [
    'gateway',
    'gw',
    'apigateway',
    'apigw',
    'proxy',
    'nginx',
    'traefik',
    'kong',
    'caddy',
    'edge',
    'bff',
  ],
}
/** What a name may say besides, without saying anything. */
const FILLERS = new Set(
  'service services svc srv api app application ms micro microservice server backend be web rest http node py go java container main my the'.split(
    ' ',
  ),
)
/** What only helps: never a role of its own. */
const HELPERS = new Set(
  'worker migrate migration migrations migrator init seed seeder test tests e2e admin adminer pgadmin exporter monitor monitoring backup cron job debug docs swagger ui frontend front client'.split(
    ' ',
  ),
)
const STORES = new Set(
  'db dbs database databases postgres postgresql pg psql sql redis valkey cache data storage mongo mysql'.split(
    ' ',
  ),
)
/** Images of what helps, whatever the service is called. */
const HELPER_IMAGE =
  /(^|\/)(adminer|pgadmin4?|all-in-one|jaeger|zipkin|prometheus|grafana|loki|promtail|tempo|otel\S*|opentelemetry-collector\S*|mailhog|mailpit|portainer\S*|rabbitmq|kafka|zookeeper|elasticsearch|kibana|redis-?commander|redisinsight|dozzle|swagger-ui|wait-for-it)([:@-]|$)/
const POSTGRES_IMAGE = /(^|\/)(postgres|postgresql|postgis|timescaledb|pgvector|supabase-postgres)([:@-]|$)/
const REDIS_IMAGE = /(^|\/)(redis|redis-stack|redis-stack-server|valkey|keydb|dragonfly)([:@-]|$)/

export interface Recognised {
  readonly roles: Roles
  /** The parts of which somebody said that there is none. */
  readonly none: ReadonlySet<ComposeRole>
  /** The services that play no role, though nothing in their name or image says what else they are for. */
  readonly unrecognised: readonly string[]
}

/**
 * Finds out which service of a Compose file is which part of the platform: by its name, its image, its variables and its ports.
 *
 * @param given What somebody said, which counts more.
 * @throws Failure `compose-map` when two could be the same part, or `given` names what is not there.
 */
export function recogniseRoles(file: ComposeFile, given: RolesGiven = {}): Recognised {
  const all = Object.entries(file.services)
  const isNone = (name: string) => name === NONE && file.services[NONE] === undefined
  const said = Object.entries(given) as [ComposeRole, string][]
  const none = new Set(said.flatMap(([role, name]) => (isNone(name) ? [role] : [])))
  const map: Roles = Object.fromEntries(said.filter(([role]) => !none.has(role)))
  for (const [role, name] of Object.entries(map)) {
    if (file.services[name] === undefined)
      throw new Failure('compose-map', { role, candidates: all.map(([each]) => each), given: name })
  }
  const roles: Partial<Record<ComposeRole, string>> = { ...map }
  const taken = () => new Set(Object.values(roles))
  const databases = all.filter(([name, service]) => isDatabase(name, service))
  const caches = all.filter(([name, service]) => isCache(name, service))
  const stores = new Set([...databases, ...caches].map(([name]) => name))
  const programs = all.filter(
    ([name]) => !stores.has(name) && !tokensOf(name).some((word) => HELPERS.has(word)),
  )

  const give = (role: ComposeRole, candidates: readonly string[]): void => {
    if (roles[role] !== undefined || none.has(role) || candidates.length === 0) return
    const [only, second] = candidates
    if (second !== undefined) throw new Failure('compose-map', { role, candidates })
    if (only !== undefined) roles[role] = only
  }
  const free = () => programs.filter(([name]) => !taken().has(name))

  for (const role of [...SERVICES, 'gateway'] as const) {
    give(
      role,
      closest(
        role,
        free()
          .filter(([name]) => names(role, name))
          .map(([name]) => name),
      ),
    )
  }
  // A name that says nothing: what it connects to does, and the port that the assignment gives the gateway.
  for (const service of SERVICES) {
    const own = free().filter(([, each]) =>
      Object.values(environmentOf(each)).some((value) => speaksOf(service, value)),
    )
    const others = (each: ComposeService) =>
      SERVICES.filter((other) => Object.values(environmentOf(each)).some((value) => speaksOf(other, value)))
        .length
    give(
      service,
      own.filter(([, each]) => others(each) === 1).map(([name]) => name),
    )
  }
  if (roles.gateway === undefined) {
    const at8000 = free().filter(([, service]) =>
      portsOf(service).some(({ published }) => published === '8000'),
    )
    const ofApi = free().filter(([name]) => tokensOf(name).includes('api'))
    const references = free().filter(([, service]) =>
      mentionsAll(
        service,
        SERVICES.map((each) => roles[each]),
      ),
    )
    for (const candidates of [at8000, references, ofApi]) {
      if (roles.gateway === undefined && candidates.length === 1)
        give(
          'gateway',
          candidates.map(([name]) => name),
        )
    }
  }

  // Of several caches the one counts that the services speak to; if each has its own, none can be asked for all.
  if (roles.cache === undefined) {
    const used = caches.filter(([name, cache]) =>
      SERVICES.some((service) => refersTo(file.services[roles[service] ?? ''], name, cache)),
    )
    const candidates = caches.length > 1 && used.length > 0 ? used : caches
    if (candidates.length === 1)
      give(
        'cache',
        candidates.map(([name]) => name),
      )
  }

  for (const service of SERVICES) {
    const role = `db_${service}` as const
    const byName = databases.filter(([name]) => tokensOf(name).some((word) => WORDS[service].includes(word)))
    const byDatabase = databases.filter(([, each]) => speaksOf(service, databaseNameOf(each)))
    const byUse = databases.filter(([name, each]) =>
      refersTo(file.services[roles[service] ?? ''], name, each),
    )
    const onlyOne = databases.length === 1 ? databases : []
    for (const candidates of [byUse, byName, byDatabase, onlyOne]) {
      if (roles[role] === undefined && candidates.length === 1)
        give(
          role,
          candidates.map(([name]) => name),
        )
    }
  }
  const unknown = () => free().filter(([, { image }]) => !HELPER_IMAGE.test(image ?? ''))
  // Whatever it is called, the gateway is what can be reached from outside.
  give(
    'gateway',
    unknown().flatMap(([name, service]) =>
      portsOf(service).some(({ published }) => published !== undefined) ? [name] : [],
    ),
  )
  return { roles, none, unrecognised: unknown().map(([name]) => name) }
}

/** `usersService`, `user-service` and `SERVICE_USERS` in words of lower case. */
function tokensOf(name: string): string[] {
  return name
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z]+/)
    .flatMap((word) => splitGlued(word))
    .filter(Boolean)
}

/** `usersservice` and `userdb` are two words each. */
function splitGlued(word: string): string[] {
  const subjects = Object.values(WORDS).flat()
  if (subjects.includes(word) || FILLERS.has(word) || STORES.has(word)) return [word]
  for (const subject of subjects) {
    if (subject.length < 4) continue
    const rest = word.startsWith(subject)
      ? word.slice(subject.length)
      : word.endsWith(subject)
        ? word.slice(0, -subject.length)
        : ''
    if (rest !== '' && (FILLERS.has(rest) || STORES.has(rest))) return [subject, rest]
  }
  return [word]
}

/** Whether a name means that role, and no other. */
function names(role: ServiceName | 'gateway', name: string): boolean {
  const words = tokensOf(name)
  const subjects = (Object.keys(WORDS) as (keyof typeof WORDS)[]).filter((each) =>
    words.some((word) => WORDS[each].includes(word)),
  )
  return subjects.length === 1 && subjects[0] === role && !words.some((word) => STORES.has(word))
}

/** Of several candidates those whose name says least besides: `users` rather than `users-legacy`. */
function closest(role: ServiceName | 'gateway', candidates: readonly string[]): string[] {
  const surplus = (name: string) =>
    tokensOf(name).filter((word) => !WORDS[role].includes(word) && !FILLERS.has(word)).length
  const least = Math.min(...candidates.map(surplus))
  return candidates.filter((name) => surplus(name) === least)
}

function isDatabase(name: string, service: ComposeService): boolean {
  if (service.image !== undefined && POSTGRES_IMAGE.test(service.image)) return true
  const hasVariables = Object.keys(environmentOf(service)).some((each) =>
    /^(POSTGRES_(DB|USER|PASSWORD)|POSTGRESQL_(DATABASE|USERNAME))$/.test(each),
  )
  const isNamed = tokensOf(name).some((word) =>
    ['db', 'database', 'postgres', 'postgresql', 'pg', 'psql'].includes(word),
  )
  return service.build !== undefined && hasVariables && isNamed
}

function isCache(name: string, service: ComposeService): boolean {
  if (service.image !== undefined && REDIS_IMAGE.test(service.image))
    return !/commander|insight|exporter/.test(service.image)
  return (
    service.build !== undefined &&
    /^(redis|valkey|cache)$/.test(tokensOf(name).join('')) &&
    !isDatabase(name, service)
  )
}

/** The names by which others reach a service. */
export function hostsOf(name: string, service: ComposeService): string[] {
  const networks = Array.isArray(service.networks) ? {} : (service.networks ?? {})
  const aliases = Object.values(networks).flatMap(
    (each) => (each as { aliases?: string[] } | null)?.aliases ?? [],
  )
  return [
    name,
    ...[service.container_name, service.hostname].filter((each) => typeof each === 'string'),
    ...aliases,
  ]
}

/** Whether a service's variables or command name that host. */
function refersTo(service: ComposeService | undefined, name: string, other: ComposeService): boolean {
  if (service === undefined) return false
  const said = [...Object.values(environmentOf(service)), commandOf(service)]
  return hostsOf(name, other).some((host) => said.some((text) => mentions(text, host)))
}

function mentions(text: string, host: string): boolean {
  return new RegExp(`(^|[^\\w.-])${host.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}($|[^\\w.-])`).test(text)
}

function mentionsAll(service: ComposeService, hosts: readonly (string | undefined)[]): boolean {
  const said = Object.values(environmentOf(service))
  return hosts.every((host) => host !== undefined && said.some((text) => mentions(text, host)))
}

function databaseNameOf(service: ComposeService): string {
  const environment = environmentOf(service)
  return environment.POSTGRES_DB ?? environment.POSTGRESQL_DATABASE ?? ''
}

/** Whether a database of a service is meant: `users_db`, `postgres://…/userdb`. The host in an address says nothing of it. */
function speaksOf(service: ServiceName, text: string): boolean {
  const database = /^[a-z+:]+:\/\/[^/]*\/([\w-]+)/i.exec(text)?.[1] ?? (/^[\w-]+$/.test(text) ? text : '')
  const words = tokensOf(database)
  const isDatabaseName = words.some((word) => STORES.has(word)) || text.includes('://')
  return isDatabaseName && words.some((word) => WORDS[service].includes(word))
}
