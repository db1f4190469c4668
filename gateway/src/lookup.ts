import { lookup as systemLookup } from 'node:dns'
import type { LookupFunction } from 'node:net'

/**
 * A `lookup` for sockets that asks for a name once, however many wait for its answer.
 *
 * A stopped container's name may take seconds to be found missing, and the system resolves only a few names at a time:
 * without this, the calls of one missing service would hold up those of all the others.
 */
export function createSharedLookup(lookup: LookupFunction = systemLookup as LookupFunction): LookupFunction {
  const waiting = new Map<string, Parameters<LookupFunction>[2][]>()
  return (hostname, options, callback) => {
    const key = `${hostname} ${options.family ?? 0} ${options.all ?? false} ${options.hints ?? 0}`
    const callbacks = waiting.get(key)
    if (callbacks) {
      callbacks.push(callback)
      return
    }
    const joined = [callback]
    waiting.set(key, joined)
    lookup(hostname, options, (...answer) => {
      waiting.delete(key)
      for (const each of joined) each(...answer)
    })
  }
}
