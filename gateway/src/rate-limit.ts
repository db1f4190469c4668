import type { App, Logger } from '@msctl/kit'
import type { FastifyRequest } from 'fastify'

const WINDOW_SECONDS = 60
/** How long Redis may take to count a request, in milliseconds; then it is let through. */
const COUNT_TIMEOUT_MS = 500
/** After how long without any answer a connection is given up and made anew, in milliseconds. */
const SILENCE_TIMEOUT_MS = 1000
const RECONNECT_INTERVAL_MS = 100

/** How a caller stands after a request. */
export interface Standing {
  isExceeded: boolean
  /** Seconds until the caller is counted anew. */
  resetSeconds: number
  /** What the answer says of it (draft-ietf-httpapi-ratelimit-headers-06). */
  headers: Record<string, string>
}

/** @returns how the caller of a request stands; `undefined` where Redis cannot tell. */
export type CountRequest = (request: FastifyRequest) => Promise<Standing | undefined>

/**
 * Counts the requests of each caller, by key or else by address, in Redis, so that all replicas of the gateway count together. Nothing of it
 * is loaded or connected where it is not used.
 *
 * @param options.limit requests a minute.
 * @param options.redisUrl the Redis of the cache. Counts are kept in the next database, where leases are.
 */
export function addRateLimit(
  app: App,
  { limit, redisUrl, log }: { limit: number; redisUrl: string; log: Logger },
): CountRequest {
  let count: CountRequest = async () => undefined

  app.register(async (scope) => {
    const [{ Redis }, { default: rateLimit, normalizeIP }] = await Promise.all([
      import('ioredis'),
      import('@fastify/rate-limit'),
    ])
    const redis = new Redis(redisUrl, {
      db: Number(new URL(redisUrl).pathname.slice(1)) + 1,
      commandTimeout: COUNT_TIMEOUT_MS,
      socketTimeout: SILENCE_TIMEOUT_MS,
      connectTimeout: SILENCE_TIMEOUT_MS,
      // A request that cannot be counted at once is not kept waiting.
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      retryStrategy: () => RECONNECT_INTERVAL_MS,
    })
    let isThere = true
    const tell = (isThereNow: boolean) => {
      if (isThereNow === isThere) return
      isThere = isThereNow
      if (isThere) log.info('Requests are limited again')
      else log.warn('Redis cannot be reached, so requests are not limited')
    }
    redis.on('ready', () => tell(true))
    redis.on('close', () => tell(false))
    redis.on('error', (err) => log.debug({ err }, 'Redis cannot be reached'))
    scope.addHook('onClose', async () => {
      redis.removeAllListeners('close').disconnect()
    })
    await scope.register(rateLimit, {
      global: false,
      max: limit,
      timeWindow: WINDOW_SECONDS * 1000,
      redis,
      nameSpace: 'rate:',
      skipOnError: true,
      keyGenerator: ({ apiKeyId, socket }) =>
        apiKeyId === undefined
          ? `address:${normalizeIP(socket.remoteAddress ?? 'unknown')}`
          : `key:${apiKeyId}`,
    })
    const check = scope.createRateLimit()
    count = async (request) => {
      const checked = await check(request)
      // What Redis did not count has no end of its time.
      if (checked.isAllowed || checked.ttl <= 0) return undefined
      const { isExceeded, remaining, ttlInSeconds } = checked
      return {
        isExceeded,
        resetSeconds: ttlInSeconds,
        headers: {
          'ratelimit-limit': String(limit),
          'ratelimit-remaining': String(remaining),
          'ratelimit-reset': String(ttlInSeconds),
          'ratelimit-policy': `${limit};w=${WINDOW_SECONDS}`,
        },
      }
    }
  })
  return (request) => count(request)
}
