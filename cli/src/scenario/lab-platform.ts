import { connectDatabase } from '@msctl/platform/database'
import type { DatabaseAccess } from '@msctl/platform/platform'
import type { LabPlatform } from '@msctl/scenarios/world'
import { SERVICES, type ServiceName } from '@msctl/sdk/contract'
import type { Context } from '../context.ts'
import { Failure } from '../failure.ts'

/**
 * The platform that runs here, as scenarios work on it. The drivers are not told of Ctrl-C: a scenario that is interrupted still has to
 * put everything back.
 *
 * @throws Failure `not-running`; `scenario-elsewhere` when another gateway was named, whose parts and stores are out of reach.
 */
export async function openLabPlatform(context: Context): Promise<LabPlatform> {
  const { choosePlatform } = await context.loadDrivers()
  const { signal } = new AbortController()
  const platform = await choosePlatform('running', { ...context, signal, onEvent: () => undefined })
  const { url } = await platform.status()
  if (url === null) throw new Failure('not-running', {})
  if (context.url !== undefined && addressOf(context.url) !== addressOf(url))
    throw new Failure('scenario-elsewhere', { asked: context.url, here: url })
  // To ask for it takes a while where there are containers; what is asked for often stays the same until everything starts anew.
  const accesses = new Map<ServiceName, DatabaseAccess>()
  const access = async (service: ServiceName): Promise<DatabaseAccess> => {
    const found = accesses.get(service) ?? (await platform.accessDatabase(service))
    accesses.set(service, found)
    return found
  }
  const { stop, start, kill, redis } = platform
  return {
    url,
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

/** What of an address counts: localhost is this machine by any name. */
function addressOf(url: string): string {
  const { protocol, hostname, port, pathname } = new URL(url)
  const host = ['localhost', '127.0.0.1', '[::1]'].includes(hostname) ? 'localhost' : hostname
  return `${protocol}//${host}:${port}${pathname.replace(/\/+$/, '')}`
}
