import { type CachedValue, readCachedKey } from '@msctl/platform/cached-keys'
import type { Circuit, ServiceName } from '@msctl/sdk'
import type { AnyLab } from './world.ts'

/** How much longer than promised a circuit may take to close, in milliseconds. */
const PATIENCE_MS = 15_000

/** A key in Redis, as redis-cli shows it. */
export function readKey({ world }: AnyLab, key: string): Promise<CachedValue> {
  return readCachedKey(world.redis, key)
}

/** Looks at a circuit, and tells what it sees. */
export async function showCircuit(lab: AnyLab, service: ServiceName): Promise<Circuit> {
  const circuit = await circuitOf(lab, service)
  const { status, failure_count: failureCount, retry_in_seconds: retryInSeconds } = circuit
  lab.report({ type: 'circuit', service, status, failureCount, retryInSeconds })
  return circuit
}

/** Sees to it that a circuit which a scenario opens is closed again when the scenario ends. */
export function closeCircuitAtEnd(lab: AnyLab, service: ServiceName): void {
  lab.cleanUp(
    { en: `Let the circuit of ${service} close`, ru: `Дать предохранителю ${service} замкнуться` },
    async () => {
      const circuit = await circuitOf(lab, service)
      if (isAsNew(circuit)) return
      const inMs = (circuit.retry_in_seconds ?? 0) * 1000
      await lab.waitFor(
        { en: `${service}: CLOSED`, ru: `${service}: CLOSED` },
        async () => {
          const now = await circuitOf(lab, service)
          if (isAsNew(now)) return true
          // When it is due, a request of ours is the trial; while it is closed, a success takes back the failures.
          if (now.status === 'CLOSED' || now.retry_in_seconds === 0)
            await lab.world.quietly[service].list({ limit: 1 }).catch(() => undefined)
          return undefined
        },
        { withinMs: inMs + PATIENCE_MS, expectedInMs: inMs },
      )
    },
  )
}

const isAsNew = ({ status, failure_count: count }: Circuit) => status === 'CLOSED' && count === 0

/** How a circuit is now, without a word. */
async function circuitOf({ world }: AnyLab, service: ServiceName): Promise<Circuit> {
  return (await world.quietly.gateway.health()).circuits[service]
}
