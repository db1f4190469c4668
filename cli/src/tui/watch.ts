import { isFailure } from '../failure.ts'
import type { Action } from './reduce.ts'
import { type DashboardState, partStates, type Trouble } from './state.ts'
import type { Store } from './store.ts'
import type { World } from './world.ts'

/** How often it looks, and the clock goes on, in milliseconds. */
const EVERY_MS = 1_000
/** Every how many looks it asks the driver, which takes its time, when nothing gives it a reason to. */
const PARTS_EVERY = 10
/** The same while the gateway says nothing of the services. */
const PARTS_EVERY_ALONE = 2

/** Something that looks again and again, until it is told to end. */
export interface Watch {
  /** Looks at all of it, now. */
  look(): void
  end(): void
}

/** Looks at the world every second and tells the store. A look that takes longer is not begun a second time meanwhile. */
export function watchWorld(world: World, store: Store, now: () => number = Date.now): Watch {
  const underWay = new Set<string>()
  let looks = 0

  const once = (name: string, look: () => Promise<void>) => {
    if (underWay.has(name)) return
    underWay.add(name)
    void look().finally(() => underWay.delete(name))
  }

  /** What the driver says of a part is old as soon as something else shows that a part has come or gone. */
  const learn = (action: Action) => {
    const before = signsOfLife(store.get())
    store.dispatch(action)
    if (signsOfLife(store.get()) !== before) once('parts', lookAtParts)
  }
  const lookAtGateway = async () => {
    const began = performance.now()
    try {
      const status = await world.gatewayStatus()
      const tookMs = performance.now() - began
      learn({ type: 'gateway-seen', at: now(), url: world.url(), status, tookMs })
    } catch (error) {
      learn({ type: 'gateway-away', at: now(), url: world.url(), trouble: toTrouble(error) })
    }
  }
  const lookAtParts = async () => {
    try {
      store.dispatch({ type: 'parts-seen', at: now(), platform: await world.platformStatus() })
    } catch (error) {
      store.dispatch({ type: 'happened', event: { type: 'trouble', at: now(), trouble: toTrouble(error) } })
    }
  }
  const lookAtCache = async () => {
    if (store.get().platform === undefined) return
    const began = performance.now()
    try {
      const keys = await world.cachedKeys()
      learn({ type: 'keys-seen', at: now(), keys, tookMs: performance.now() - began })
    } catch (error) {
      learn({ type: 'cache-away', at: now(), trouble: toTrouble(error) })
    }
  }

  const look = () => {
    once('gateway', lookAtGateway)
    once('cache', lookAtCache)
    once('parts', lookAtParts)
  }
  const tick = () => {
    store.dispatch({ type: 'ticked', at: now() })
    looks++
    const { platform, gateway } = store.get()
    const every = gateway.state === 'up' && platform !== undefined ? PARTS_EVERY : PARTS_EVERY_ALONE
    once('gateway', lookAtGateway)
    once('cache', lookAtCache)
    if (looks % every === 0) once('parts', lookAtParts)
  }
  // The driver first: it knows where the gateway is.
  once('parts', async () => {
    await lookAtParts()
    look()
  })
  const timer = setInterval(tick, EVERY_MS)
  return { look, end: () => clearInterval(timer) }
}

/** What the gateway and Redis show of the parts, without the driver. */
const signsOfLife = ({ gateway, cache }: DashboardState): string =>
  JSON.stringify([gateway.state, cache.state, partStates({ gateway, platform: undefined })])

/** What the store keeps of an error. Whatever is no failure of ours is worded as something unexpected. */
export function toTrouble(error: unknown): Trouble {
  if (isFailure(error)) return { code: error.code, facts: error.facts }
  return { code: 'unexpected', facts: { message: error instanceof Error ? error.message : String(error) } }
}
