import type { Lab } from '@msctl/scenarios'
import type { ServiceName } from '@msctl/sdk/contract'
import type { Answer, Grader } from '../../run/grader.ts'
import { rowOf } from '../answers.ts'

/** A circuit as `GET /health` shows it, whatever the spelling. */
export interface ShownCircuit {
  readonly answer: Answer
  readonly at: number
  readonly state: 'CLOSED' | 'OPEN' | 'HALF_OPEN' | undefined
  /** As it was written. */
  readonly written: string
  readonly failureCount: number | undefined
}

/** Reads one circuit. Nothing is thrown where it is not shown: that is for the check of the health to say. */
export async function readCircuit(
  { world, report }: Pick<Lab<Grader, unknown>, 'world' | 'report'>,
  service: ServiceName,
): Promise<ShownCircuit> {
  const answer = await world.request('GET', '/health')
  const shown = circuitIn(rowOf(answer), service)
  if (shown.state !== undefined) {
    report({
      type: 'circuit',
      ...{ service, status: shown.state, failureCount: shown.failureCount ?? 0, retryInSeconds: null },
    })
  }
  return { answer, at: performance.now(), ...shown }
}

/** Finds a circuit in a health document: below `circuits`, by the service's name. */
export function circuitIn(
  health: Readonly<Record<string, unknown>> | undefined,
  service: ServiceName,
): Omit<ShownCircuit, 'answer' | 'at'> {
  const entry = entryOf(health?.circuits, service) ?? entryOf(health, service)
  const fields = typeof entry === 'object' && entry !== null ? Object.entries(entry) : []
  const found = (pattern: RegExp) => fields.find(([name]) => pattern.test(name))?.[1]
  const written = typeof entry === 'string' ? entry : String(found(/^(status|state|circuit_?state)$/i) ?? '')
  const count = found(/^(failure_?count|failures|fail_?count|consecutive_?failures|error_?count)$/i)
  return {
    written,
    state: STATES[written.toUpperCase().replace(/[^A-Z]/g, '')],
    failureCount: typeof count === 'number' ? count : undefined,
  }
}

const STATES: Readonly<Record<string, ShownCircuit['state']>> = {
  CLOSED: 'CLOSED',
  OPEN: 'OPEN',
  OPENED: 'OPEN',
  HALFOPEN: 'HALF_OPEN',
  HALFOPENED: 'HALF_OPEN',
}

/** `users`, or a name that has it in it, as in `users_service`. */
function entryOf(circuits: unknown, service: ServiceName): unknown {
  if (Array.isArray(circuits))
    return circuits.find((each) =>
      Object.values(each ?? {}).some((value) => isNameOf(String(value), service)),
    )
  if (typeof circuits !== 'object' || circuits === null) return undefined
  const entries = Object.entries(circuits)
  return (entries.find(([name]) => name === service) ??
    entries.find(([name]) => isNameOf(name, service)))?.[1]
}

function isNameOf(name: string, service: ServiceName): boolean {
  return name.toLowerCase().includes(service.slice(0, -1)) && name.length < 40
}
