import { setTimeout as delay } from 'node:timers/promises'
import type { Lab, Text } from '@msctl/scenarios'
import { type Answer, type Check, type Experiment, type Grader, GradingError } from '../../run/grader.ts'
import type { Row } from '../answers.ts'
import { complain, judge } from '../judge.ts'
import { create } from '../objects.ts'
import { ALL_RESOURCES, RESOURCES, type Resource } from '../resources.ts'
import { createServiceControl, type ServiceControl } from '../service-control.ts'
import { type Probe, type Visit, visitStarted } from '../visits.ts'
import { halfOpenAfterReset, judgeReset, RESETS, resetScript } from './half-open-after-reset.ts'
import { health, healthScript, judgeHealth, TRUTHFUL } from './health.ts'
import {
  askOthers,
  type Bystander,
  ISOLATED,
  isolation,
  isolationScript,
  judgeIsolation,
} from './isolation.ts'
import { judgeOneTrial, ONE, oneTrial, oneTrialScript } from './one-trial.ts'
import {
  answersOf,
  failFiveTimes,
  judgeOpening,
  OPENS,
  type Opening,
  openCircuit,
  openingScript,
  opensAtFifth,
} from './opens-at-fifth.ts'
import {
  askOpenCircuit,
  judgeRefusals,
  REFUSES,
  type Refusals,
  refusesWhenOpen,
  refusingScript,
} from './refuses-when-open.ts'
import { DECIDES, judgeTrial, trialDecides, trialScript } from './trial-decides.ts'
import { type Reclosing, watchHalfOpen } from './watch-half-open.ts'

/** What was seen of one circuit, as far as it got. */
interface Circuit {
  readonly probe: Probe
  /** Of a user, which ask this service as well. */
  readonly details?: string
  opening?: Opening
  /** What was served after the fifth failure: the circuit is not open. */
  gotThrough?: Visit
  refusals?: Refusals
  reclosing?: Reclosing
}

interface State {
  circuits: Circuit[]
  control?: ServiceControl
  bystanders: Bystander[]
  /** What watches those that are open. */
  watches: Promise<void>[]
  /** What went wrong with one circuit, which is not to take the others with it. */
  failures: unknown[]
}

type BreakerLab = Lab<Grader, State>

const idOf = ({ service }: Resource, what: string) => `circuit-breaker.${service}.${what}`

const checksOf = (resource: Resource): readonly (readonly [string, Check])[] => [
  [idOf(resource, 'opens-at-fifth'), opensAtFifth(resource)],
  [idOf(resource, 'refuses-when-open'), refusesWhenOpen(resource)],
  [idOf(resource, 'half-open-after-reset'), halfOpenAfterReset(resource)],
  [idOf(resource, 'trial-decides'), trialDecides(resource)],
]

/** The circuits of the gateway from CLOSED through OPEN and HALF_OPEN to CLOSED, black box, all three side by side. */
export const circuitBreaker: Experiment<State> = {
  needs: ['control'],
  uses: ['users', 'orders', 'payments'],
  isAboutOutages: true,
  expectedMs: (resetSeconds) => 4_000 + 2_150 * resetSeconds,
  sheet: {
    name: 'circuit-breaker',
    title: { en: 'The circuit breakers', ru: 'Предохранители' },
    question: {
      en: 'Does the gateway protect everybody from a service that is down?',
      ru: 'Защищает ли шлюз всех от неработающего сервиса?',
    },
    idea: {
      en: 'Each service is stopped and started while requests are sent. The answers alone show what its circuit does.',
      ru: 'Каждый сервис останавливают и запускают, пока идут запросы. Что делает предохранитель, видно по одним ответам.',
    },
    parameters: {
      resetSeconds: { value: 30, reason: { en: 'The assignment says so.', ru: 'Так сказано в задании.' } },
    },
    expectations: {
      ...Object.fromEntries(ALL_RESOURCES.flatMap(checksOf)),
      'circuit-breaker.isolation': isolation,
      'circuit-breaker.health': health,
      'circuit-breaker.one-trial': oneTrial,
    },
    state: () => ({ circuits: [], bystanders: [], watches: [], failures: [] }),
    steadyState: [],
    steps: [
      {
        title: { en: 'Create an object in each service', ru: 'Создать по объекту в каждом сервисе' },
        run: prepare,
      },
      {
        title: { en: 'Open the circuits one after another', ru: 'Разомкнуть предохранители один за другим' },
        run: openAll,
      },
      {
        title: {
          en: 'Watch them refuse, fail a trial, pass a trial and close',
          ru: 'Смотреть, как они отказывают, не проходят пробу, проходят её и замыкаются',
        },
        run: watchAll,
      },
    ],
  },
}

/**
 * In this order the circuits are opened: that of orders first, and that of users last, so that details are asked for while one of the
 * two is open alone.
 */
const ORDER = ['orders', 'payments', 'users'] as const

async function prepare(lab: BreakerLab): Promise<void> {
  const { state } = lab
  // A stop that takes longer than that leaves no time to see what it does.
  state.control = createServiceControl(lab, (lab.parameter('resetSeconds') * 1000) / 3)
  const users = await prepareProbe(lab, RESOURCES.users)
  const orders = await prepareProbe(lab, RESOURCES.orders, users && { userId: users.id })
  const probes = { users, orders, payments: await prepareProbe(lab, RESOURCES.payments) }
  const details = users && `/users/${users.id}/details`
  for (const service of ORDER) {
    const probe = probes[service]
    if (probe !== undefined)
      state.circuits.push({ probe, ...(service !== 'payments' && details !== undefined && { details }) })
  }
}

async function prepareProbe(
  lab: BreakerLab,
  resource: Resource,
  shared: Row = {},
): Promise<Probe | undefined> {
  let refused: Answer | undefined
  const made = await create(lab, resource, { ...resource.make(lab.world), ...shared }, (answer) => {
    refused = answer
  })
  if (made !== undefined) return { resource, id: made.id }
  settleNotCreated(lab, resource, refused)
  return undefined
}

async function openAll(lab: BreakerLab): Promise<void> {
  const { state } = lab
  const { control, circuits } = state
  if (control === undefined) return
  const aside = (error: unknown) => {
    state.failures.push(error)
  }
  let tellAllOpen = () => {}
  const allOpen = new Promise<void>((resolve) => {
    tellAllOpen = resolve
  })
  for (const [index, circuit] of circuits.entries()) {
    lab.signal.throwIfAborted()
    const { probe } = circuit
    const opening = await openCircuit(lab, control, probe, lab.parameter('resetSeconds') * 1000).catch(aside)
    // A control program that says what is not so will not be believed with the others.
    if (isUntrue(state.failures.at(-1))) return
    if (opening === undefined) continue
    circuit.opening = opening
    if (opening.five === undefined) {
      settleOpening(lab, circuit)
      continue
    }
    const others = circuits.slice(index + 1).map((other) => other.probe)
    const bystanders = await askOthers(lab, probe.resource.service, others)
    const ask = () => askOpen(lab, control, circuit, bystanders)
    const isFirst = index === 0
    if (isFirst) await ask().catch(aside)
    const watch = async () => {
      if (!isFirst) {
        await heldBack(lab, allOpen)
        await ask()
      }
      await watchOpen(lab, control, circuit)
    }
    state.watches.push(watch().catch(aside))
  }
  tellAllOpen()
}

/** How long the requests to an open circuit wait at most, in resets, for the circuits that are opened next. */
const HELD_BACK = 0.1

/** What is left of a circuit takes a while, and would only slow down the next one; but a circuit does not stay open for ever. */
async function heldBack(lab: BreakerLab, allOpen: Promise<void>): Promise<void> {
  const mostMs = lab.parameter('resetSeconds') * 1000 * HELD_BACK
  await Promise.race([allOpen, delay(mostMs, undefined, { signal: lab.signal })])
}

/** How often a circuit is opened where asking it takes too long. */
const ATTEMPTS = 4

/** Asks one that should be open. */
async function askOpen(
  lab: BreakerLab,
  control: ServiceControl,
  circuit: Circuit,
  bystanders: readonly Bystander[],
): Promise<void> {
  const { probe, details, opening } = circuit
  if (opening?.five === undefined) return
  const resetMs = lab.parameter('resetSeconds') * 1000
  let asked: Awaited<ReturnType<typeof askOpenCircuit>> | undefined
  for (let attempt = 1, { five } = opening; asked === undefined; attempt++) {
    asked = await askOpenCircuit(lab, control, probe, details, five.fifth, resetMs).catch((error) => {
      if (attempt === ATTEMPTS || !(error instanceof GradingError) || error.code !== 'too-slow') throw error
      return undefined
    })
    if (asked !== undefined) continue
    // A busy machine costs time: the circuit closes, and is opened once more.
    await control.waitUntilUp(probe)
    await visitStarted(lab, probe)
    five = await failFiveTimes(lab, control, probe)
    circuit.opening = { ...opening, five }
  }
  if ('gotThrough' in asked) circuit.gotThrough = asked.gotThrough
  else {
    circuit.refusals = asked
    lab.state.bystanders.push(...bystanders)
  }
  settleOpening(lab, circuit)
}

/** Watches one that is open. */
async function watchOpen(lab: BreakerLab, control: ServiceControl, circuit: Circuit): Promise<void> {
  const { probe, opening, refusals } = circuit
  if (opening?.five === undefined || refusals === undefined) return
  const resetMs = lab.parameter('resetSeconds') * 1000
  circuit.reclosing = await watchHalfOpen(lab, control, probe, opening.five, refusals, resetMs)
}

async function watchAll(lab: BreakerLab): Promise<void> {
  const { state } = lab
  await Promise.all(state.watches)
  lab.signal.throwIfAborted()
  for (const circuit of state.circuits) settleCircuit(lab, circuit)
  settleHealth(lab)
  settleOneTrial(lab)
  if (state.bystanders.length > 0) {
    const repro = isolationScript(lab.parameter('resetSeconds'))
    lab.expect('circuit-breaker.isolation', judge(ISOLATED, judgeIsolation(state.bystanders), { repro }))
  }
  const [failure] = state.failures
  if (failure !== undefined) throw failure
}

function isUntrue(error: unknown): boolean {
  return error instanceof GradingError && error.code === 'fault-without-effect'
}

function settleOpening(lab: BreakerLab, { probe: { resource }, opening, gotThrough }: Circuit): void {
  if (opening === undefined) return
  const complaints = judgeOpening(opening, gotThrough)
  const repro = openingScript(resource, lab.parameter('resetSeconds'))
  const grounds = { answers: answersOf(opening), evidence: opening.controls, repro }
  lab.expect(idOf(resource, 'opens-at-fifth'), judge(OPENS, complaints, grounds))
}

function settleNotCreated(lab: BreakerLab, resource: Resource, answer: Answer | undefined): void {
  const what: Text = {
    en: `No object could be created with which to see whether ${resource.service} answers.`,
    ru: `Не удалось создать объект, чтобы видеть, отвечает ли ${resource.service}.`,
  }
  const complaint = complain(what, ...(answer === undefined ? [] : [answer]))
  const restsOn = `correctness.${resource.service}.create`
  lab.expect(idOf(resource, 'opens-at-fifth'), judge(OPENS, [complaint], { restsOn }))
}

/** What was seen of a circuit that was open. */
function settleCircuit(lab: BreakerLab, { probe, opening, refusals, reclosing }: Circuit): void {
  const { resource } = probe
  if (opening?.five === undefined || refusals === undefined) return
  const seconds = lab.parameter('resetSeconds')
  const { answers, controls } = refusals
  const found = reclosing?.end.is === 'passed' ? reclosing.end.closed.found : undefined
  const refusing = judge(REFUSES, judgeRefusals(refusals, probe, found, reclosing?.end.bursts ?? []), {
    ...{ answers, evidence: controls, repro: refusingScript(resource, seconds) },
  })
  lab.expect(idOf(resource, 'refuses-when-open'), refusing)
  if (reclosing === undefined) return
  const { end, trial } = reclosing
  const visits = [trial, ...(end.is === 'passed' ? end.closed.visits : [])]
  const grounds = {
    answers: visits.map(({ answer }) => answer),
    evidence: [...controls.slice(1), ...reclosing.controls],
  }
  const reset = judge(RESETS(seconds), judgeReset(reclosing, opening.five.fifth, seconds * 1000), {
    ...{ ...grounds, repro: resetScript(resource, seconds) },
  })
  lab.expect(idOf(resource, 'half-open-after-reset'), reset)
  const decided = judgeTrial(reclosing, opening.five.fifth, seconds * 1000)
  if (decided === undefined) return
  const repro = trialScript(resource, seconds)
  lab.expect(idOf(resource, 'trial-decides'), judge(DECIDES, decided, { ...grounds, repro }))
}

function settleHealth(lab: BreakerLab): void {
  const { circuits } = lab.state
  const seconds = lab.parameter('resetSeconds')
  const id = 'circuit-breaker.health'
  if (circuits.length === 0) {
    lab.expect(id, judge(TRUTHFUL, [complain(NOTHING_CREATED)], { restsOn: 'correctness.users.create' }))
    return
  }
  const seen = circuits.flatMap(({ probe: { resource }, opening, reclosing }) =>
    opening === undefined
      ? []
      : [{ resource, complaints: judgeHealth(opening, reclosing?.inBetween, seconds * 1000) }],
  )
  const shown = seen.find(({ complaints }) => complaints.length > 0) ?? seen[0]
  if (shown === undefined) return
  const complaints = seen.flatMap((each) => each.complaints)
  lab.expect(id, judge(TRUTHFUL, complaints, { repro: healthScript(shown.resource, seconds) }))
}

const NOTHING_CREATED: Text = {
  en: 'No service creates anything, so no circuit could be opened to compare /health with it.',
  ru: 'Ни один сервис ничего не создаёт, поэтому нельзя разомкнуть предохранитель и сравнить с ним /health.',
}

/** Where the bursts of all circuits leave it open, it is not decided. */
function settleOneTrial(lab: BreakerLab): void {
  const judged = lab.state.circuits.flatMap(({ probe: { resource }, reclosing }) =>
    reclosing?.end.is === 'passed' ? [{ resource, ...judgeOneTrial(reclosing.end.bursts.at(-1)) }] : [],
  )
  const shown = judged.find(({ complaints }) => complaints.length > 0) ?? judged[0]
  if (shown === undefined) return
  const complaints = judged.flatMap((each) => each.complaints)
  const isUndecided = judged.every(({ undecided }) => undecided !== undefined)
  const repro = oneTrialScript(shown.resource, lab.parameter('resetSeconds'))
  const undecided = isUndecided ? shown.undecided : undefined
  lab.expect('circuit-breaker.one-trial', judge(ONE, complaints, { repro, undecided }))
}
