import { createPlatform, type DriverOptions, orUndo } from '../create-platform.ts'
import { Failure } from '../failure.ts'
import type { Part } from '../parts.ts'
import type { Platform, PlatformStatus, UpOptions } from '../platform.ts'
import { assertFree, DEFAULT_GATEWAY_PORT, freePort } from '../ports.ts'
import { redisByCli } from '../redis.ts'
import { waitUntil } from '../wait-until.ts'
import { type ComposeCli, type ComposeProject, createComposeCli } from './compose-cli.ts'
import { followComposeLogs, readComposeLogs } from './compose-logs.ts'
import { askRedisCli, containerDatabase } from './container-stores.ts'
import { type Container, describeParts, listContainers, SERVICES_OF } from './containers.ts'

export interface ComposePlatformOptions extends DriverOptions {
  /** The command that runs Compose. */
  readonly composeCommand: readonly string[]
  readonly project: ComposeProject
}

/** What the Compose driver works with. */
interface ComposeSetup extends ComposePlatformOptions {
  readonly cli: ComposeCli
  /** Tells of a line that Compose prints. */
  readonly output: (line: string) => void
}

/** How long the containers may take to become healthy once Compose has started them, in milliseconds. */
const READY_TIMEOUT_MS = 180_000
/** How long a container may take to be gone once Docker has ended it, in milliseconds. */
const DOWN_TIMEOUT_MS = 20_000
const POLL_MS = 250
/** Docker waits for services to drain (10 s) before it kills them. */
const STOP_SECONDS = '12'
const LAST_LINES = 8

/** The driver that runs the parts as containers. */
export function createComposePlatform(options: ComposePlatformOptions): Platform {
  const { composeCommand, project, env, onEvent } = options
  const cli = createComposeCli(composeCommand, options)
  const setup = { ...options, cli, output: (line: string) => onEvent({ type: 'output', line }) }
  const containers = () => listContainers(cli, project)

  return createPlatform(
    {
      driver: 'compose',
      up: (upOptions) => up(upOptions, setup),
      async down({ volumes }) {
        const running = describeParts(await containers()).filter(({ state }) => state !== 'down')
        await takeDown(setup, ...(volumes ? ['--volumes'] : []))
        return running.map(({ name }) => name)
      },
      async restart() {
        const port = gatewayPort(await containers()) ?? DEFAULT_GATEWAY_PORT
        await takeDown(setup)
        return up({ port }, setup)
      },
      start: (part) => start(part, setup),
      stop: (part) => stop(part, setup),
      kill: (part) => kill(part, setup),
      status: async () => statusOf(await containers(), options.home),
      isRunning: async () => (await containers()).some(({ state }) => state !== 'down'),
      readLogs: (part) => readComposeLogs(cli, part),
      followLogs: (part) => followComposeLogs(cli, part),
      redis: redisByCli(async (command) =>
        askRedisCli(cli, await runningContainer('cache', 'cache', setup), command),
      ),
      accessDatabase: async (service) =>
        containerDatabase(cli, await runningContainer('db', `db_${service}`, setup), service, env),
    },
    options,
  )
}

const gatewayPort = (containers: readonly Container[]) =>
  containers.find(({ port }) => port !== undefined)?.port

function statusOf(containers: readonly Container[], home: string): PlatformStatus {
  const parts = describeParts(containers)
  const isUp = parts.some(({ state }) => state !== 'down')
  const url = isUp ? (parts.find(({ name }) => name === 'gateway')?.url ?? null) : null
  return { driver: 'compose', url, dataDir: home, parts }
}

async function up({ port, fresh = false }: UpOptions, setup: ComposeSetup): Promise<readonly Part[]> {
  if (fresh) await takeDown(setup, '--volumes')
  const before = await listContainers(setup.cli, setup.project)
  const parts = describeParts(before)
  const kept = gatewayPort(before)
  const isGatewayUp = parts.some(({ name, state }) => name === 'gateway' && state !== 'down')
  if (isGatewayUp && port !== undefined && port !== 0 && kept !== undefined && port !== kept) {
    throw new Failure('other-port', { running: kept, asked: port })
  }
  const missing = parts.filter(({ state }) => state !== 'up').map(({ name }) => name)
  if (missing.length === 0) return []
  const asked = port === 0 ? await freePort() : port
  const chosen = isGatewayUp ? (kept ?? DEFAULT_GATEWAY_PORT) : (asked ?? kept ?? DEFAULT_GATEWAY_PORT)
  if (!isGatewayUp) await assertFree('gateway', chosen)
  await bringUp(missing, chosen, before, setup)
  return missing
}

/** Runs `compose up`, and puts back what was before when that fails or is interrupted. */
async function bringUp(
  parts: readonly Part[],
  port: number,
  before: readonly Container[],
  setup: ComposeSetup,
): Promise<void> {
  const { composeCommand, project, signal, onEvent, output } = setup
  const env = { ...setup.env, GATEWAY_PORT: String(port) }
  const undo = async () => {
    const cli = createComposeCli(composeCommand, { project, env })
    if (before.length === 0) return cli.compose(['down', '--timeout', '2'], output)
    const ran = new Set(before.filter(({ state }) => state !== 'down').map(({ service }) => service))
    const started = parts.flatMap((part) => SERVICES_OF[part]).filter((service) => !ran.has(service))
    if (started.length > 0) await cli.compose(['stop', '--timeout', '2', ...started], output)
  }
  for (const part of parts) onEvent({ type: 'starting', part })
  const start = async () => {
    const cli = createComposeCli(composeCommand, { project, env, signal })
    await cli.compose(['up', '--detach', '--build'], output)
    await awaitReady(parts, setup)
  }
  await orUndo(start, undo, setup)
}

const takeDown = ({ cli, output }: ComposeSetup, ...more: readonly string[]) =>
  cli.compose(['down', '--timeout', STOP_SECONDS, ...more], output)

/** Waits until the parts are healthy, telling of each. @throws Failure `part-failed`, `part-not-ready`. */
async function awaitReady(parts: readonly Part[], setup: ComposeSetup): Promise<void> {
  const { cli, project, onEvent, signal } = setup
  const began = performance.now()
  const awaited = new Set(parts)
  const look = async () => {
    const found = await listContainers(cli, project)
    for (const { name, state, port } of describeParts(found)) {
      if (!awaited.has(name)) continue
      const failed = found.find((each) => SERVICES_OF[name].includes(each.service) && each.hasFailed)
      if (failed !== undefined)
        throw new Failure('part-failed', {
          part: name,
          reason: failed.name,
          ...(await lastWords(name, setup)),
        })
      if (state !== 'up') continue
      awaited.delete(name)
      onEvent({ type: 'ready', part: name, tookMs: performance.now() - began, port: port ?? undefined })
    }
    return awaited.size === 0 ? true : undefined
  }
  await waitUntil(look, { deadlineMs: READY_TIMEOUT_MS, everyMs: POLL_MS, signal })
  const [late] = awaited
  if (late === undefined) return
  const seconds = READY_TIMEOUT_MS / 1000
  throw new Failure('part-not-ready', { part: late, seconds, ...(await lastWords(late, setup)) })
}

async function lastWords(part: Part, { cli, composeCommand, project }: ComposeSetup) {
  const args = ['logs', '--no-color', `--tail=${LAST_LINES}`, ...SERVICES_OF[part]]
  const log: string[] = []
  await cli.compose(args, (line) => log.push(line))
  return { log: log.slice(-LAST_LINES), logFile: [...composeCommand, '-p', project.name, ...args].join(' ') }
}

// What is there is started, stopped and killed by Docker: it is asked for less, and docker-compose takes seconds to begin.

async function start(part: Part, setup: ComposeSetup): Promise<readonly Part[]> {
  const own = await containersOf(part, setup)
  if (stateOf(part, own) === 'up') return []
  setup.onEvent({ type: 'starting', part })
  await setup.cli.docker(['start', ...namesOf(own)])
  // A service whose database is stopped, too, cannot become healthy; that it runs is then all one can ask for.
  const needsNothing = part === 'db' || part === 'cache'
  const all = await listContainers(setup.cli, setup.project)
  if (needsNothing || stateOf('db', all) !== 'down') await awaitReady([part], setup)
  return [part]
}

async function stop(part: Part, setup: ComposeSetup): Promise<readonly Part[]> {
  return end(part, setup, async (running) => {
    await setup.cli.docker(['stop', '-t', STOP_SECONDS, ...namesOf(running)])
    await awaitDown(part, setup)
  })
}

async function kill(part: Part, setup: ComposeSetup): Promise<readonly Part[]> {
  const { docker } = setup.cli
  return end(part, setup, async (running) => {
    // Docker would start what was killed at once again; students could not see what its absence does.
    await docker(['update', '--restart', 'no', ...namesOf(running)])
    try {
      await docker(['kill', '--signal', 'KILL', ...namesOf(running)])
      await awaitDown(part, setup)
    } finally {
      for (const { name, restartPolicy } of running)
        await docker(['update', '--restart', restartPolicy, name])
    }
  })
}

async function end(
  part: Part,
  setup: ComposeSetup,
  work: (running: readonly Container[]) => Promise<void>,
): Promise<readonly Part[]> {
  const running = (await containersOf(part, setup)).filter(({ state }) => state !== 'down')
  if (running.length === 0) return []
  setup.onEvent({ type: 'stopping', part })
  await work(running)
  setup.onEvent({ type: 'stopped', part })
  return [part]
}

/** @throws Failure `container-would-not-end`. */
async function awaitDown(part: Part, { cli, project, signal }: ComposeSetup): Promise<void> {
  const isDown = async () => (stateOf(part, await listContainers(cli, project)) === 'down' ? true : undefined)
  const wait = { deadlineMs: DOWN_TIMEOUT_MS, everyMs: POLL_MS, signal }
  if (!(await waitUntil(isDown, wait))) throw new Failure('container-would-not-end', { part })
}

/** The containers of a part, running or not. @throws Failure `not-running` when there are none. */
async function containersOf(part: Part, { cli, project }: ComposeSetup): Promise<readonly Container[]> {
  const own = (await listContainers(cli, project)).filter(({ service }) =>
    SERVICES_OF[part].includes(service),
  )
  if (own.length === 0) throw new Failure('not-running', {})
  return own
}

const stateOf = (part: Part, containers: readonly Container[]) =>
  describeParts(containers).find(({ name }) => name === part)?.state ?? 'down'
const namesOf = (found: readonly Container[]) => found.map(({ name }) => name)

/** The container of a service that runs. @throws Failure `not-running`, `part-unreachable`. */
async function runningContainer(
  part: Part,
  service: string,
  { cli, project }: ComposeSetup,
): Promise<string> {
  const found = await listContainers(cli, project)
  if (found.every(({ state }) => state === 'down')) throw new Failure('not-running', {})
  const own = found.find((each) => each.service === service && each.state !== 'down')
  if (own === undefined) throw new Failure('part-unreachable', { part })
  return own.name
}
