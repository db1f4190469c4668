import { randomBytes } from 'node:crypto'
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { ComposeFacts, Hands } from '@msctl/scenarios/grading'
import type { ServiceName } from '@msctl/sdk/contract'
import { Failure, isFailure } from '../../failure.ts'
import { type ComposeCli, createComposeCli, probeCompose } from '../../platform/compose/compose-cli.ts'
import { isPortFree } from '../../platform/local/free-port.ts'
import { waitUntil } from '../../platform/local/wait-until.ts'
import { awaitAnswers } from './await-answers.ts'
import { type ComposeFile, environmentOf, mountsOf, portsOf, spellPort } from './compose-file.ts'
import { isEnvironmentProblem } from './environment-problem.ts'
import { composeHands } from './hands.ts'
import { inspectProject, lastLinesOf, type SubmittedContainer } from './inspect.ts'
import { type Isolated, isolate } from './isolate.ts'
import { type ReadProject, readProject } from './read-project.ts'
import { type Roles, recogniseRoles } from './recognise.ts'
import { removeProject } from './remove-project.ts'
import { cacheLogin, databaseLogin, gatewayPort, storePort } from './stores.ts'

export interface ComposeTargetOptions {
  readonly file: string
  /** The submission's folder; nothing outside it is built, read or mounted. Default: that of the file. */
  readonly root?: string | undefined
  /** Which service is which part, where it cannot be seen. */
  readonly map?: Roles | undefined
  readonly env: NodeJS.ProcessEnv
  readonly signal?: AbortSignal | undefined
  /** A line that Docker or Compose prints. */
  readonly onOutput?: (line: string) => void
  /** The Compose project. Default: a random name. */
  readonly project?: string | undefined
  /** How long all may take to answer once started, in milliseconds. Default 180 000. */
  readonly readyLimitMs?: number | undefined
}

/** How to reach what was started. */
export interface ComposeReach {
  readonly url: string
  readonly redisUrl: string | undefined
  readonly databaseUrls: Readonly<Partial<Record<ServiceName, string>>>
  readonly hands: Hands
}

/** A submission that was started, or could not be. */
export interface ComposeTarget {
  readonly facts: ComposeFacts
  /** `undefined`: no gateway answers, and `facts` says why. */
  readonly reach: ComposeReach | undefined
  /** Takes everything down: containers, networks, volumes and images. May be called twice. */
  close(): Promise<void>
}

/** How long building and fetching images may take: none of it counts as starting. */
const BUILD_LIMIT_MS = 20 * 60_000
const READY_LIMIT_MS = 180_000
/** A machine that grades is busy: it is asked for longer than a person would wait. */
export const PROBE_LIMIT_MS = 60_000
const STOP_LIMIT_MS = 60_000
const STOP_SECONDS = '10'
const KEPT_LINES = 12
const PORT_ATTEMPTS = 3
const SERVICES: readonly ServiceName[] = ['users', 'orders', 'payments']
/** What Docker needs to know of this machine. Anything else is not for a submission to see. */
const PASSED_ON =
  /^(PATH|HOME|TMPDIR|LANG|LC_ALL|XDG_RUNTIME_DIR|DOCKER_\w+|SSL_CERT_\w+|(https?|no)_proxy|(HTTPS?|NO)_PROXY)$/

/**
 * Builds and starts somebody's Compose project under a name, on ports and within limits of its own, and waits until it answers.
 *
 * @throws Failure `no-docker`, `no-compose-file`, `compose-map`, `compose-refused`, `compose-failed` (Docker failed, not the
 *   submission), `interrupted`. Whatever was begun is taken down before.
 */
export async function openComposeTarget(options: ComposeTargetOptions): Promise<ComposeTarget> {
  const file = path.resolve(options.file)
  const { root = path.dirname(file), map, signal, onOutput, readyLimitMs = READY_LIMIT_MS } = options
  const project = options.project ?? `msctl-grade-${randomBytes(4).toString('hex')}`
  const env = Object.fromEntries(Object.entries(options.env).filter(([name]) => PASSED_ON.test(name)))
  const probe = await probeCompose(env, PROBE_LIMIT_MS)
  signal?.throwIfAborted()
  if ('reason' in probe) throw new Failure('no-docker', { reason: probe.reason })
  const { command } = probe
  const shownCommand = `${command.join(' ')} up --build`
  const shownFile = path.relative(root, file)

  const read = await readProject({ file, root, project, command, env, signal })
  if (read.config === undefined) return unreadable(read, command, shownFile, shownCommand, readyLimitMs)
  const original = read.config
  const { roles, strangers } = recogniseRoles(original, map)
  const missing = [...SERVICES, 'gateway' as const].filter((role) => roles[role] === undefined)
  // What is not recognised may be the very part that seems to be missing: that is for people to say.
  const [unknown] = missing
  if (unknown !== undefined && strangers.length > 0)
    throw new Failure('compose-map', { role: unknown, candidates: strangers })

  const folder = await mkdtemp(path.join(tmpdir(), 'msctl-grade-'))
  const isolatedFile = path.join(folder, 'docker-compose.json')
  const cliFor = (limit?: AbortSignal): ComposeCli =>
    createComposeCli(command, {
      project: { name: project, folder },
      env: { ...env, COMPOSE_FILE: isolatedFile },
      signal: limit,
    })
  const cli = cliFor(signal)
  // What is taken down is taken down to the end, whatever else is to end.
  const enduring = cliFor()
  const close = async () => {
    await removeProject(enduring, project)
    await rm(folder, { recursive: true, force: true })
  }

  /** Runs Compose for so long at most. @returns its exit code and last lines. */
  async function compose(
    args: readonly string[],
    limitMs: number,
    tell?: (line: string) => void,
  ): Promise<{ exitCode: number; output: string[] }> {
    const limit = AbortSignal.timeout(Math.max(1, limitMs))
    const output: string[] = []
    const keep = (line: string) => {
      output.push(line.slice(0, 500))
      if (output.length > KEPT_LINES) output.shift()
      tell?.(line.slice(0, 500))
    }
    try {
      await cliFor(signal === undefined ? limit : AbortSignal.any([signal, limit])).compose(args, keep)
      return { exitCode: 0, output }
    } catch (error) {
      signal?.throwIfAborted()
      if (limit.aborted)
        return { exitCode: 124, output: [...output, `not done within ${Math.round(limitMs / 1000)} s`] }
      if (!isFailure(error, 'compose-failed')) throw error
      const exitCode = (error.cause as { exitCode?: number } | undefined)?.exitCode ?? 1
      if (isEnvironmentProblem(output)) throw error
      return { exitCode, output }
    }
  }

  /** Chooses ports, writes the file that can be started, and starts it. */
  async function start(): Promise<{
    started: { exitCode: number; output: string[] }
    isolated: Isolated
    ports: Ports
    readyByMs: number
  }> {
    for (let attempt = 1; ; attempt++) {
      const ports = await choosePorts(original, roles)
      const copies: [string, string][] = []
      const copyOf = (source: string) => {
        const copy = path.join(folder, 'mounts', String(copies.length), path.basename(source))
        copies.push([source, copy])
        return copy
      }
      const isolated = isolate(original, { project, root, roles, ports, copyOf })
      for (const [source, copy] of copies) await copyMount(source, copy)
      await writeFile(isolatedFile, JSON.stringify(isolated.file, null, 2))
      const built = await compose(['up', '--no-start', '--build'], BUILD_LIMIT_MS, onOutput)
      const readyByMs = performance.now() + readyLimitMs
      const started =
        built.exitCode === 0 ? await compose(['up', '--detach', '--no-build'], readyLimitMs, onOutput) : built
      const isPortTaken = started.output.some((line) =>
        /port is already allocated|address already in use/i.test(line),
      )
      if (!isPortTaken || attempt === PORT_ATTEMPTS) return { started, isolated, ports, readyByMs }
      await removeProject(enduring, project)
    }
  }

  try {
    const began = performance.now()
    const { started, isolated, ports, readyByMs } = await start()
    const startedMs = performance.now() - began
    const gateway = roles.gateway === undefined ? undefined : ports.get(roles.gateway)
    const url = gateway === undefined ? undefined : `http://127.0.0.1:${gateway.port}`
    const answers = await awaitAnswers({
      url,
      roles,
      containers: () => inspectProject(cli, project),
      deadlineMs: readyByMs - performance.now(),
      signal,
    })
    const containers = await inspectProject(cli, project)
    const facts: ComposeFacts = {
      file: shownFile,
      roles,
      databaseNames: databaseNames(original, roles, containers),
      services: await describeServices(containers),
      start: {
        command: shownCommand,
        ...started,
        durationMs: Math.round(startedMs),
        byHand: isolated.byHand,
      },
      ready: {
        missing: answers.missing,
        durationMs: Math.round(readyLimitMs - (readyByMs - answers.at)),
        limitMs: readyLimitMs,
      },
      changes: isolated.changes,
    }
    const reach =
      url === undefined || !answers.isGatewayThere ? undefined : await reachOf(url, ports, containers)
    return { facts, reach, close }
  } catch (error) {
    await close()
    throw error
  }

  async function describeServices(
    containers: readonly SubmittedContainer[],
  ): Promise<ComposeFacts['services']> {
    return Promise.all(
      Object.entries(original.services).map(async ([name, service]) => {
        const container = containers.find((each) => each.service === name)
        const isRunning = container?.isRunning === true
        const isStore = Object.entries(roles).some(([role, each]) => each === name && /^db_|cache/.test(role))
        return {
          name,
          image: service.image,
          published: portsOf(service)
            .filter(({ published }) => published !== undefined)
            .map(spellPort),
          mounts: mountsOf(service).map(({ type, source, target }) => ({
            type,
            source: shorten(source),
            target,
          })),
          dataFolder: isStore
            ? dataFolder(service.image, container?.environment ?? environmentOf(service))
            : undefined,
          openSecrets: read.openSecrets[name] ?? [],
          state: container?.state ?? 'not created',
          isRunning,
          log: container === undefined || isRunning ? [] : await lastLinesOf(container.id, env),
        }
      }),
    )
  }

  /** A path within the submission, as its author wrote it. */
  function shorten(source: string | undefined): string | undefined {
    return source?.startsWith(`${root}/`) === true ? `./${path.relative(root, source)}` : source
  }

  async function reachOf(
    url: string,
    ports: Ports,
    containers: readonly SubmittedContainer[],
  ): Promise<ComposeReach> {
    const environment = (name: string | undefined) =>
      containers.find(({ service }) => service === name)?.environment ?? {}
    const cache = cacheLogin(original, roles, environment(roles.cache))
    const cachePort = ports.get(roles.cache ?? '')?.port
    const databaseUrls = SERVICES.flatMap((service): [ServiceName, string][] => {
      const name = roles[`db_${service}`]
      const login = databaseLogin(original, roles, service, environment(name))
      const port = ports.get(name ?? '')?.port
      if (login === undefined || port === undefined) return []
      const { user, password, database } = login
      return [
        [
          service,
          `postgres://${encodeURIComponent(user)}:${encodeURIComponent(password)}@127.0.0.1:${port}/${database}`,
        ],
      ]
    })
    const secret = cache?.password === undefined ? '' : `:${encodeURIComponent(cache.password)}@`
    return {
      url,
      // Services that keep their keys in different databases cannot all be seen through one.
      redisUrl:
        cache?.database === undefined || cachePort === undefined
          ? undefined
          : `redis://${secret}127.0.0.1:${cachePort}${cache.database === 0 ? '' : `/${cache.database}`}`,
      databaseUrls: Object.fromEntries(databaseUrls),
      hands: composeHands({ cli: enduring, project, roles, restart: () => restart(url) }),
    }
  }

  /** As `docker-compose down` and `up` would: the containers are new, the volumes stay. */
  async function restart(url: string): Promise<string> {
    const forgotten = (await inspectProject(enduring, project)).flatMap((each) => each.anonymousVolumes)
    const down = await compose(['down', '--timeout', STOP_SECONDS], STOP_LIMIT_MS)
    const up = await compose(['up', '--detach', '--no-build'], readyLimitMs)
    const output = [...down.output, ...up.output].join('\n')
    if (forgotten.length > 0) await enduring.docker(['volume', 'rm', '--force', ...forgotten])
    if (down.exitCode !== 0 || up.exitCode !== 0) throw new Error(output)
    const found = () => inspectProject(enduring, project)
    await awaitAnswers({ url, roles, containers: found, deadlineMs: readyLimitMs, signal })
    return output
  }
}

type Ports = ReadonlyMap<string, { readonly port: number; readonly target: number }>

/** Free ports for the gateway and the stores. Below those that the system gives to clients, which come and go. */
async function choosePorts(file: ComposeFile, roles: Roles): Promise<Ports> {
  const ports = new Map<string, { port: number; target: number }>()
  const given = new Set<number>()
  for (const [role, name] of Object.entries(roles)) {
    const service = file.services[name]
    const isPart = SERVICES.includes(role as ServiceName)
    if (service === undefined || isPart || ports.has(name)) continue
    const target =
      role === 'gateway'
        ? gatewayPort(portsOf(service), service)
        : storePort(role === 'cache' ? 'cache' : 'database', service)
    const port = await waitUntil(
      async () => {
        const candidate = 20_000 + Math.floor(Math.random() * 12_000)
        return !given.has(candidate) && (await isPortFree(candidate)) ? candidate : undefined
      },
      { deadlineMs: 5_000, everyMs: 1 },
    )
    if (port === undefined) throw new Error('no free port')
    given.add(port)
    ports.set(name, { port, target })
  }
  return ports
}

/** A copy of what is mounted; what is not there becomes an empty folder, as Docker would make it. */
async function copyMount(source: string, copy: string): Promise<void> {
  await mkdir(path.dirname(copy), { recursive: true })
  await cp(source, copy, { recursive: true, verbatimSymlinks: true }).catch(
    async (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error
      await mkdir(copy, { recursive: true })
    },
  )
}

function dataFolder(image: string | undefined, environment: Readonly<Record<string, string>>): string {
  if (/bitnami/.test(image ?? '')) return '/bitnami/postgresql'
  return environment.PGDATA ?? '/var/lib/postgresql/data'
}

function databaseNames(
  file: ComposeFile,
  roles: Roles,
  containers: readonly SubmittedContainer[],
): Partial<Record<ServiceName, string>> {
  return Object.fromEntries(
    SERVICES.flatMap((service) => {
      const environment =
        containers.find((each) => each.service === roles[`db_${service}`])?.environment ?? {}
      const login = databaseLogin(file, roles, service, environment)
      return login === undefined ? [] : [[service, login.database]]
    }),
  )
}

/**
 * A file that Compose does not understand starts nothing. Compose 1 does not understand all that is right today: with that one
 * nothing can be concluded.
 */
function unreadable(
  { problem }: ReadProject,
  command: readonly string[],
  file: string,
  shownCommand: string,
  limitMs: number,
): ComposeTarget {
  const isOld =
    command.length === 1 &&
    problem.some((line) => /Unsupported|Additional properties|does not match|invalid type/i.test(line))
  if (isOld) throw new Failure('compose-failed', { command: `${command.join(' ')} config`, output: problem })
  const facts: ComposeFacts = {
    file,
    roles: {},
    databaseNames: {},
    services: [],
    start: { command: shownCommand, exitCode: 1, output: problem, durationMs: 0, byHand: [] },
    ready: { missing: [], durationMs: 0, limitMs },
    changes: [],
  }
  return { facts, reach: undefined, close: () => Promise.resolve() }
}
