import type { Redis as Client } from 'ioredis'

/** What Redis answers: nothing is null. Strings are UTF-8 where their bytes are, else they have a character for each byte. */
export type RedisAnswer = string | number | null | readonly RedisAnswer[]

/** Redis, asked as redis-cli asks: `redis.ask('GET', 'user:1')`. */
export interface Redis {
  /** @throws when it cannot be reached, or says that it cannot do this. */
  ask(...command: readonly string[]): Promise<RedisAnswer>
}

/** A Redis that has to be closed. */
export interface OpenRedis extends Redis {
  close(): void
}

export interface RedisOptions {
  /** How Redis' own list of clients calls us. */
  readonly clientName?: string
  /** Whether it may be stopped and started while it is open. Default `false`: once it is out of reach it stays so. */
  readonly reconnects?: boolean
}

const CONNECT_TIMEOUT_MS = 5_000
const COMMAND_TIMEOUT_MS = 5_000
const RECONNECT_MS = 200

/** Opens a Redis by its port. Nothing is connected before it is asked. */
export function openRedis(url: string, options: RedisOptions = {}): OpenRedis {
  const { clientName = 'msctl', reconnects = false } = options
  let opening: Promise<Client> | undefined
  let lastError: Error | undefined
  const open = async () => {
    // Loaded late: most commands of msctl have nothing to do with Redis.
    const { Redis: Connection } = await import('ioredis')
    const client = new Connection(url, {
      ...{ lazyConnect: true, connectTimeout: CONNECT_TIMEOUT_MS, commandTimeout: COMMAND_TIMEOUT_MS },
      ...{ maxRetriesPerRequest: reconnects ? 1 : 0, connectionName: clientName },
      retryStrategy: reconnects ? () => RECONNECT_MS : null,
    })
    // A command that fails because of it says only that the connection is closed.
    client.on('error', (error: Error) => {
      lastError = error
    })
    client.on('ready', () => {
      lastError = undefined
    })
    return client
  }
  return {
    ask: async (command = '', ...args) => {
      opening ??= open()
      const client = await opening
      try {
        return decode(await client.callBuffer(command, ...args))
      } catch (error) {
        throw isRefusal(error) || lastError === undefined ? error : lastError
      }
    },
    close: () => void opening?.then((client) => client.disconnect()),
  }
}

/** Whether Redis itself said no, in contrast to one that cannot be reached. */
export function isRefusal(error: unknown): error is Error {
  return error instanceof Error && error.name === 'ReplyError'
}

function decode(answer: unknown): RedisAnswer {
  if (Array.isArray(answer)) return answer.map(decode)
  if (Buffer.isBuffer(answer)) {
    const text = answer.toString('utf8')
    return Buffer.from(text, 'utf8').equals(answer) ? text : answer.toString('latin1')
  }
  return typeof answer === 'number' || answer === null ? answer : String(answer)
}

/** What `redis-cli --raw` prints has no types: which commands answer with a number is known, and a list is asked for as JSON. */
const COUNTING = new Set(['TTL', 'PTTL', 'EXISTS', 'DEL', 'EXPIRE', 'PEXPIRE', 'PERSIST', 'DBSIZE', 'STRLEN'])
const LISTING = new Set(['SCAN', 'HGETALL', 'LRANGE', 'SMEMBERS', 'ZRANGE', 'KEYS'])
const AS_JSON = 'return cjson.encode({redis.call(unpack(ARGV))})'

/**
 * A Redis whose port cannot be reached.
 *
 * @param runCli Has its own `redis-cli --raw` ask one thing, and gives what that prints.
 */
export function redisByCli(runCli: (command: readonly string[]) => Promise<string>): Redis {
  return {
    ask: async (name = '', ...args) => {
      const upper = name.toUpperCase()
      if (LISTING.has(upper)) {
        const [answer] = JSON.parse(await runCli(['EVAL', AS_JSON, '0', name, ...args])) as [RedisAnswer]
        // What Lua has no items in, it encodes as an object.
        return JSON.parse(JSON.stringify(answer).replaceAll('{}', '[]')) as RedisAnswer
      }
      if (upper === 'GET' && (await runCli(['EXISTS', ...args])) === '0') return null
      const answer = await runCli([name, ...args])
      return COUNTING.has(upper) ? Number(answer) : answer
    },
  }
}
