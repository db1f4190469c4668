import { setTimeout as delay } from 'node:timers/promises'
import type { ServiceName } from '@msctl/sdk/contract'
import type { Http } from './http.ts'

/** How long it may take, in resets: a circuit may just have opened, and one trial is to have its time. */
const WITHIN_RESETS = 1.3
const FIRST_PAUSE_MS = 200

/**
 * Makes what waits until no service is answered for with an error: it may just have been started, or a circuit may still be open from
 * earlier failures. One that never recovers is for the checks to judge, and is waited for once only: then it says false.
 */
export function createWaiting(http: Pick<Http, 'request'>, resetSeconds: number, signal: AbortSignal) {
  const resetMs = resetSeconds * 1_000
  const givenUp = new Set<ServiceName>()
  const awaitService = async (service: ServiceName) => {
    if (givenUp.has(service)) return false
    const deadline = performance.now() + resetMs * WITHIN_RESETS
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, resetMs / 10)) {
      const { status } = await http.request('GET', `/${service}?limit=1`)
      if (status !== null && status < 500) return true
      if (performance.now() > deadline) break
      await delay(pauseMs, undefined, { signal })
    }
    givenUp.add(service)
    return false
  }
  return async (services: readonly ServiceName[]) => {
    let areBack = true
    for (const service of services) if (!(await awaitService(service))) areBack = false
    return areBack
  }
}
