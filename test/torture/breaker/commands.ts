import { deepStrictEqual } from 'node:assert/strict'
import { mock } from 'node:test'
import fc from 'fast-check'
import {
  type Breaker,
  type BreakerOptions,
  createBreaker,
  type Permit,
} from '../../../gateway/src/breaker.ts'
import { BreakerModel, FAILURES, type ModelPermit, RESET_MS } from './model.ts'

/** A circuit, and the calls that it has let through, in their order. */
interface Subject<P> {
  circuit: P extends Permit ? Breaker : BreakerModel
  permits: P[]
}
type Real = Subject<Permit>
type Model = Subject<ModelPermit>

/** How many transitions `/health` shows. */
const SHOWN_TRANSITIONS = 20
/** As many as come at the moment at which a circuit tries again. */
const CROWD = 200

/** What becomes of a trial is known a moment later. */
const settle = () => new Promise<void>((resolve) => setImmediate(resolve))

async function expectAlike(model: BreakerModel, real: Breaker): Promise<void> {
  await settle()
  const { status, failure_count, opened_at, transitions } = real.describe()
  deepStrictEqual(
    {
      status,
      failure_count,
      isOpen: opened_at !== null,
      transitions: transitions.map(({ from, to }) => `${from} → ${to}`),
    },
    {
      status: model.status,
      failure_count: model.failures,
      isOpen: model.status !== 'CLOSED',
      transitions: model.transitions.slice(-SHOWN_TRANSITIONS),
    },
  )
}

function acquireBoth(model: Model, real: Real): void {
  const expected = model.circuit.acquire()
  const permit = real.circuit.acquire()
  deepStrictEqual(permit?.isTrial, expected?.isTrial)
  if (permit === undefined || expected === undefined) return
  model.permits.push(expected)
  real.permits.push(permit)
}

const command = (name: string, run: (model: Model, real: Real) => void): fc.AsyncCommand<Model, Real> => ({
  check: () => true,
  run: async (model, real) => {
    run(model, real)
    await expectAlike(model.circuit, real.circuit)
  },
  toString: () => name,
})

const acquire = command('a call', acquireBoth)

/** An outcome of any call that was ever let through, however late, and even if it had one before. */
const outcome = (kind: 'succeed' | 'fail', chosen: number) =>
  command(`call ${chosen} ${kind}s`, (model, real) => {
    if (model.permits.length === 0) return
    const index = chosen % model.permits.length
    model.circuit[kind](model.permits[index] as ModelPermit)
    real.permits[index]?.[kind]()
  })

/** The latest call, which makes five failures in a row likely. */
const callThat = (kind: 'succeed' | 'fail') =>
  command(`a call that ${kind}s`, (model, real) => {
    const before = model.permits.length
    acquireBoth(model, real)
    const [expected, permit] = [model.permits[before], real.permits[before]]
    if (expected === undefined || permit === undefined) return
    model.circuit[kind](expected)
    permit[kind]()
  })

function advanceBoth(model: Model, ms: number): void {
  mock.timers.tick(ms)
  model.circuit.advance(ms)
}

const wait = (ms: number) => command(`${ms} ms pass`, (model) => advanceBoth(model, ms))

/** All come when the circuit tries again: some a millisecond before, the others right then. */
const crowd = command(`${CROWD} calls when the circuit tries again`, (model, real) => {
  if (model.circuit.status === 'OPEN') advanceBoth(model, model.circuit.untilTrialMs - 1)
  for (let n = 0; n < CROWD / 2; n++) acquireBoth(model, real)
  if (model.circuit.status === 'OPEN') advanceBoth(model, 1)
  for (let n = 0; n < CROWD / 2; n++) acquireBoth(model, real)
})

const commands = fc.commands(
  [
    fc.constant(acquire),
    fc.constant(callThat('fail')),
    fc.constant(callThat('fail')),
    fc.constant(callThat('succeed')),
    fc.nat(1000).map((chosen) => outcome('succeed', chosen)),
    fc.nat(1000).map((chosen) => outcome('fail', chosen)),
    fc.constantFrom(1, RESET_MS - 1, RESET_MS, 2 * RESET_MS).map(wait),
    fc.constant(crowd),
  ],
  { size: 'large', maxCommands: 80 },
)

/** How long to look for a difference, and whose. */
export interface Search {
  seed: number
  numRuns: number
  /** Default: the gateway's own. */
  breakerOf?: (options: BreakerOptions) => Breaker
}

/** Makes a circuit on a clock of its own, and the model beside it. */
async function withCircuit(
  { breakerOf = createBreaker }: Search,
  run: (model: Model, real: Real) => Promise<void>,
): Promise<void> {
  mock.timers.enable({ apis: ['setTimeout'] })
  const circuit = breakerOf({ failures: FAILURES, resetSeconds: RESET_MS / 1000 })
  try {
    await run({ circuit: new BreakerModel(), permits: [] }, { circuit, permits: [] })
  } finally {
    circuit.close()
    mock.timers.reset()
  }
}

/** Sequences of all that can happen to a circuit. @throws what was different, and the shortest way to it. */
export async function checkSequences(search: Search): Promise<void> {
  await fc.assert(
    fc.asyncProperty(commands, (sequence) =>
      withCircuit(search, (model, real) => fc.asyncModelRun(() => ({ model, real }), sequence)),
    ),
    { seed: search.seed, numRuns: search.numRuns },
  )
}

/**
 * Calls that are all under way at once, whose outcomes come in any order, with time passing in between: at each of these
 * moments the circuit is what the model is.
 */
export async function checkInterleavings(search: Search): Promise<void> {
  const outcomes = fc.array(fc.constantFrom('succeed' as const, 'fail' as const, 'fail' as const), {
    minLength: 1,
    maxLength: 40,
  })
  const pauses = fc.array(fc.constantFrom(1, RESET_MS - 1, RESET_MS), { maxLength: 12 })
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), outcomes, pauses, (scheduler, kinds, waits) =>
      withCircuit(search, async (model, real) => {
        const step = scheduler.scheduleFunction(async () => undefined)
        const call = async (kind: 'succeed' | 'fail') => {
          await step()
          const before = model.permits.length
          acquireBoth(model, real)
          const [expected, permit] = [model.permits[before], real.permits[before]]
          await step()
          if (expected === undefined || permit === undefined) return
          model.circuit[kind](expected)
          permit[kind]()
          await expectAlike(model.circuit, real.circuit)
        }
        const pause = async (ms: number) => {
          await step()
          advanceBoth(model, ms)
          await expectAlike(model.circuit, real.circuit)
        }
        const all = Promise.all([...kinds.map(call), ...waits.map(pause)])
        await scheduler.waitFor(all)
      }),
    ),
    { seed: search.seed, numRuns: search.numRuns },
  )
}
