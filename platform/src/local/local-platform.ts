import { readFile, rm } from 'node:fs/promises'
import path from 'node:path'
import { SERVICES, type ServiceName } from '@msctl/sdk/contract'
import { Failure, isFailure } from '../failure.ts'
import { withLock } from '../lock.ts'
import { PARTS, type Part } from '../parts.ts'
import type { Change, DatabaseAccess, Platform, PlatformEvent, UpOptions } from '../platform.ts'
import { assertFree, choosePorts, type Ports } from '../ports.ts'
import { endProcess, isRunning, type ProcessIdentity } from '../process-identity.ts'
import { databaseName } from './databases.ts'
import type { Launched } from './launch.ts'
import { followLogs, readLogs } from './local-logs.ts'
import { localRedis } from './local-redis.ts'
import { localStatus } from './local-status.ts'
import { POSTGRES_USER, passwordFileOf, removeCluster } from './postgres-cluster.ts'
import { findPrograms, makeFolder } from './programs.ts'
import { createShelter } from './shelter.ts'
import { logFileOf, startPart } from './start-part.ts'
import { createStateFile } from './state.ts'

export interface LocalPlatformOptions {
  /** The state folder. */
  readonly home: string
  /** What was downloaded once. Default: in `home`. */
  readonly cacheDir?: string | undefined
  /** Where the parts' programs are: packed with the CLI, or built in a clone. */
  readonly programFolders: { readonly packed: string; readonly clone?: string | undefined }
  readonly env: NodeJS.ProcessEnv
  /** What is being done, for others who wait for it. */
  readonly command: string
  readonly onEvent: (event: PlatformEvent) => void
  readonly signal?: AbortSignal | undefined
}

/** Which parts are ended before which: those that are used after those that use them. */
const ENDING_ORDER: readonly (readonly Part[])[] = [['gateway'], SERVICES, ['cache', 'db']]
const DEFAULT_PORT = 8000
const PORT_ATTEMPTS = 3

/** The driver that runs the parts as processes of this machine. */
export function createLocalPlatform(options: LocalPlatformOptions): Platform {
  const { home, cacheDir = path.join(home, 'cache'), programFolders, env, command, onEvent, signal } = options
  const dataDir = path.join(home, 'data')
  const logsDir = path.join(home, 'logs')
  const state = createStateFile(home)

  const locked = <T>(work: () => Promise<T>): Promise<T> => {
    const onWait = (holder: { pid: number; command: string }) =>
      onEvent({ type: 'waiting', pid: holder.pid, command: holder.command })
    return withLock({ folder: home, command, onWait, signal }, work)
  }

  const status = () => localStatus({ state: state.read(), dataDir })
  const processOf = (part: Part): ProcessIdentity | undefined => {
    const recorded = state.read()?.parts[part].process
    return recorded !== undefined && isRunning(recorded) ? recorded : undefined
  }
  const runningParts = () => PARTS.filter((part) => processOf(part) !== undefined)
  const keptPorts = (): Ports | undefined => {
    const parts = state.read()?.parts
    if (parts === undefined) return undefined
    return Object.fromEntries(PARTS.map((part) => [part, parts[part].port])) as Record<Part, number>
  }

  /** @returns whether it ran. */
  async function end(part: Part, abort: AbortSignal | undefined, sent?: NodeJS.Signals): Promise<boolean> {
    const identity = processOf(part)
    if (identity === undefined) return false
    onEvent({ type: 'stopping', part })
    const gentle = part === 'db' ? 'SIGINT' : 'SIGTERM' // to PostgreSQL, SIGTERM means to wait for its clients
    if (!(await endProcess(identity, { signal: sent ?? gentle, abort }))) {
      throw new Failure('part-would-not-end', { part, pid: identity.pid })
    }
    // Its record stays: it is known to be gone by its birth, and a disk that is full must not keep us from ending the rest.
    onEvent({ type: 'stopped', part })
    return true
  }

  /** Ends those of the parts that run, and says which these were. */
  async function endAll(parts: readonly Part[], abort: AbortSignal | undefined): Promise<Part[]> {
    const ended: Part[] = []
    for (const group of ENDING_ORDER) {
      const chosen = group.filter((part) => parts.includes(part))
      await Promise.all(chosen.map(async (part) => (await end(part, abort)) && ended.push(part)))
    }
    return ended
  }

  /** Starts the parts side by side. When one fails, or we are interrupted, ends all that this call has started. */
  async function startAll(parts: readonly Part[], ports: Ports, answeringIsEnough = false): Promise<void> {
    const programs = await findPrograms({ home, cacheDir, dataDir, programFolders, env, onEvent, signal })
    await makeFolder(logsDir, 0o700)
    const failed = new AbortController()
    const abort = signal === undefined ? failed.signal : AbortSignal.any([signal, failed.signal])

    const startOne = async (part: Part): Promise<Launched> => {
      onEvent({ type: 'starting', part })
      const began = performance.now()
      const onSpawn = (identity: ProcessIdentity) =>
        state.record(part, {
          port: ports[part],
          process: { ...identity, startedAt: new Date().toISOString() },
        })
      const part_ = {
        part,
        ports,
        programs,
        dataDir,
        logsDir,
        env,
        answeringIsEnough,
        onSpawn,
        onEvent,
        signal: abort,
      }
      const launched = await startPart(part_)
      onEvent({ type: 'ready', part, tookMs: performance.now() - began, port: ports[part] })
      return launched
    }

    const outcomes = await Promise.allSettled(
      parts.map((part) =>
        startOne(part).catch((error: unknown) => {
          failed.abort(error) // the first failure is the reason that the others are given
          throw error
        }),
      ),
    )
    if (failed.signal.aborted || signal?.aborted === true) {
      onEvent({ type: 'undoing' })
      await endAll(parts, undefined) // whatever the signal says: only now is everything as it was before
      signal?.throwIfAborted()
      throw failed.signal.reason
    }
    for (const outcome of outcomes) if (outcome.status === 'fulfilled') outcome.value.release()
  }

  /** Starts everything. A port that somebody took between our choosing it and our using it is chosen anew. */
  async function startEverything(gateway: number, kept?: Ports): Promise<void> {
    let ports = kept
    for (let attempt = 1; ; attempt++) {
      ports ??= await choosePorts(gateway)
      await assertFree('gateway', ports.gateway)
      state.begin(ports)
      try {
        return await startAll(PARTS, ports)
      } catch (error) {
        if (runningParts().length === 0) state.remove()
        const isOurChoice =
          isFailure(error, 'port-taken') && (error.facts.part !== 'gateway' || gateway === 0)
        if (!isOurChoice || attempt === PORT_ATTEMPTS) throw error
        onEvent({ type: 'ports-retry', port: error.facts.port })
        ports = undefined
      }
    }
  }

  const change = async (changed: readonly Part[]): Promise<Change> => ({ changed, status: await status() })

  const removeData = async () => {
    await removeCluster(dataDir)
    await createShelter(home).remove()
    await rm(dataDir, { recursive: true, force: true })
    await rm(logsDir, { recursive: true, force: true })
  }

  async function up({ port, fresh = false }: UpOptions): Promise<Change> {
    if (fresh) {
      await endAll(PARTS, signal)
      await removeData()
    }
    const running = runningParts()
    const kept = keptPorts()
    if (running.length === 0 || kept === undefined) {
      await startEverything(port ?? kept?.gateway ?? DEFAULT_PORT)
      return change(PARTS)
    }
    if (port !== undefined && port !== 0 && port !== kept.gateway) {
      throw new Failure('other-port', { running: kept.gateway, asked: port })
    }
    const missing = PARTS.filter((part) => !running.includes(part))
    for (const part of missing) await assertFree(part, kept[part])
    if (missing.length > 0) await startAll(missing, kept)
    return change(missing)
  }

  async function startOne(part: Part): Promise<Change> {
    const ports = keptPorts()
    if (ports === undefined) throw new Failure('not-running', {})
    if (processOf(part) !== undefined) return change([])
    await assertFree(part, ports[part])
    // A service whose database is stopped, too, cannot become ready; that it runs is then all one can ask for.
    await startAll([part], ports, part !== 'db' && processOf('db') === undefined)
    return change([part])
  }

  const logFiles = (only?: Part) =>
    PARTS.filter((part) => only === undefined || part === only).map((part) => ({
      part,
      file: logFileOf(logsDir, part),
    }))

  const assertStarted = () => {
    if (state.read() === undefined) throw new Failure('not-running', {})
  }

  /** The port of a part that runs. @throws Failure `not-running`, `part-unreachable`. */
  const runningPort = (part: Part): number => {
    const port = keptPorts()?.[part]
    if (port === undefined || runningParts().length === 0) throw new Failure('not-running', {})
    if (processOf(part) === undefined) throw new Failure('part-unreachable', { part })
    return port
  }

  async function accessDatabase(service: ServiceName): Promise<DatabaseAccess> {
    const [host, port] = ['127.0.0.1', runningPort('db')]
    const password = (await readFile(passwordFileOf(dataDir), 'utf8')).trim()
    const [user, database] = [POSTGRES_USER, databaseName(service)]
    const args = ['--host', host, '--port', String(port), '--username', user, '--dbname', database]
    const psql = () => ({ command: 'psql', args, env: { PGPASSWORD: password } })
    return { user, database, connection: { host, port, password }, psql }
  }

  return {
    driver: 'local',
    up: (upOptions = {}) => locked(() => up(upOptions)),
    down: ({ volumes = false } = {}) =>
      locked(async () => {
        const ended = await endAll(PARTS, signal)
        state.remove()
        if (volumes) await removeData()
        return change(ended)
      }),
    restart: (part) =>
      locked(async () => {
        const kept = keptPorts()
        if (part !== undefined) {
          assertStarted()
          await end(part, signal)
          return startOne(part)
        }
        await endAll(PARTS, signal)
        await startEverything(kept?.gateway ?? DEFAULT_PORT, kept)
        return change(PARTS)
      }),
    start: (part) => locked(() => startOne(part)),
    stop: (part) =>
      locked(async () => {
        assertStarted()
        return change((await end(part, signal)) ? [part] : [])
      }),
    kill: (part) =>
      locked(async () => {
        assertStarted()
        return change((await end(part, signal, 'SIGKILL')) ? [part] : [])
      }),
    status,
    isRunning: async () => runningParts().length > 0,
    readLogs: (part) => readLogs(logFiles(part)),
    followLogs: (part) => followLogs(logFiles(part), signal),
    redis: localRedis(() => runningPort('cache'), signal),
    accessDatabase,
  }
}
