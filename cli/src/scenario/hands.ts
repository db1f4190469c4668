import type { DatabaseAccess } from '@msctl/platform/platform'
import type { DatabaseSession, Hands } from '@msctl/scenarios/world'
import type { ServiceName } from '@msctl/sdk/contract'
import pg from 'pg'
import type { Context } from '../context.ts'
import { Failure } from '../failure.ts'

const CONNECT_TIMEOUT_MS = 10_000

/**
 * What a scenario does with the platform that runs here. The drivers are not told of Ctrl-C: a scenario that is interrupted still has to
 * put everything back.
 *
 * @throws Failure `not-running`; `scenario-elsewhere` when another gateway was named, whose parts and stores are out of reach.
 */
export async function openHands(context: Context): Promise<Hands> {
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
  return {
    url,
    stop: platform.stop,
    kill: platform.kill,
    start: platform.start,
    restart: () => {
      accesses.clear()
      return platform.restart()
    },
    up: () => {
      accesses.clear()
      return platform.up()
    },
    askCache: platform.askCache,
    openDatabase: async (service) => openSession(await access(service)),
  }
}

/** What of an address counts: localhost is this machine by any name. */
function addressOf(url: string): string {
  const { protocol, hostname, port, pathname } = new URL(url)
  const host = ['localhost', '127.0.0.1', '[::1]'].includes(hostname) ? 'localhost' : hostname
  return `${protocol}//${host}:${port}${pathname.replace(/\/+$/, '')}`
}

async function openSession({ user, database, connection }: DatabaseAccess): Promise<DatabaseSession> {
  const client = new pg.Client({
    ...connection,
    ...{ user, database, ssl: false, application_name: 'msctl', connectionTimeoutMillis: CONNECT_TIMEOUT_MS },
  })
  // A connection that breaks says so by an event, too; the statement under way tells of it.
  client.on('error', () => undefined)
  await client.connect()
  return {
    query: async (sql, values) =>
      (await client.query<Record<string, unknown>>(sql, values && [...values])).rows,
    close: () => client.end(),
  }
}
