import { spawn } from 'node:child_process'
import { Duplex } from 'node:stream'
import type { ServiceName } from '@msctl/sdk/contract'
import { Failure, isFailure } from '../failure.ts'
import type { DatabaseAccess } from '../platform.ts'
import type { ComposeCli } from './compose-cli.ts'

/** The databases' user, by the contract. */
const USER = 'user'
/** What Redis' own errors begin with, in capitals. */
const REFUSAL = /^(?:\(error\) )?([A-Z]{2,} .*)$/m

/**
 * Asks the Redis in a container one thing, by its own redis-cli: its port is not published.
 *
 * @throws Failure `cache-refused`, `part-unreachable`.
 */
export async function askRedisCli(
  { docker }: Pick<ComposeCli, 'docker'>,
  container: string,
  command: readonly string[],
): Promise<string> {
  try {
    return await docker(['exec', container, 'redis-cli', '-e', '--raw', ...command])
  } catch (error) {
    if (!isFailure(error, 'compose-failed')) throw error
    const said = error.facts.output.join('\n')
    const refusal = REFUSAL.exec(said)?.[1]
    throw refusal === undefined
      ? new Failure('part-unreachable', { part: 'cache', reason: said }, { cause: error })
      : new Failure('cache-refused', { reason: refusal }, { cause: error })
  }
}

/** How to reach the database in a container, whose port is not published: through `docker exec`. */
export async function containerDatabase(
  { docker }: Pick<ComposeCli, 'docker'>,
  container: string,
  service: ServiceName,
  env: NodeJS.ProcessEnv,
): Promise<DatabaseAccess> {
  const database = `${service}_db`
  // What the container was made with, whatever this shell's environment says now.
  const password = await docker(['exec', container, 'printenv', 'POSTGRES_PASSWORD'])
  const psql = ['psql', '--username', USER, '--dbname', database]
  return {
    user: USER,
    database,
    connection: { stream: () => tunnel(container, env), password },
    psql: (isTerminal) => {
      const how = isTerminal ? ['--interactive', '--tty'] : ['--interactive']
      return { command: 'docker', args: ['exec', ...how, container, ...psql], env: {} }
    },
  }
}

/**
 * The image of PostgreSQL has bash, whose own sockets carry the bytes; nothing has to be installed or published. It waits for its child:
 * PostgreSQL is process 1 there, would inherit it, and takes the end of a child by a signal for a crash of its own.
 */
const CARRY = 'exec 3<>/dev/tcp/127.0.0.1/5432 4<&0 && { cat <&4 >&3 & cat <&3; kill $!; wait; }'

/** A connection to PostgreSQL in a container, in the shape of the socket that `pg` would have opened itself. */
function tunnel(container: string, env: NodeJS.ProcessEnv): Duplex {
  const child = spawn('docker', ['exec', '--interactive', container, 'bash', '-c', CARRY], {
    env,
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  const stream = Duplex.from({ readable: child.stdout, writable: child.stdin })
  child.once('error', (error) => stream.destroy(error))
  const ignored = () => stream
  return Object.assign(stream, {
    connect: () => {
      child.once('spawn', () => stream.emit('connect'))
      return stream
    },
    ...{ setNoDelay: ignored, setKeepAlive: ignored, ref: ignored, unref: ignored },
  })
}
