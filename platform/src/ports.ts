import { createServer, type Server } from 'node:net'
import { Failure, isFailure } from './failure.ts'
import { PARTS, type Part } from './parts.ts'
import { portHolder } from './port-holder.ts'

/** Where the gateway listens when nobody has chosen another port. */
export const DEFAULT_GATEWAY_PORT = 8000

/** Whether a server could listen on that port of `host` now. A host that this machine does not have holds nobody back. */
export async function isPortFree(port: number, host = '127.0.0.1'): Promise<boolean> {
  try {
    await close(await listen(port, host))
    return true
  } catch (error) {
    return ['EADDRNOTAVAIL', 'EAFNOSUPPORT'].includes((error as NodeJS.ErrnoException).code ?? '')
  }
}

/** A port of 127.0.0.1 that nobody listens on. */
export async function freePort(): Promise<number> {
  const [port] = await freePorts(1)
  return port as number
}

/** Different ports of 127.0.0.1 that nobody listens on. */
export async function freePorts(count: number): Promise<number[]> {
  // All held at once, so that the system cannot give the same one twice.
  const servers = await Promise.all(Array.from({ length: count }, () => listen(0, '127.0.0.1')))
  const ports = servers.map((server) => (server.address() as { port: number }).port)
  await Promise.all(servers.map(close))
  return ports
}

/** A server on that port of `host`. @throws what the system says where it cannot be. */
export async function listen(port: number, host: string): Promise<Server> {
  const server = createServer()
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ port, host, exclusive: true }, () => resolve(server))
  })
}

async function close(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()))
}

/** How many free ports are tried: somebody else may be given one before it is listened on. */
const ATTEMPTS = 5

/**
 * Starts a server on the given port, or on any free one.
 *
 * @returns what `start` gives, and the port.
 * @throws Failure `port-taken` when the given one is, or each free one was when it came to it; and whatever else `start` throws.
 */
export async function startOnFreePort<T>(
  given: number | undefined,
  start: (port: number) => Promise<T>,
): Promise<readonly [T, number]> {
  for (let tries = 1; ; tries++) {
    const port = given ?? (await freePort())
    try {
      return [await start(port), port]
    } catch (error) {
      if (given !== undefined || tries === ATTEMPTS || !isFailure(error, 'port-taken')) throw error
    }
  }
}

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
