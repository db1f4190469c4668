import type { Lab } from '@msctl/scenarios'
import type { ServiceName } from '@msctl/sdk/contract'
import type { Answer, Grader } from '../../run/grader.ts'
import { isRow, type Row, rowOf } from '../answers.ts'

type State = 'CLOSED' | 'OPEN' | 'HALF_OPEN'

/** A circuit as `GET /health` shows it, whatever the spelling. */
export interface ShownCircuit {
  readonly answer: Answer
  readonly at: number
  readonly state: State | undefined
  /** As it was written; empty when there is nothing that could be its state. */
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

const STATES: Readonly<Record<string, State>> = {
  CLOSED: 'CLOSED',
  OPEN: 'OPEN',
  OPENED: 'OPEN',
  HALFOPEN: 'HALF_OPEN',
  HALFOPENED: 'HALF_OPEN',
}
const STATE_NAME = /^(circuit_?)?(breaker_?)?(status|state)$|^circuit(_?breaker)?$/i
const COUNT_NAME = /^(failure_?count|failures|fail_?count|consecutive_?failures|error_?count)$/i

/**
 * Finds a circuit in a health document: at `circuits.users`, where the assignment has it; else in the first thing that is called after
 * the service and shows a state.
 */
export function circuitIn(
  health: Row | undefined,
  service: ServiceName,
): Omit<ShownCircuit, 'answer' | 'at'> {
  const documented = isRow(health?.circuits) ? [health.circuits[service]] : []
  const shown = [...documented, ...entriesOf(health, service)].map(read)
  const found = shown.find(({ state }) => state !== undefined) ?? shown.find(({ written }) => written !== '')
  return found ?? { written: '', state: undefined, failureCount: undefined }
}

/** What is called after a service: in `circuits` first, then at the top, then anywhere else. */
function entriesOf(health: Row | undefined, service: ServiceName): readonly unknown[] {
  if (health === undefined) return []
  return [health.circuits, health, ...Object.values(health)].flatMap((container) => {
    if (Array.isArray(container))
      return container.filter(
        (each) => isRow(each) && Object.values(each).some((value) => isNameOf(value, service)),
      )
    if (!isRow(container)) return []
    const { [service]: exact, ...others } = container
    return [exact, ...Object.keys(others).flatMap((name) => (isNameOf(name, service) ? others[name] : []))]
  })
}

/** A state by itself, or among the fields of an object, or in an object among these. */
function read(entry: unknown): ReturnType<typeof circuitIn> {
  if (typeof entry === 'string') return { written: entry, state: stateOf(entry), failureCount: undefined }
  if (!isRow(entry)) return { written: '', state: undefined, failureCount: undefined }
  const named = Object.entries(entry).filter(([name]) => STATE_NAME.test(name))
  const candidates = named.map(([, value]) => read(value))
  const best = candidates.find(({ state }) => state !== undefined) ?? candidates[0]
  const count = Object.entries(entry).find(([name]) => COUNT_NAME.test(name))?.[1]
  return {
    written: best?.written ?? '',
    state: best?.state,
    failureCount: typeof count === 'number' ? count : best?.failureCount,
  }
}

function stateOf(written: string): State | undefined {
  return STATES[written.toUpperCase().replace(/[^A-Z]/g, '')]
}

/** `users`, or a name that has it in it, as in `users_service`. */
function isNameOf(name: unknown, service: ServiceName): boolean {
  return typeof name === 'string' && name.toLowerCase().includes(service.slice(0, -1)) && name.length < 40
}
