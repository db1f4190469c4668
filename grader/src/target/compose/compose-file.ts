import { parse } from 'yaml'
import * as z from 'zod/mini'

const Scalar = z.union([z.string(), z.number(), z.boolean(), z.null()])
const Words = z.union([z.string(), z.array(z.coerce.string()), z.null()])
const Port = z.union([
  z.string(),
  z.number(),
  z.looseObject({
    target: z.coerce.number(),
    published: z.optional(z.coerce.string()),
    host_ip: z.optional(z.string()),
    protocol: z.optional(z.string()),
  }),
])
const Mount = z.union([
  z.string(),
  z.looseObject({
    type: z.string(),
    source: z.optional(z.string()),
    target: z.string(),
    read_only: z.optional(z.boolean()),
  }),
])
const Build = z.union([z.string(), z.looseObject({ context: z.optional(z.string()) })])
const Networks = z.union([z.array(z.string()), z.record(z.string(), z.unknown())])

const HealthCheck = z.looseObject({
  interval: z.optional(z.string()),
  retries: z.optional(z.coerce.number()),
  disable: z.optional(z.boolean()),
})
const Needs = z.union([
  z.array(z.string()),
  z.record(z.string(), z.nullable(z.looseObject({ condition: z.optional(z.string()) }))),
])

const Service = z.looseObject({
  image: z.optional(z.string()),
  build: z.optional(Build),
  command: z.optional(Words),
  entrypoint: z.optional(Words),
  environment: z.optional(z.union([z.record(z.string(), Scalar), z.array(z.string()), z.null()])),
  ports: z.optional(z.array(Port)),
  expose: z.optional(z.array(z.coerce.string())),
  volumes: z.optional(z.array(Mount)),
  networks: z.optional(Networks),
  container_name: z.optional(z.string()),
  network_mode: z.optional(z.string()),
  depends_on: z.optional(z.nullable(Needs)),
  healthcheck: z.optional(z.nullable(HealthCheck)),
})

/** What `docker-compose config` prints, of both versions of Compose: short and long spellings alike. */
const ComposeFile = z.looseObject({
  services: z.record(z.string(), Service),
  networks: z.optional(z.nullable(z.record(z.string(), z.unknown()))),
  volumes: z.optional(z.nullable(z.record(z.string(), z.unknown()))),
  secrets: z.optional(z.nullable(z.record(z.string(), z.unknown()))),
  configs: z.optional(z.nullable(z.record(z.string(), z.unknown()))),
})
export type ComposeFile = z.infer<typeof ComposeFile>
export type ComposeService = z.infer<typeof Service>

/** @throws when it is no YAML, or no Compose file. */
export function parseComposeFile(text: string): ComposeFile {
  return z.parse(ComposeFile, parse(text, { merge: true, maxAliasCount: 1_000 }))
}

/** The variables of a service; those that are only passed on from the shell are left out. */
export function environmentOf({ environment }: ComposeService): Record<string, string> {
  const entries: [string, unknown][] = Array.isArray(environment)
    ? environment.map((line) => {
        const at = line.indexOf('=')
        return at < 0 ? [line, null] : [line.slice(0, at), line.slice(at + 1)]
      })
    : Object.entries(environment ?? {})
  return Object.fromEntries(
    entries.filter(([, value]) => value !== null).map(([name, value]) => [name, withDollars(String(value))]),
  )
}

/** Compose writes a dollar sign twice, so that it is not taken for a variable. */
function withDollars(text: string): string {
  return text.replaceAll('$$', '$')
}

/** The words of a command, however it is spelt. */
export function commandOf({ command }: ComposeService): string {
  return withDollars(Array.isArray(command) ? command.join(' ') : (command ?? ''))
}

/** A port that is published, or only named (`published` undefined: any of the host's). */
export interface PublishedPort {
  readonly target: number
  readonly published: string | undefined
  readonly host: string | undefined
  readonly protocol: string
}

/** `127.0.0.1:8080:80/tcp`, `8080:80`, `80`, or the long spelling. */
export function portsOf({ ports = [] }: ComposeService): PublishedPort[] {
  return ports.flatMap((port): PublishedPort[] => {
    if (typeof port === 'object') {
      const { target, published, host_ip: host, protocol = 'tcp' } = port
      return [{ target, published: published === '' ? undefined : published, host, protocol }]
    }
    const [address = '', protocol = 'tcp'] = String(port).split('/')
    const { host, published, target } =
      /^(?:(?<host>\[.*\]|\d+\.[\d.]+):)?(?:(?<published>[\d-]*):)?(?<target>\d+)(?:-\d+)?$/.exec(address)
        ?.groups ?? {}
    if (target === undefined) return []
    return [{ target: Number(target), published: published === '' ? undefined : published, host, protocol }]
  })
}

/** As a person would write it: `8000:80`. */
export function spellPort({ host, published, target }: PublishedPort): string {
  return [host, published, target].filter((each) => each !== undefined).join(':')
}

/** A mount in one spelling. Of a volume without a name the source is `undefined`. */
export interface Mount {
  readonly type: 'volume' | 'bind' | 'tmpfs'
  readonly source: string | undefined
  readonly target: string
  readonly isReadOnly: boolean
}

export function mountsOf({ volumes = [] }: ComposeService): Mount[] {
  return volumes.map((mount): Mount => {
    if (typeof mount === 'object') {
      const { type, source, target, read_only: isReadOnly = false } = mount
      return { type: type === 'bind' || type === 'tmpfs' ? type : 'volume', source, target, isReadOnly }
    }
    const parts = mount.split(':')
    const mode = parts.length > 1 && /^[a-z,]+$/i.test(parts.at(-1) ?? '') ? (parts.pop() ?? '') : ''
    const target = parts.pop() ?? ''
    const source = parts.length > 0 ? parts.join(':') : undefined
    const isPath = source !== undefined && /^[./~\\]|^[a-z]:/i.test(source)
    return { type: isPath ? 'bind' : 'volume', source, target, isReadOnly: mode.split(',').includes('ro') }
  })
}
