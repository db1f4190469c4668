import type { Surroundings } from '@msctl/platform/choose-platform'
import type { Platform } from '@msctl/platform/platform'

/** The drivers. They are large, and loaded only when one is needed. */
export const loadDrivers = () => import('@msctl/platform/choose-platform')

/** The platform that runs here, or has last run. */
export async function runningPlatform(surroundings: Surroundings): Promise<Platform> {
  const { choosePlatform } = await loadDrivers()
  return choosePlatform('running', surroundings)
}
