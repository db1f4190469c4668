import { type OpenRedis, openRedis, type Redis } from '@msctl/platform/redis'
import { GradingError } from '../run/grader.ts'

/** Opens the Redis of a target: by its URL, or asked by whoever can. Whatever goes wrong is a {@link GradingError} `redis`. */
export function openTargetRedis(access: string | Redis): OpenRedis {
  const isUrl = typeof access === 'string'
  const redis: Redis & Partial<OpenRedis> = isUrl
    ? openRedis(access, { clientName: 'msctl-verify', reconnects: true })
    : access
  return {
    ask: async (command = '', ...args) => {
      try {
        return await redis.ask(command, ...args)
      } catch (error) {
        const { message } = error as Error
        throw new GradingError('redis', `Redis could not be asked (${command}): ${message}`, { cause: error })
      }
    },
    // Whoever gave one that can be asked closes it.
    close: () => (isUrl ? redis.close?.() : undefined),
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

/** The raw value of a key, whatever its type (string, hash, JSON module …); `undefined` when it is not there. */
export async function readKey(redis: Redis, key: string): Promise<string | undefined> {
  const type = await redis.ask('TYPE', key)
  if (type === 'none') return undefined
  const [command = 'DUMP', ...rest] = READERS[String(type)] ?? []
  const answer = await redis.ask(command, key, ...rest)
  return answer === null ? undefined : typeof answer === 'string' ? answer : JSON.stringify(answer)
}

const PAGE = '1000'

/** All keys. */
export async function listKeys(redis: Redis): Promise<readonly string[]> {
  const found = new Set<string>() // a scan may come by a key twice
  let cursor = '0'
  do {
    const [next, page] = (await redis.ask('SCAN', cursor, 'COUNT', PAGE)) as [string, readonly string[]]
    for (const key of page) found.add(key)
    cursor = next
  } while (cursor !== '0')
  return [...found]
}
