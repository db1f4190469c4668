import { Failure } from '../failure.ts'
import { PARTS, type Part } from '../parts.ts'
import { freePorts, isPortFree } from './free-port.ts'
import { portHolder } from './port-holder.ts'

/** The port of each part. */
export type Ports = Readonly<Record<Part, number>>

/** Where students expect the stores: `redis-cli` and `psql` find them there without being told. */
export const STORE_PORTS = { cache: 6379, db: 5432 } as const

/**
 * Chooses a port for each part. The gateway's is exactly the one asked for. The others are the usual ones (for the
 * services those that follow the gateway's) where these are free, and any free ones where they are not.
 *
 * @param gateway The gateway's port; 0: any free port, for the gateway and all others.
 * @throws Failure `port-taken`, with who holds it, when the gateway's port is not free.
 */
export async function choosePorts(gateway: number): Promise<Ports> {
  const any = await freePorts(PARTS.length)
  const anyFor = Object.fromEntries(PARTS.map((part, index) => [part, any[index]])) as Record<Part, number>
  if (gateway === 0) return anyFor

  await assertFree('gateway', gateway)
  const usual = { users: gateway + 1, orders: gateway + 2, payments: gateway + 3, ...STORE_PORTS }
  const isUsable = async (port: number) => port !== gateway && port < 65_536 && (await isPortFree(port))
  const chosen: Record<Part, number> = { ...anyFor, gateway }
  for (const part of Object.keys(usual) as (keyof typeof usual)[]) {
    if (await isUsable(usual[part])) chosen[part] = usual[part]
  }
  return chosen
}

/**
 * @throws Failure `port-taken`, with who holds it. The gateway's port must be free on `::1`, too: `localhost` often
 *   means that first, and a request would reach the other server.
 */
export async function assertFree(part: Part, port: number): Promise<void> {
  if (await isPortFree(port)) {
    if (part !== 'gateway' || (await isPortFree(port, '::1'))) return
  }
  throw new Failure('port-taken', { part, port, holder: await portHolder(port) })
}
