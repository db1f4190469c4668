import { connect } from 'node:net'
import { Failure } from '../failure.ts'
import type { ProcessIdentity } from '../process-identity.ts'
import { endProcess } from '../process-identity.ts'
import { waitUntil } from '../wait-until.ts'
import type { Account } from './account.ts'
import { type Launched, launch } from './launch.ts'
import { logLength, logTail } from './log-tail.ts'
import type { RedisBinary } from './redis-binary.ts'

export interface RedisServerOptions {
  readonly binary: RedisBinary
  readonly account: Account | undefined
  readonly port: number
  readonly logFile: string
  /** How long it may take until it answers, in milliseconds. Default 10 000. */
  readonly deadlineMs?: number
  /** Told of the process as soon as it exists, before anything can go wrong with it. */
  readonly onSpawn?: (identity: ProcessIdentity) => void
  readonly signal?: AbortSignal | undefined
}

/**
 * Starts Redis as a pure cache (nothing on disk, 64 MB, least recently used keys go first) on 127.0.0.1 and resolves
 * when it answers. Nothing is left running when it rejects.
 *
 * @throws Failure `port-taken`, `part-failed`, `part-not-ready`.
 */
export async function startRedisServer(options: RedisServerOptions): Promise<Launched> {
  const { binary, account, port, logFile, deadlineMs = 10_000, onSpawn, signal } = options
  const args = [
    ...[
      '--bind',
      '127.0.0.1',
      '--port',
      String(port),
      '--daemonize',
      'no',
      '--save',
      '',
      '--appendonly',
      'no',
    ],
    ...['--maxmemory', '64mb', '--maxmemory-policy', 'allkeys-lru', '--dir', '/'],
  ]
  const from = await logLength(logFile)
  // In UTC, so that `msctl logs` can put its lines between the others'.
  const env = { ...binary.env, PATH: '/usr/bin:/bin', TZ: 'UTC', LC_ALL: 'C' }
  const launched = await launch({ command: binary.command, args, env, logFile, account, onSpawn })

  const { pid } = launched.identity
  const outcome = await waitUntil(
    async () =>
      launched.ended() !== undefined ? 'ended' : (await answersAs(pid, port)) ? 'ready' : undefined,
    { deadlineMs, everyMs: 5, signal },
  ).catch(async (error: unknown) => {
    await endProcess(launched.identity)
    throw error
  })
  if (outcome === 'ready') return launched

  await endProcess(launched.identity)
  const log = await logTail(logFile, from)
  if (/Address already in use/.test(log.join('\n'))) throw new Failure('port-taken', { part: 'cache', port })
  throw outcome === undefined
    ? new Failure('part-not-ready', { part: 'cache', seconds: deadlineMs / 1000, log, logFile })
    : new Failure('part-failed', { part: 'cache', reason: launched.ended() ?? '', log, logFile })
}

/**
 * Whether what answers on that port of 127.0.0.1 within `withinMs` (default 500) is the Redis with that pid: another
 * one, on a port that ours failed to get, answers just as well.
 */
export async function answersAs(pid: number, port: number, withinMs = 500): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port, timeout: withinMs })
    let answer = ''
    const finish = (isOurs: boolean) => {
      socket.destroy()
      resolve(isOurs)
    }
    socket.once('connect', () => socket.write('INFO server\r\n'))
    socket.on('data', (data) => {
      answer += data.toString('latin1')
      const found = /^process_id:(\d+)\r$/m.exec(answer)
      if (found !== null) finish(Number(found[1]) === pid)
      else if (answer.startsWith('-')) finish(false) // an error
    })
    socket.once('timeout', () => finish(false))
    socket.once('error', () => finish(false))
    socket.once('close', () => finish(false))
  })
}
