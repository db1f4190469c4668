import { rename, stat } from 'node:fs/promises'
import path from 'node:path'
import { SERVICES, type ServiceName } from '@msctl/sdk/contract'
import type { Part } from '../parts.ts'
import type { PlatformEvent } from '../platform.ts'
import type { Ports } from '../ports.ts'
import type { ProcessIdentity } from '../process-identity.ts'
import { createDatabases, databaseUrl } from './databases.ts'
import type { Launched } from './launch.ts'
import { type NodePart, startNodePart } from './node-part.ts'
import { startPostgresServer } from './postgres-server.ts'
import type { Programs } from './programs.ts'
import { startRedisServer } from './redis-server.ts'

/** A log longer than this is put aside when its part starts, in bytes. */
const ROTATE_AT = 16 * 1024 * 1024

/** What the parts are told of the user's environment; the rest of it is none of their business. */
const PASSED_ON = [
  ...['PATH', 'HOME', 'TZ', 'NODE_OPTIONS', 'NODE_EXTRA_CA_CERTS', 'LOG_LEVEL', 'DATABASE_POOL_SIZE'],
  ...['CACHE_TTL_SECONDS', 'PAYMENT_FAILURE_RATE', 'PAYMENT_SEED'],
  ...['BREAKER_FAILURES', 'BREAKER_RESET_SECONDS', 'UPSTREAM_TIMEOUT_SECONDS'],
]

export interface StartPartOptions {
  readonly part: Part
  readonly ports: Ports
  readonly programs: Programs
  readonly dataDir: string
  readonly logsDir: string
  /** The user's environment, of which the parts get what concerns them. */
  readonly env: NodeJS.ProcessEnv
  /** See {@link startNodePart}. */
  readonly answeringIsEnough?: boolean
  readonly onSpawn: (identity: ProcessIdentity) => void
  readonly onEvent: (event: PlatformEvent) => void
  readonly signal?: AbortSignal | undefined
}

/** The log of a part. */
export function logFileOf(logsDir: string, part: Part): string {
  return path.join(logsDir, `${part}.log`)
}

/** Starts one part and resolves when it does its work. Nothing of it is left running when it rejects. */
export async function startPart(options: StartPartOptions): Promise<Launched> {
  const { part, ports, programs, logsDir, onSpawn, signal } = options
  const logFile = logFileOf(logsDir, part)
  await putAside(logFile)
  if (part === 'db') return startDatabase(options, logFile)
  const port = ports[part]
  if (part === 'cache') {
    return startRedisServer({
      binary: programs.redis,
      account: programs.account,
      port,
      logFile,
      onSpawn,
      signal,
    })
  }
  const env = nodeEnvironment(part, options)
  const answeringIsEnough = options.answeringIsEnough ?? false
  return startNodePart({
    part,
    entry: programs.entries[part],
    port,
    env,
    logFile,
    answeringIsEnough,
    onSpawn,
    signal,
  })
}

async function startDatabase(options: StartPartOptions, logFile: string): Promise<Launched> {
  const { ports, programs, onSpawn, onEvent, signal } = options
  const { account, postgres: binaries } = programs
  if (programs.cluster.isNew) onEvent({ type: 'creating-database' })
  const cluster = await programs.cluster.open()
  const server = { binaries, cluster, account, port: ports.db, logFile, onSpawn, signal }
  const launched = await startPostgresServer(server)
  await createDatabases(ports.db, cluster.password)
  return launched
}

function nodeEnvironment(part: NodePart, { env, ports, programs }: StartPartOptions): NodeJS.ProcessEnv {
  const passed = Object.fromEntries(PASSED_ON.filter((name) => env[name]).map((name) => [name, env[name]]))
  const common = { ...passed, NODE_ENV: 'production' }
  if (part === 'gateway') {
    const upstreams = SERVICES.map((name) => [`${name.toUpperCase()}_URL`, `http://127.0.0.1:${ports[name]}`])
    return { ...common, ...Object.fromEntries(upstreams) }
  }
  return { ...common, ...storesOf(part, ports, programs.cluster.password) }
}

function storesOf(part: ServiceName, ports: Ports, password: string): NodeJS.ProcessEnv {
  return {
    DATABASE_URL: databaseUrl(part, ports.db, password),
    REDIS_URL: `redis://127.0.0.1:${ports.cache}`,
  }
}

async function putAside(logFile: string): Promise<void> {
  const { size } = await stat(logFile).catch(() => ({ size: 0 }))
  if (size > ROTATE_AT) await rename(logFile, `${logFile}.1`)
}
