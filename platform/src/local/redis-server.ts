import { connect } from 'node:net'
import { type Daemon, type DaemonOptions, startDaemon } from './daemon.ts'
import type { RedisBinary } from './redis-binary.ts'

const READY_WITHIN_MS = 10_000
const PROBE_TIMEOUT_MS = 500

export interface RedisServerOptions
  extends Pick<DaemonOptions, 'port' | 'logFile' | 'account' | 'onSpawn' | 'signal'> {
  readonly binary: RedisBinary
}

/**
 * Starts Redis as a pure cache (nothing on disk, 64 MB, least recently used keys go first) on 127.0.0.1 and resolves
 * when it answers. See {@link startDaemon}.
 */
export async function startRedisServer({ binary, ...daemon }: RedisServerOptions): Promise<Daemon> {
  return startDaemon({
    ...daemon,
    part: 'cache',
    command: binary.command,
    args: [
      ...['--bind', '127.0.0.1', '--port', String(daemon.port), '--daemonize', 'no', '--dir', '/'],
      ...['--save', '', '--appendonly', 'no', '--maxmemory', '64mb', '--maxmemory-policy', 'allkeys-lru'],
    ],
    // In UTC, so that `msctl logs` can put its lines between the others'.
    env: { ...binary.env, PATH: '/usr/bin:/bin', TZ: 'UTC', LC_ALL: 'C' },
    isReady: (pid) => answersAs(pid, daemon.port),
    deadlineMs: READY_WITHIN_MS,
    everyMs: 5,
    portTaken: /Address already in use/,
  })
}

/**
 * Whether what answers on that port of 127.0.0.1 is the Redis with that pid: another one, on a port that ours failed to
 * get, answers just as well.
 */
export async function answersAs(pid: number, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port, timeout: PROBE_TIMEOUT_MS })
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
    for (const event of ['timeout', 'error', 'close']) socket.once(event, () => finish(false))
  })
}
