import { existsSync, realpathSync } from 'node:fs'
import path from 'node:path'
import type { Text } from '@msctl/scenarios'
import { Failure } from '../../failure.ts'
import {
  type ComposeFile,
  type ComposeService,
  commandOf,
  environmentOf,
  type Mount,
  mountsOf,
  portsOf,
} from './compose-file.ts'
import { awaitedServices, quickened } from './health-check.ts'
import { OWNER_LABEL } from './leftovers.ts'
import { hostsOf, type Roles } from './recognise.ts'

/** What one service of a submission may use of the machine; what is no part of the platform has to get by with less of the processor. */
const LIMITS = { memory: '1g', processes: 256, cpus: 1, otherCpus: 0.25, logMegabytes: 8 } as const

export interface IsolateOptions {
  readonly project: string
  /** Who grades it, as its label says. */
  readonly owner: string
  /** The submission's folder: nothing outside may be built or mounted. */
  readonly root: string
  readonly roles: Roles
  /** The ports of this machine for what has to be reached, by the service's name. */
  readonly ports: ReadonlyMap<string, { readonly port: number; readonly target: number }>
  /** Where the copy of each folder or file that is mounted is, so that the submission stays as it was handed in. */
  readonly copyOf: (source: string, index: number) => string
}

export interface Isolated {
  /** Can be started beside any other. */
  readonly file: ComposeFile
  /** What was changed, a line each. */
  readonly changes: readonly Text[]
  /** Images, mounts and networks that somebody would have had to make by hand. */
  readonly byHand: readonly string[]
  /** What is mounted of the submission, and its copy. */
  readonly copies: ReadonlyMap<string, string>
}

/** A program that runs as another account than its caller, such as sudo, gains nothing by it. */
const NO_NEW_PRIVILEGES = 'no-new-privileges:true'

/** Whether a `security_opt` asks for no more than everybody has. */
function saysTheSame(given: unknown): boolean {
  return Array.isArray(given) && given.every((each) => /^no-new-privileges([:=]true)?$/.test(String(each)))
}

/** What is kept as it is: none of it reaches out of the container. Whatever is not named is dropped. */
const KEPT = new Set(
  'command entrypoint environment depends_on healthcheck expose restart working_dir user hostname domainname links labels tmpfs stop_grace_period stop_signal init tty stdin_open read_only ulimits shm_size extra_hosts platform profiles cap_drop image secrets configs'.split(
    ' ',
  ),
)
const KEPT_OF_BUILD = [
  'dockerfile',
  'dockerfile_inline',
  'args',
  'target',
  'shm_size',
  'extra_hosts',
] as const
/** Dropped without a word: it says nothing to whoever reads the notes, or is replaced by the like. */
const SILENT = new Set(
  'ports volumes networks build container_name env_file logging deploy mem_limit memswap_limit pids_limit cpus scale pull_policy network_mode mem_reservation attach annotations develop'.split(
    ' ',
  ),
)
/** Clocks of the host: what a container has of its own is as good. */
const CLOCKS = new Set(['/etc/localtime', '/etc/timezone'])

/**
 * A copy of a Compose file that can run beside others and does no harm: nothing is published but what the grader needs, on
 * 127.0.0.1; fixed names of containers, images, networks and volumes are gone; nothing of the host is mounted, no privilege
 * given; memory, processes, processors and logs have limits.
 *
 * @param file As `docker-compose config` prints it.
 * @throws Failure `compose-refused` when it cannot work without reaching out of its containers.
 */
export function isolate(file: ComposeFile, options: IsolateOptions): Isolated {
  const { project, owner, root, roles, ports, copyOf } = options
  const owned = { labels: { [OWNER_LABEL]: owner } }
  const changes = new Map<string, Text>()
  const changed = (en: string, ru: string) => changes.set(en, { en, ru })
  const byHand = new Set<string>()
  const copies = new Map<string, string>()
  const partNames = new Set(Object.values(roles))
  const awaited = awaitedServices(file.services)
  const within = (given: string) => isWithin(root, given)

  /** Images that are built here are named after the project, wherever they are used. */
  const builtImages = new Map<string, string>()
  for (const [name, { build, image }] of Object.entries(file.services)) {
    if (build !== undefined && image !== undefined) builtImages.set(image, imageName(project, name))
  }

  function mountsFor(name: string, service: ComposeService): unknown[] {
    return mountsOf(service).flatMap((mount) => {
      const { type, source, target } = mount
      if (type !== 'bind' || source === undefined) return [spellMount(mount)]
      if (/docker\.sock$/.test(source)) {
        if (partNames.has(name)) throw refused(name, 'it works with the Docker socket of the host')
        changed(`${name}: the Docker socket is not mounted`, `${name}: сокет Docker не подключён`)
        return []
      }
      const resolved = path.resolve(root, source)
      if (!within(resolved)) {
        if (!CLOCKS.has(source))
          changed(
            `${name}: ${source}, outside the submission, is not mounted at ${target}`,
            `${name}: ${source} лежит вне сдачи и не подключён как ${target}`,
          )
        return []
      }
      const copy = copies.get(resolved) ?? copyOf(resolved, copies.size)
      copies.set(resolved, copy)
      return [spellMount({ ...mount, source: copy })]
    })
  }

  function buildFor(name: string, build: NonNullable<ComposeService['build']>): Record<string, unknown> {
    const given = typeof build === 'string' ? { context: build } : build
    const context = path.resolve(root, given.context ?? '.')
    if (/^(https?|git|ssh):|^git@/.test(given.context ?? '')) {
      throw refused(name, `it is built from ${given.context}, not from the submission`)
    }
    if (!within(context)) throw refused(name, `it is built from ${context}, outside the submission`)
    const kept = KEPT_OF_BUILD.filter((key) => given[key] !== undefined).map((key) => [key, given[key]])
    return { context, ...Object.fromEntries(kept) }
  }

  function networksFor(name: string, service: ComposeService): Record<string, unknown> {
    const given = Array.isArray(service.networks)
      ? Object.fromEntries(service.networks.map((each) => [each, null]))
      : (service.networks ?? { default: null })
    // Docker resolves the names of containers, too, which are no longer what they were.
    const aliases = hostsOf(name, service).slice(1)
    const own = Object.entries(given).map(([network, settings]) => {
      const before = (settings as { aliases?: string[]; ipv4_address?: string } | null) ?? {}
      if (before.ipv4_address !== undefined)
        changed(
          `${name}: has no fixed address in the network ${network}`,
          `${name}: без постоянного адреса в сети ${network}`,
        )
      return [network, { aliases: [...new Set([...(before.aliases ?? []), ...aliases])] }]
    })
    const isInternal = (network: string) =>
      (file.networks?.[network] as { internal?: boolean } | null | undefined)?.internal === true
    // From an internal network nothing can be published.
    const isHidden = ports.has(name) && Object.keys(given).every(isInternal)
    return { ...Object.fromEntries(own), ...(isHidden && { [REACH]: {} }) }
  }

  function serviceFor(name: string, service: ComposeService): Record<string, unknown> {
    const mode = service.network_mode
    if (mode === 'host' || mode?.startsWith('container:') === true) {
      throw refused(
        name,
        `it has network_mode: ${mode}, and would meet other submissions in the host's network`,
      )
    }
    const said = [...Object.values(environmentOf(service)), commandOf(service)]
    if (partNames.has(name) && said.some((text) => text.includes('host.docker.internal'))) {
      throw refused(name, 'it reaches others through host.docker.internal, that is through ports of the host')
    }
    const kept = Object.entries(service).filter(([key]) => KEPT.has(key))
    for (const [key, given] of Object.entries(service)) {
      if (KEPT.has(key) || SILENT.has(key) || (key === 'security_opt' && saysTheSame(given))) continue
      changed(`${name}: without ${key}`, `${name}: без ${key}`)
    }
    const image =
      service.build === undefined ? builtImages.get(service.image ?? '') : imageName(project, name)
    const published = ports.get(name)
    const healthCheck = awaited.has(name) ? quickened(service.healthcheck) : undefined
    if (healthCheck)
      changed(
        `${name}: its health check is made more often, as others wait for it`,
        `${name}: healthcheck выполняется чаще, потому что его ждут другие`,
      )
    const isOnNetwork = mode === undefined || mode === 'bridge'
    return {
      ...Object.fromEntries(kept),
      labels: { ...labelsOf(service), ...owned.labels },
      ...(healthCheck && { healthcheck: healthCheck }),
      ...(image !== undefined && { image }),
      ...(service.build !== undefined && { build: buildFor(name, service.build) }),
      ...(service.volumes !== undefined && { volumes: mountsFor(name, service) }),
      ...(isOnNetwork ? { networks: networksFor(name, service) } : { network_mode: mode }),
      ...(published !== undefined && { ports: [`127.0.0.1:${published.port}:${published.target}`] }),
      security_opt: [NO_NEW_PRIVILEGES],
      mem_limit: LIMITS.memory,
      memswap_limit: LIMITS.memory,
      pids_limit: LIMITS.processes,
      cpus: partNames.has(name) ? LIMITS.cpus : LIMITS.otherCpus,
      logging: { driver: 'json-file', options: { 'max-size': `${LIMITS.logMegabytes}m`, 'max-file': '1' } },
    }
  }

  /** Without a fixed name, driver or address; what is said to be there already is made. */
  function shared(
    kind: 'network' | 'volume',
    all: Record<string, unknown> | null | undefined,
  ): Record<string, unknown> {
    return Object.fromEntries(
      Object.entries(all ?? {}).map(([name, settings]) => {
        const {
          external,
          internal,
          driver,
          driver_opts: driverOptions,
          ipam,
        } = (settings as Record<string, unknown> | null) ?? {}
        if (external !== undefined && external !== false) byHand.add(`${kind} ${name}`)
        const special = [
          ...(driver !== undefined && driver !== 'bridge' && driver !== 'local' ? [`driver ${driver}`] : []),
          ...(driverOptions !== undefined && Object.keys(driverOptions as object).length > 0
            ? ['driver_opts']
            : []),
          ...(ipam !== undefined && Object.keys(ipam as object).length > 0 ? ['ipam'] : []),
        ]
        for (const each of special)
          changed(`${kind} ${name}: without ${each}`, `${kind} ${name}: без ${each}`)
        return [name, { ...owned, ...(internal === true && { internal }) }]
      }),
    )
  }

  /** Secrets and configs: files of the submission only. */
  function files(
    kind: 'secret' | 'config',
    all: Record<string, unknown> | null | undefined,
  ): Record<string, unknown> {
    return Object.fromEntries(
      Object.entries(all ?? {}).flatMap(([name, settings]): [string, unknown][] => {
        const {
          file: source,
          content,
          environment,
          external,
        } = (settings as Record<string, unknown> | null) ?? {}
        if (typeof content === 'string') return [[name, { content }]]
        if (typeof source === 'string') {
          const resolved = path.resolve(root, source)
          if (!within(resolved))
            throw refused(name, `the ${kind} is the file ${source}, outside the submission`)
          return [[name, { file: resolved }]]
        }
        if (external !== undefined || environment !== undefined) byHand.add(`${kind} ${name}`)
        return []
      }),
    )
  }

  const services = Object.fromEntries(
    Object.entries(file.services).map(([name, service]) => [name, serviceFor(name, service)]),
  )
  const networks = shared('network', file.networks)
  const needsReach = Object.values(services).some(
    ({ networks: own }) => own !== undefined && REACH in (own as object),
  )
  const publishes = Object.entries(file.services).filter(([, service]) => portsOf(service).length > 0)
  if (publishes.length > 0)
    changed(
      'ports: published on free ports of 127.0.0.1, and only where the grader needs them',
      'ports: опубликованы на свободных портах 127.0.0.1 и только там, где они нужны проверке',
    )
  if (!Object.values(file.services).every(({ security_opt: given }) => saysTheSame(given)))
    changed(
      'services: no process gains privileges, so that sudo and su do not work',
      'services: процессы не получают новых привилегий, поэтому sudo и su не работают',
    )
  const isolated = {
    services,
    networks: { ...networks, ...(needsReach && { [REACH]: owned }) },
    volumes: shared('volume', file.volumes),
    ...(file.secrets && { secrets: files('secret', file.secrets) }),
    ...(file.configs && { configs: files('config', file.configs) }),
  }
  return { file: isolated as ComposeFile, changes: [...changes.values()], byHand: [...byHand], copies }
}

/** Those that a service has already, however they are spelt. */
function labelsOf({ labels }: ComposeService): Record<string, unknown> {
  if (!Array.isArray(labels)) return { ...(labels as Record<string, unknown> | null | undefined) }
  return Object.fromEntries(labels.map((each) => String(each).split(/=(.*)/s).slice(0, 2)))
}

/** A network that only makes publishing possible. */
const REACH = 'msctl_reach'

/** The image that a service of the project is built as. All of them begin with the project's name. */
function imageName(project: string, service: string): string {
  return `${project}/${
    service
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-+|-+$/g, '') || 'service'
  }:latest`
}

function refused(service: string, reason: string): Failure {
  return new Failure('compose-refused', { service, reason })
}

function spellMount({ type, source, target, isReadOnly }: Mount): unknown {
  if (type === 'tmpfs') return { type, target }
  if (source === undefined) return target
  return { type, source, target, ...(isReadOnly && { read_only: true }) }
}

/** Whether a path lies in a folder, links followed. */
export function isWithin(folder: string, given: string): boolean {
  let existing = given
  while (!existsSync(existing) && path.dirname(existing) !== existing) existing = path.dirname(existing)
  const real = path.join(realpathSync(existing), path.relative(existing, given))
  const relative = path.relative(realpathSync(folder), real)
  return relative === '' || (!relative.startsWith('..') && !path.isAbsolute(relative))
}
