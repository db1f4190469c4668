// The textbook's cache-aside. A reader that misses fills the cache with what it has read, whatever has happened meanwhile.
import { Redis } from 'ioredis'
import { servePlainUsers } from './plain-users.ts'

const redis = new Redis(process.env.REDIS_URL ?? '', {
  ...{ enableOfflineQueue: false, commandTimeout: 100, maxRetriesPerRequest: 0, retryStrategy: () => 100 },
})
redis.on('error', () => undefined) // the commands say what is wrong

await servePlainUsers(() => ({
  read: async (id, load) => {
    const cached = await redis.get(`user:${id}`).catch(() => undefined)
    if (cached) return { json: cached, outcome: 'HIT' }
    const found = await load()
    if (found === undefined) return { json: undefined, outcome: 'MISS' }
    const json = JSON.stringify(found)
    await redis.set(`user:${id}`, json, 'EX', 300).catch(() => undefined)
    return { json, outcome: cached === null ? 'MISS' : 'BYPASS' }
  },
  invalidate: async (id) => {
    await redis.del(`user:${id}`).catch(() => undefined)
  },
}))
