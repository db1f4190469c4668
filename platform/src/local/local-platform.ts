import { readFile, rm } from 'node:fs/promises'
import path from 'node:path'
import type { ServiceName } from '@msctl/sdk/contract'
import { createPlatform, type DriverOptions } from '../create-platform.ts'
import { Failure, isFailure } from '../failure.ts'
import { PARTS, type Part } from '../parts.ts'
import type { DatabaseAccess, Platform, UpOptions } from '../platform.ts'
import { assertFree, choosePorts, DEFAULT_GATEWAY_PORT, type Ports } from '../ports.ts'
import { followLogs, readLogs } from './local-logs.ts'
import { localRedis } from './local-redis.ts'
import { localStatus } from './local-status.ts'
import type { ProgramFolders } from './node-part.ts'
import { POSTGRES_USER, passwordFileOf, removeCluster } from './postgres-cluster.ts'
import { databaseName } from './postgres-server.ts'
import { createReachableFolder } from './reachable-folder.ts'
import { endParts, type LocalSetup, startParts } from './run-parts.ts'
import { logFileOf } from './start-part.ts'
import { createStateFile } from './state.ts'

export interface LocalPlatformOptions extends DriverOptions {
  /** The folder of what was downloaded once. */
  readonly cacheDir: string
  readonly programFolders: ProgramFolders
}

const PORT_ATTEMPTS = 3

/** The driver that runs the parts as processes of this machine. */
export function createLocalPlatform(options: LocalPlatformOptions): Platform {
  const { home, cacheDir, signal } = options
  const [dataDir, logsDir] = [path.join(home, 'data'), path.join(home, 'logs')]
  const state = createStateFile(home)
  const setup: LocalSetup = { ...options, cacheDir, dataDir, logsDir, state }
  const logFiles = (only?: Part) =>
    PARTS.filter((part) => only === undefined || part === only).map((part) => ({
      part,
      file: logFileOf(logsDir, part),
    }))

  return createPlatform(
    {
      driver: 'local',
      up: (upOptions) => up(upOptions, setup),
      async down({ volumes }) {
        const ended = await endParts(PARTS, setup)
        state.remove()
        if (volumes) await removeData(setup)
        return ended
      },
      async restart() {
        const kept = state.ports()
        await endParts(PARTS, setup)
        await startEverything(kept?.gateway ?? DEFAULT_GATEWAY_PORT, kept, setup)
        return PARTS
      },
      start: (part) => start(part, setup),
      async stop(part) {
        assertStarted(setup)
        return endParts([part], setup)
      },
      async kill(part) {
        assertStarted(setup)
        return endParts([part], setup, 'SIGKILL')
      },
      status: () => localStatus(state, dataDir),
      isRunning: async () => state.runningParts().length > 0,
      readLogs: (part) => readLogs(logFiles(part)),
      followLogs: (part) => followLogs(logFiles(part), signal),
      redis: localRedis(() => runningPort('cache', setup), signal),
      accessDatabase: (service) => accessDatabase(service, setup),
    },
    options,
  )
}

async function up({ port, fresh = false }: UpOptions, setup: LocalSetup): Promise<readonly Part[]> {
  const { state } = setup
  if (fresh) {
    await endParts(PARTS, setup)
    await removeData(setup)
  }
  const running = state.runningParts()
  const kept = state.ports()
  if (running.length === 0 || kept === undefined) {
    await startEverything(port ?? kept?.gateway ?? DEFAULT_GATEWAY_PORT, undefined, setup)
    return PARTS
  }
  if (port !== undefined && port !== 0 && port !== kept.gateway) {
    throw new Failure('other-port', { running: kept.gateway, asked: port })
  }
  const missing = PARTS.filter((part) => !running.includes(part))
  for (const part of missing) await assertFree(part, kept[part])
  if (missing.length > 0) await startParts(missing, kept, setup)
  return missing
}

/** Starts everything. A port that somebody took between our choosing it and our using it is chosen anew. */
async function startEverything(gateway: number, kept: Ports | undefined, setup: LocalSetup): Promise<void> {
  const { state, onEvent } = setup
  let ports = kept
  for (let attempt = 1; ; attempt++) {
    ports ??= await choosePorts(gateway)
    await assertFree('gateway', ports.gateway)
    state.begin(ports)
    try {
      return await startParts(PARTS, ports, setup)
    } catch (error) {
      if (state.runningParts().length === 0) state.remove()
      const isOurChoice = isFailure(error, 'port-taken') && (error.facts.part !== 'gateway' || gateway === 0)
      if (!isOurChoice || attempt === PORT_ATTEMPTS) throw error
      onEvent({ type: 'ports-retry', port: error.facts.port })
      ports = undefined
    }
  }
}

async function start(part: Part, setup: LocalSetup): Promise<readonly Part[]> {
  const { state } = setup
  const ports = assertStarted(setup)
  if (state.processOf(part) !== undefined) return []
  await assertFree(part, ports[part])
  // A service whose database is stopped, too, cannot become ready; that it runs is then all one can ask for.
  await startParts([part], ports, setup, part !== 'db' && state.processOf('db') === undefined)
  return [part]
}

async function removeData({ home, dataDir, logsDir }: LocalSetup): Promise<void> {
  await removeCluster(dataDir)
  await createReachableFolder(home).remove()
  await rm(dataDir, { recursive: true, force: true })
  await rm(logsDir, { recursive: true, force: true })
}

/** @throws Failure `not-running`. */
function assertStarted({ state }: LocalSetup): Ports {
  const ports = state.ports()
  if (ports === undefined) throw new Failure('not-running', {})
  return ports
}

/** The port of a part that runs. @throws Failure `not-running`, `part-unreachable`. */
function runningPort(part: Part, setup: LocalSetup): number {
  const ports = assertStarted(setup)
  if (setup.state.runningParts().length === 0) throw new Failure('not-running', {})
  if (setup.state.processOf(part) === undefined) throw new Failure('part-unreachable', { part })
  return ports[part]
}

async function accessDatabase(service: ServiceName, setup: LocalSetup): Promise<DatabaseAccess> {
  const [host, port] = ['127.0.0.1', runningPort('db', setup)]
  const password = (await readFile(passwordFileOf(setup.dataDir), 'utf8')).trim()
  const [user, database] = [POSTGRES_USER, databaseName(service)]
  const args = ['--host', host, '--port', String(port), '--username', user, '--dbname', database]
  const psql = () => ({ command: 'psql', args, env: { PGPASSWORD: password } })
  return { user, database, connection: { host, port, password }, psql }
}
