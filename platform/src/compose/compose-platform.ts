import type { ServiceName } from '@msctl/sdk/contract'
import { Failure } from '../failure.ts'
import { withLock } from '../lock.ts'
import type { Part } from '../parts.ts'
import type {
  Change,
  DatabaseAccess,
  Platform,
  PlatformEvent,
  PlatformStatus,
  UpOptions,
} from '../platform.ts'
import { assertFree, freePort } from '../ports.ts'
import { redisByCli } from '../redis.ts'
import { waitUntil } from '../wait-until.ts'
import { type ComposeProject, createComposeCli } from './compose-cli.ts'
import { followComposeLogs, readComposeLogs } from './compose-logs.ts'
import { askRedisCli, containerDatabase } from './container-stores.ts'
import { type Container, describeParts, listContainers, SERVICES_OF } from './containers.ts'

export interface ComposePlatformOptions {
  /** The command that runs Compose. */
  readonly composeCommand: readonly string[]
  readonly project: ComposeProject
  /** The state folder; with this driver it holds the lock only. */
  readonly home: string
  readonly env: NodeJS.ProcessEnv
  readonly command: string
  readonly onEvent: (event: PlatformEvent) => void
  readonly signal?: AbortSignal | undefined
}

const DEFAULT_PORT = 8000
/** How long the containers may take to become healthy once Compose has started them, in milliseconds. */
const READY_TIMEOUT_MS = 180_000
const POLL_MS = 250
/** Docker waits for services to drain (10 s) before it kills them. */
const STOP_SECONDS = '12'

/** The driver that runs the parts as containers. */
export function createComposePlatform(options: ComposePlatformOptions): Platform {
  const { composeCommand, project, home, env, command, onEvent, signal } = options
  const cliOptions = { project, env, signal }
  const cli = createComposeCli(composeCommand, cliOptions)
  const output = (line: string) => onEvent({ type: 'output', line })

  const locked = <T>(work: () => Promise<T>): Promise<T> => {
    const onWait = (holder: { pid: number; command: string }) =>
      onEvent({ type: 'waiting', pid: holder.pid, command: holder.command })
    return withLock({ folder: home, command, onWait, signal }, work)
  }
  const containers = () => listContainers(cli, project)
  const gatewayPort = async () => (await containers()).find(({ port }) => port !== undefined)?.port

  async function status(): Promise<PlatformStatus> {
    const parts = describeParts(await containers())
    const isUp = parts.some(({ state }) => state !== 'down')
    const url = isUp ? (parts.find(({ name }) => name === 'gateway')?.url ?? null) : null
    return { driver: 'compose', url, dataDir: home, parts }
  }
  const change = async (changed: readonly Part[]): Promise<Change> => ({ changed, status: await status() })

  /** Waits until the parts are healthy, telling of each. @throws Failure `part-failed`, `part-not-ready`. */
  async function awaitReady(parts: readonly Part[]): Promise<void> {
    const began = performance.now()
    const awaited = new Set(parts)
    const done = await waitUntil(
      async () => {
        const found = await containers()
        for (const { name, state, port } of describeParts(found)) {
          if (!awaited.has(name)) continue
          const failed = found.find((each) => SERVICES_OF[name].includes(each.service) && each.hasFailed)
          if (failed !== undefined)
            throw new Failure('part-failed', { part: name, reason: failed.name, ...(await lastWords(name)) })
          if (state !== 'up') continue
          awaited.delete(name)
          onEvent({ type: 'ready', part: name, tookMs: performance.now() - began, port: port ?? undefined })
        }
        return awaited.size === 0 ? true : undefined
      },
      { deadlineMs: READY_TIMEOUT_MS, everyMs: POLL_MS, signal },
    )
    const [late] = awaited
    if (done !== undefined || late === undefined) return
    throw new Failure('part-not-ready', {
      part: late,
      seconds: READY_TIMEOUT_MS / 1000,
      ...(await lastWords(late)),
    })
  }

  async function lastWords(part: Part): Promise<{ log: string[]; logFile: string }> {
    const args = ['logs', '--no-color', '--tail=8', ...SERVICES_OF[part]]
    const log: string[] = []
    await cli.compose(args, (line) => log.push(line))
    return { log: log.slice(-8), logFile: [...composeCommand, '-p', project.name, ...args].join(' ') }
  }

  /** Runs `compose up` for some services, and puts back what was before when that fails or is interrupted. */
  async function bringUp(parts: readonly Part[], port: number): Promise<void> {
    const before = await containers()
    const wasRunning = new Set(before.filter(({ state }) => state !== 'down').map(({ service }) => service))
    const undoCli = createComposeCli(composeCommand, { project, env: { ...env, GATEWAY_PORT: String(port) } })
    const cliWithPort = createComposeCli(composeCommand, {
      ...cliOptions,
      env: { ...env, GATEWAY_PORT: String(port) },
    })
    for (const part of parts) onEvent({ type: 'starting', part })
    try {
      await cliWithPort.compose(['up', '--detach', '--build'], output)
      await awaitReady(parts)
    } catch (error) {
      onEvent({ type: 'undoing' })
      if (before.length === 0) await undoCli.compose(['down', '--timeout', '2'], output)
      else {
        const started = parts
          .flatMap((part) => SERVICES_OF[part])
          .filter((service) => !wasRunning.has(service))
        if (started.length > 0) await undoCli.compose(['stop', '--timeout', '2', ...started], output)
      }
      signal?.throwIfAborted()
      throw error
    }
  }

  async function up({ port, fresh = false }: UpOptions): Promise<Change> {
    if (fresh) await cli.compose(['down', '--volumes', '--timeout', STOP_SECONDS], output)
    const parts = describeParts(await containers())
    const running = await gatewayPort()
    const isGatewayUp = parts.some(({ name, state }) => name === 'gateway' && state !== 'down')
    if (isGatewayUp && port !== undefined && port !== 0 && running !== undefined && port !== running) {
      throw new Failure('other-port', { running, asked: port })
    }
    const missing = parts.filter(({ state }) => state !== 'up').map(({ name }) => name)
    if (missing.length === 0) return change([])
    const asked = port === 0 ? await freePort() : port
    const chosen = isGatewayUp ? (running ?? DEFAULT_PORT) : (asked ?? running ?? DEFAULT_PORT)
    if (!isGatewayUp) await assertFree('gateway', chosen)
    await bringUp(missing, chosen)
    return change(missing)
  }

  const stateOf = async (part: Part) =>
    describeParts(await containers()).find(({ name }) => name === part)?.state ?? 'down'

  /** The containers of a part, running or not. @throws Failure `not-running` when there are none. */
  async function containersOf(part: Part): Promise<readonly [Container, ...Container[]]> {
    const [first, ...more] = (await containers()).filter(({ service }) => SERVICES_OF[part].includes(service))
    if (first === undefined) throw new Failure('not-running', {})
    return [first, ...more]
  }
  const namesOf = (found: readonly Container[]) => found.map(({ name }) => name)

  // What is there is started, stopped and killed by Docker: it is asked for less, and docker-compose takes seconds to begin.
  async function start(part: Part): Promise<Change> {
    const own = await containersOf(part)
    if (describeParts(own).find(({ name }) => name === part)?.state === 'up') return change([])
    onEvent({ type: 'starting', part })
    await cli.docker(['start', ...namesOf(own)])
    // A service whose database is stopped, too, cannot become healthy; that it runs is then all one can ask for.
    const canBeReady = part === 'db' || part === 'cache' || (await stateOf('db')) !== 'down'
    if (canBeReady) await awaitReady([part])
    return change([part])
  }

  async function end(part: Part, work: (running: readonly Container[]) => Promise<void>): Promise<Change> {
    const running = (await containersOf(part)).filter(({ state }) => state !== 'down')
    if (running.length === 0) return change([])
    onEvent({ type: 'stopping', part })
    await work(running)
    onEvent({ type: 'stopped', part })
    return change([part])
  }

  const stop = (part: Part) =>
    end(part, async (running) => {
      await cli.docker(['stop', '-t', STOP_SECONDS, ...namesOf(running)])
      await awaitDown(part)
    })

  const kill = (part: Part) =>
    end(part, async (running) => {
      const names = namesOf(running)
      // Docker would start what was killed at once again; students could not see what its absence does.
      await cli.docker(['update', '--restart', 'no', ...names])
      try {
        await cli.docker(['kill', '--signal', 'KILL', ...names])
        await awaitDown(part)
      } finally {
        for (const { name, restartPolicy } of running)
          await cli.docker(['update', '--restart', restartPolicy, name])
      }
    })

  async function awaitDown(part: Part): Promise<void> {
    const isDown = async () => ((await stateOf(part)) === 'down' ? true : undefined)
    if (await waitUntil(isDown, { deadlineMs: 20_000, everyMs: POLL_MS, signal })) return
    throw new Failure('container-would-not-end', { part })
  }

  /** The container of a service that runs. @throws Failure `not-running`, `part-unreachable`. */
  async function runningContainer(part: Part, service: string): Promise<string> {
    const found = await containers()
    if (found.every(({ state }) => state === 'down')) throw new Failure('not-running', {})
    const own = found.find((each) => each.service === service && each.state !== 'down')
    if (own === undefined) throw new Failure('part-unreachable', { part })
    return own.name
  }

  const redis = redisByCli(async (command) =>
    askRedisCli(cli, await runningContainer('cache', 'cache'), command),
  )

  async function accessDatabase(service: ServiceName): Promise<DatabaseAccess> {
    return containerDatabase(cli, await runningContainer('db', `db_${service}`), service, env)
  }

  return {
    driver: 'compose',
    up: (upOptions = {}) => locked(() => up(upOptions)),
    down: ({ volumes = false } = {}) =>
      locked(async () => {
        const running = describeParts(await containers()).filter(({ state }) => state !== 'down')
        await cli.compose(['down', '--timeout', STOP_SECONDS, ...(volumes ? ['--volumes'] : [])], output)
        return change(running.map(({ name }) => name))
      }),
    restart: (part) =>
      locked(async () => {
        if (part !== undefined) {
          await stop(part)
          return start(part)
        }
        const port = (await gatewayPort()) ?? DEFAULT_PORT
        await cli.compose(['down', '--timeout', STOP_SECONDS], output)
        return up({ port })
      }),
    start: (part) => locked(() => start(part)),
    stop: (part) => locked(() => stop(part)),
    kill: (part) => locked(() => kill(part)),
    status,
    isRunning: async () => (await containers()).some(({ state }) => state !== 'down'),
    readLogs: (part) => readComposeLogs(cli, part),
    followLogs: (part) => followComposeLogs(cli, part),
    redis,
    accessDatabase,
  }
}
