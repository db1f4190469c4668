import { isApiError, type Status } from '@msctl/sdk'
import type { Step } from '../engine/index.ts'
import type { AnyLab, World } from './world.ts'

/** On a busy machine a service may not answer the first look, in milliseconds. */
const READY_WITHIN_MS = 3_000
/** How long a platform that is just starting may take until its services use the cache, in milliseconds. */
const CACHE_WITHIN_MS = 15_000
/** An id that nobody has. */
const NOBODY = 2_147_483_647

/** A step of a steady state; it fits every sheet. */
type AnyStep = Step<World, unknown>

/** All services are ready and all circuits closed: otherwise nothing that is seen could be explained. */
export const checkPlatform: AnyStep = {
  title: { en: 'Is the platform ready?', ru: 'Готова ли платформа?' },
  run: async (lab) => {
    let problems: string[] = []
    await lab.lookFor(
      { en: 'all services are ready', ru: 'все сервисы готовы' },
      async () => {
        problems = problemsOf(await lab.world.quietly.gateway.status())
        return problems.length === 0 ? true : undefined
      },
      { withinMs: READY_WITHIN_MS },
    )
    lab.require({
      held: problems.length === 0,
      expected: {
        en: 'Before a scenario begins, every service is ready and every circuit is CLOSED.',
        ru: 'Перед началом сценария каждый сервис готов, а каждый предохранитель CLOSED.',
      },
      actual: {
        en: `Now: ${problems.join('; ')}.`,
        ru: `Сейчас: ${problems.join('; ')}.`,
      },
    })
  },
}

function problemsOf({ services }: Status): string[] {
  return Object.entries(services).flatMap(([name, { reachable, ready, circuit }]) => [
    ...(reachable ? (ready ? [] : [`${name} not ready`]) : [`${name} down`]),
    ...(circuit.status === 'CLOSED' ? [] : [`${name} ${circuit.status}`]),
  ])
}

/** The services use the cache: one that has just started, or has lost Redis, goes without it for a moment. */
export const checkCacheInUse: AnyStep = {
  title: { en: 'Do the services use the cache?', ru: 'Пользуются ли сервисы кэшем?' },
  run: async (lab) => {
    await lab.waitFor(
      { en: 'the cache is in use', ru: 'кэш используется' },
      async () => ((await usesCache(lab)) ? true : undefined),
      { withinMs: CACHE_WITHIN_MS },
    )
  },
}

/** Nobody is asked for: that, too, looks into the cache first, and leaves nothing behind. */
async function usesCache({ world }: AnyLab): Promise<boolean> {
  try {
    await world.quietly.users.get(NOBODY)
  } catch (error) {
    if (isApiError(error)) return error.response.headers['x-cache'] === 'MISS'
    throw error
  }
  return false
}
