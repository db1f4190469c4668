import { isPortFree } from '@msctl/platform/ports'
import { waitUntil } from '@msctl/platform/wait-until'
import { type ComposeFile, portsOf } from './compose-file.ts'
import type { Roles } from './recognise.ts'
import { gatewayPort, storePort } from './stores.ts'

/** The port of this machine for each service that has to be reached, and that in its container. */
export type Ports = ReadonlyMap<string, { readonly port: number; readonly target: number }>

/** Below the ports that the system gives to clients, which come and go. */
const FIRST_PORT = 20_000
const PORTS = 12_000
const SEARCH_LIMIT_MS = 5_000
/** These are asked through the gateway only. */
const UNPUBLISHED = new Set(['users', 'orders', 'payments'])

/** Free ports for the gateway and the stores. Somebody else may take one before it is used. */
export async function choosePorts(file: ComposeFile, roles: Roles): Promise<Ports> {
  const ports = new Map<string, { port: number; target: number }>()
  const given = new Set<number>()
  const look = async () => {
    const candidate = FIRST_PORT + Math.floor(Math.random() * PORTS)
    return !given.has(candidate) && (await isPortFree(candidate)) ? candidate : undefined
  }
  for (const [role, name] of Object.entries(roles)) {
    const service = file.services[name]
    if (service === undefined || UNPUBLISHED.has(role) || ports.has(name)) continue
    const target =
      role === 'gateway'
        ? gatewayPort(portsOf(service), service)
        : storePort(role === 'cache' ? 'cache' : 'database', service)
    const port = await waitUntil(look, { deadlineMs: SEARCH_LIMIT_MS, everyMs: 1 })
    if (port === undefined) throw new Error('No port is free.')
    given.add(port)
    ports.set(name, { port, target })
  }
  return ports
}
