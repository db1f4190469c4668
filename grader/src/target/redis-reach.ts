import { Redis } from 'ioredis'
import { GradingError, type RedisAnswer, type RedisReach } from '../run/grader.ts'

const CONNECT_TIMEOUT_MS = 5_000
const COMMAND_TIMEOUT_MS = 5_000
const RECONNECT_MS = 200
const PAGE = '1000'

/** How to ask a Redis whose port cannot be reached: by its own redis-cli, in words. */
export type AskRedis = (command: readonly string[]) => Promise<string>

export interface OpenRedis extends RedisReach {
  close(): Promise<void>
}

/** Opens a way to Redis: over its port, or by somebody who asks in our place. */
export function openRedis(access: string | AskRedis): OpenRedis {
  return typeof access === 'string' ? overSocket(access) : reachBy(inWords(access), async () => undefined)
}

function overSocket(url: string): OpenRedis {
  const redis = new Redis(url, {
    lazyConnect: true,
    connectTimeout: CONNECT_TIMEOUT_MS,
    commandTimeout: COMMAND_TIMEOUT_MS,
    maxRetriesPerRequest: 1,
    // It may be stopped and started while something is graded.
    retryStrategy: () => RECONNECT_MS,
    connectionName: 'msctl-verify',
  })
  // Each command says why it failed; the event says so once more.
  redis.on('error', () => undefined)
  return reachBy(
    async (name, args) => decode(await redis.callBuffer(name, ...args)),
    async () => redis.disconnect(),
  )
}

function reachBy(
  ask: (name: string, args: readonly string[]) => Promise<RedisAnswer>,
  close: () => Promise<void>,
): OpenRedis {
  const command: RedisReach['command'] = async (name, ...args) => {
    try {
      return await ask(name, args)
    } catch (error) {
      const { message } = error as Error
      throw new GradingError('redis', `Redis could not be asked (${name}): ${message}`, { cause: error })
    }
  }
  return {
    command,
    value: async (key) => {
      const type = await command('TYPE', key)
      if (type === 'none') return undefined
      const asked = READERS[String(type)] ?? ['DUMP']
      const [name = 'DUMP', ...rest] = asked
      const answer = await command(name, key, ...rest)
      return answer === null ? undefined : typeof answer === 'string' ? answer : JSON.stringify(answer)
    },
    keys: async () => {
      const found = new Set<string>() // a scan may come by a key twice
      let cursor = '0'
      do {
        const [next, page] = (await command('SCAN', cursor, 'COUNT', PAGE)) as [string, readonly string[]]
        for (const key of page) found.add(key)
        cursor = next
      } while (cursor !== '0')
      return [...found]
    },
    close,
  }
}

/** How a value of each type is read. */
const READERS: Readonly<Record<string, readonly string[]>> = {
  string: ['GET'],
  hash: ['HGETALL'],
  list: ['LRANGE', '0', '-1'],
  set: ['SMEMBERS'],
  zset: ['ZRANGE', '0', '-1'],
  'ReJSON-RL': ['JSON.GET'],
}

/** Strings as UTF-8 where they are, else a character a byte. */
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

function inWords(ask: AskRedis): (name: string, args: readonly string[]) => Promise<RedisAnswer> {
  return async (name, args) => {
    const upper = name.toUpperCase()
    if (LISTING.has(upper)) {
      const [answer] = JSON.parse(await ask(['EVAL', AS_JSON, '0', name, ...args])) as [RedisAnswer]
      // What Lua has no items in, it encodes as an object.
      return JSON.parse(JSON.stringify(answer).replaceAll('{}', '[]')) as RedisAnswer
    }
    if (upper === 'GET' && (await ask(['EXISTS', ...args])) === '0') return null
    const answer = await ask([name, ...args])
    return COUNTING.has(upper) ? Number(answer) : answer
  }
}
