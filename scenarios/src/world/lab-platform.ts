import type { Control } from '@msctl/platform/control'
import { connectDatabase, type Database } from '@msctl/platform/database'
import type { Part } from '@msctl/platform/parts'
import type { DatabaseAccess, Platform } from '@msctl/platform/platform'
import type { Redis } from '@msctl/platform/redis'
import { SERVICES, type ServiceName } from '@msctl/sdk/contract'

/** What can be done to the platform of a lab. None of it ends early when the run is interrupted, for it also serves to put things back. */
interface LabControl extends Control {
  kill(part: Part): Promise<unknown>
  /** Starts what does not run. */
  up(): Promise<unknown>
}

/** The platform that a lab works on. */
export interface LabPlatform {
  /** The gateway's address. */
  readonly url: string
  /** The key that the gateway is sent, where it asks for one. */
  readonly apiKey?: string | undefined
  readonly control: LabControl
  readonly redis: Redis
  readonly databases: Readonly<Record<ServiceName, Pick<Database, 'connect'>>>
}

/**
 * A platform that runs by one of our drivers, as scenarios work on it.
 *
 * @param platform One that no signal ends: a scenario that is interrupted still has to put everything back.
 */
export function labPlatform(platform: Platform, url: string, apiKey?: string): LabPlatform {
  // To ask for it takes a while where there are containers; the answer stays the same until everything starts anew.
  const accesses = new Map<ServiceName, DatabaseAccess>()
  const access = async (service: ServiceName): Promise<DatabaseAccess> => {
    const found = accesses.get(service) ?? (await platform.accessDatabase(service))
    accesses.set(service, found)
    return found
  }
  const { stop, start, kill, redis } = platform
  return {
    url,
    apiKey,
    redis,
    control: {
      ...{ stop, start, kill },
      restart: () => {
        accesses.clear()
        return platform.restart()
      },
      up: () => {
        accesses.clear()
        return platform.up()
      },
    },
    databases: Object.fromEntries(
      SERVICES.map((service) => [service, { connect: async () => connectDatabase(await access(service)) }]),
    ) as LabPlatform['databases'],
  }
}
