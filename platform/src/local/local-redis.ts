import { Failure } from '../failure.ts'
import { isRefusal, openRedis, type Redis } from '../redis.ts'

/**
 * The Redis of a local platform, which may be stopped and started between two questions: it is connected to for each.
 *
 * @param portOf Its port now.
 * @param signal Ends what is under way.
 */
export function localRedis(portOf: () => number, signal?: AbortSignal): Redis {
  return {
    ask: async (...command) => {
      signal?.throwIfAborted()
      const redis = openRedis(`redis://127.0.0.1:${portOf()}`)
      signal?.addEventListener('abort', redis.close)
      try {
        return await redis.ask(...command)
      } catch (error) {
        signal?.throwIfAborted()
        const { message } = error as Error
        throw isRefusal(error)
          ? new Failure('cache-refused', { reason: message }, { cause: error })
          : new Failure('part-unreachable', { part: 'cache', reason: message }, { cause: error })
      } finally {
        signal?.removeEventListener('abort', redis.close)
        redis.close()
      }
    },
  }
}
