import { rename, stat } from 'node:fs/promises'
import path from 'node:path'
import { SERVICES } from '@msctl/sdk/contract'
import type { Part } from '../parts.ts'
import type { PlatformEvent } from '../platform.ts'
import type { Ports } from '../ports.ts'
import type { Daemon, DaemonOptions } from './daemon.ts'
import { type NodePart, startNodePart } from './node-part.ts'
import { createDatabases, databaseUrl, startPostgresServer } from './postgres-server.ts'
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

/** What only the gateway is told besides: who may call, and how much. Keys are no business of the services. */
const PASSED_ON_TO_GATEWAY = ['API_KEYS', 'RATE_LIMIT', 'MAX_IN_FLIGHT', 'CORS_ORIGINS']

export interface StartPartOptions extends Pick<DaemonOptions, 'onSpawn' | 'signal'> {
  readonly ports: Ports
  readonly programs: Programs
  readonly logsDir: string
  /** The user's environment, of which the parts get what concerns them. */
  readonly env: NodeJS.ProcessEnv
  /** See {@link startNodePart}. */
  readonly answeringIsEnough: boolean
  readonly onEvent: (event: PlatformEvent) => void
}

/** The log of a part. */
export function logFileOf(logsDir: string, part: Part): string {
  return path.join(logsDir, `${part}.log`)
}

/** Starts one part and resolves when it does its work. Nothing of it is left running when it rejects. */
export async function startPart(part: Part, options: StartPartOptions): Promise<Daemon> {
  const { ports, programs, logsDir, onSpawn, signal } = options
  const daemon = { port: ports[part], logFile: logFileOf(logsDir, part), onSpawn, signal }
  await putAside(daemon.logFile)
  const { account } = programs
  if (part === 'cache') return startRedisServer({ ...daemon, account, binary: programs.redis })
  if (part !== 'db') {
    const { answeringIsEnough } = options
    const env = environmentOf(part, options)
    return startNodePart({ ...daemon, part, entry: programs.entries[part], env, answeringIsEnough })
  }
  if (programs.cluster.isNew) options.onEvent({ type: 'creating-database' })
  const cluster = await programs.cluster.open()
  const started = await startPostgresServer({ ...daemon, account, binaries: programs.postgres, cluster })
  await createDatabases(ports.db, cluster.password)
  return started
}

function environmentOf(part: NodePart, { env, ports, programs }: StartPartOptions): NodeJS.ProcessEnv {
  const passOn = (names: string[]) =>
    Object.fromEntries(names.filter((name) => env[name]).map((name) => [name, env[name]]))
  const REDIS_URL = `redis://127.0.0.1:${ports.cache}`
  const common = { ...passOn(PASSED_ON), REDIS_URL, NODE_ENV: 'production' }
  if (part === 'gateway') {
    const upstreams = SERVICES.map((name) => [`${name.toUpperCase()}_URL`, `http://127.0.0.1:${ports[name]}`])
    return { ...common, ...passOn(PASSED_ON_TO_GATEWAY), ...Object.fromEntries(upstreams) }
  }
  const DATABASE_URL = databaseUrl(part, ports.db, programs.cluster.password)
  return { ...common, DATABASE_URL }
}

async function putAside(logFile: string): Promise<void> {
  const { size } = await stat(logFile).catch(() => ({ size: 0 }))
  if (size > ROTATE_AT) await rename(logFile, `${logFile}.1`)
}
