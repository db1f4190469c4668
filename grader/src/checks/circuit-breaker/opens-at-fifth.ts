import type { Lab, Text } from '@msctl/scenarios'
import { type Answer, type Check, type Grader, GradingError } from '../../run/grader.ts'
import type { Evidence } from '../../run/report.ts'
import { type Complaints, complain } from '../judge.ts'
import { unknownId } from '../objects.ts'
import { call, createOne, expected, hasStatus, UNAVAILABLE } from '../repro.ts'
import type { Resource } from '../resources.ts'
import type { ServiceControl } from '../service-control.ts'
import { type Probe, type Visit, visit, visitServed, visitStarted } from '../visits.ts'
import { readCircuit, type ShownCircuit } from './shown-circuit.ts'

export type BreakerLab = Pick<Lab<Grader, unknown>, 'world' | 'signal' | 'report' | 'cleanUp' | 'words'>

/** So many in a row open a circuit. */
export const FAILURES = 5
/** Unknown ids that are asked for in a row. */
const NOT_FOUND = 8

export const opensAtFifth = ({ service }: Resource): Check => ({
  criterion: 'circuit-breaker',
  title: {
    en: `The circuit of ${service} opens at the fifth failure in a row`,
    ru: `Предохранитель ${service} размыкается на пятой ошибке подряд`,
  },
  why: {
    en: 'If it opens too early, a short disturbance takes a healthy service away. If it opens too late, everybody waits for a service that is down.',
    ru: 'Если разомкнуть слишком рано, короткая помеха отключит исправный сервис. Если слишком поздно, все будут ждать неработающий.',
  },
  hint: {
    en: 'Count failures in a row: connection errors, timeouts and 5xx. Set the count to 0 on every success. Do not count a 404: it is an answer.',
    ru: 'Считайте ошибки подряд: ошибки соединения, тайм-ауты и 5xx. При каждом успехе обнуляйте счётчик. 404 не считайте: это ответ.',
  },
  dependsOn: [`correctness.${service}.create`, `correctness.${service}.read`],
})

export const OPENS: Text = {
  en: 'Four failures in a row leave the circuit closed, and the fifth opens it. A success resets the count. A 404 is not a failure.',
  ru: 'После четырёх ошибок подряд предохранитель замкнут, на пятой размыкается. Успех обнуляет счётчик. 404 — не ошибка.',
}

// --- What is done, and what is seen

/** A circuit from its first request to the fifth failure in a row. Whether that opened it, only a service that is back can show. */
export interface Opening {
  /** Before anything had failed. */
  readonly atFirst: ShownCircuit
  /** Answers for ids that nothing has, and a request for an object after them. */
  readonly notFound: readonly Answer[]
  readonly afterNotFound: Visit
  /** Missing where an experiment before this one has seen it, or the circuit did not get there. */
  readonly four?: FourFailures
  /** Missing when the circuit did not get there. */
  readonly five?: FiveFailures
  readonly controls: readonly Evidence[]
}

/** Four failures in a row, and the service is back. */
export interface FourFailures {
  readonly first: Visit
  readonly atFour: ShownCircuit
  /** The request after them: where the service needs longer to come up than was known, it failed as well. */
  readonly back: Visit
  readonly after: ShownCircuit
  /** What the control said when it ended the service, and when it started it. */
  readonly controls: readonly [ended: Evidence, started: Evidence]
}

/** Five failures in a row, the service being stopped. */
export interface FiveFailures {
  readonly first: Visit
  readonly atFour: ShownCircuit
  readonly fifth: Visit
  readonly atFive: ShownCircuit
  /** What the control said when it stopped the service. */
  readonly stopped: Evidence
}

/** How often a service is started at the most only to see how long that takes. */
const WATCHED_STARTS = 4
/** What a service may be waited for without knowing whether it takes as long, in resets: what is asked of an open circuit comes after. */
const LONG = 0.3

/** Asks for ids that nothing has, fails four times, lets it succeed once, and fails five times. */
export async function openCircuit(
  lab: BreakerLab,
  control: ServiceControl,
  probe: Probe,
  resetMs: number,
): Promise<Opening> {
  const { resource } = probe
  const { service } = resource
  const { startUps } = lab.world
  for (let start = 0; start < WATCHED_STARTS && startUps.isWorthWatching(service, resetMs * LONG); start++) {
    // How long it takes to come up has to be known: requests that fail meanwhile would count.
    await control.stop(probe)
    await control.start(resource)
    await control.waitUntilUp(probe)
    await visitStarted(lab, probe)
  }
  const atFirst = await readCircuit(lab, service)
  const notFound = await askForNothing(lab, probe)
  const afterNotFound = await visitServed(lab, probe)
  const begun = { atFirst, notFound, afterNotFound }
  if (!afterNotFound.isServed) return { ...begun, controls: [] }

  const known = lab.world.closedAtFour.get(service)
  const four = known === undefined ? await failFourTimes(lab, control, probe, 'stop') : undefined
  if (four !== undefined && !four.back.isServed) {
    if (four.atFour.state === undefined) throw new GradingError('too-slow', UNKNOWN_STATE(resource))
    if (four.atFour.state !== 'CLOSED') return { ...begun, four, controls: four.controls }
    // It was still closed at the fourth: so this was the fifth, as the service needs longer to come up than it did before.
    await control.waitUntilUp(probe)
    await visitStarted(lab, probe)
  }

  const five = await failFiveTimes(lab, control, probe)
  return {
    ...begun,
    ...(four !== undefined && { four }),
    five,
    controls: [...(known ?? four?.controls ?? []), five.stopped],
  }
}

/** Stops a service, and fails five times. */
export async function failFiveTimes(
  lab: BreakerLab,
  control: ServiceControl,
  probe: Probe,
): Promise<FiveFailures> {
  const { first, evidence: stopped } = await control.stop(probe)
  await failThreeTimes(lab, probe)
  const atFour = await readCircuit(lab, probe.resource.service)
  const fifth = await visitStopped(lab, probe)
  return { first, atFour, fifth, atFive: await readCircuit(lab, probe.resource.service), stopped }
}

async function askForNothing({ world }: BreakerLab, { resource: { path } }: Probe): Promise<Answer[]> {
  const answers: Answer[] = []
  for (let index = 0; index < NOT_FOUND; index++) {
    const answer = await world.request('GET', `${path}/${unknownId(world)}`)
    const isError = answer.status === null || answer.status >= 500
    // One that fails at this does not show what this is about; the next success makes up for it.
    if (isError && answers.length < FAILURES - 2) break
    answers.push(answer)
    if (isError) break
  }
  return answers
}

/** Ends a service, fails four times, and starts it: one of these services has to have been started before. */
export async function failFourTimes(
  lab: BreakerLab,
  control: ServiceControl,
  probe: Probe,
  how: 'stop' | 'kill',
): Promise<FourFailures> {
  const { resource } = probe
  const { first, evidence } = await control.stop(probe, how)
  await failThreeTimes(lab, probe)
  const atFour = await readCircuit(lab, resource.service)
  const started = await control.start(resource)
  await control.waitOutStartUp(resource)
  const back = await visitStarted(lab, probe)
  const after = await readCircuit(lab, resource.service)
  return { first, atFour, back, after, controls: [evidence, started] }
}

/** Three further requests to a service that is stopped. */
async function failThreeTimes(lab: BreakerLab, probe: Probe): Promise<void> {
  for (let count = 1; count < FAILURES - 1; count++) await visitStopped(lab, probe)
}

/** Asks a service that is stopped. @throws {GradingError} `fault-without-effect` when it answers. */
export async function visitStopped(lab: BreakerLab, probe: Probe): Promise<Visit> {
  const seen = await visit(lab, probe)
  if (seen.isServed) throw new GradingError('fault-without-effect', ANSWERS(probe.resource))
  return seen
}

const ANSWERS = ({ service }: Resource): Text => ({
  en: `The control said that ${service} was stopped, but it answers.`,
  ru: `Программа управления сообщила, что ${service} остановлен, но он отвечает.`,
})

const UNKNOWN_STATE = ({ service }: Resource): Text => ({
  en: `${service} did not answer after it was started, and /health does not say whether its circuit was closed before.`,
  ru: `${service} не ответил после запуска, а /health не говорит, был ли его предохранитель замкнут.`,
})

// --- What is concluded

/** @param gotThrough what was served after the fifth failure, though the circuit should have refused it. */
export function judgeOpening(
  { notFound, afterNotFound, four, five }: Opening,
  gotThrough: Visit | undefined,
): Complaints {
  const wasClosedAtFour = four === undefined || four.atFour.state === 'CLOSED'
  return [
    !afterNotFound.isServed &&
      complain(
        {
          en: `${notFound.length} answers of 404 in a row opened the circuit: a request for an object that exists is refused. A 404 is an answer, not a failure.`,
          ru: `${notFound.length} ответов 404 подряд разомкнули предохранитель: запрос к существующему объекту отклонён. 404 — это ответ, а не ошибка.`,
        },
        ...notFound.slice(-1),
        afterNotFound.answer,
      ),
    four !== undefined &&
      five === undefined &&
      complain(
        {
          en: 'Four failures in a row opened the circuit: the service is back, and the request is refused.',
          ru: 'Четыре ошибки подряд разомкнули предохранитель: сервис снова работает, а запрос отклонён.',
        },
        four.atFour.answer,
        four.back.answer,
      ),
    five?.atFour.state === 'OPEN' &&
      wasClosedAtFour &&
      complain(
        {
          en: 'Four failures, a success and four failures opened the circuit, though there were no five failures in a row. A success has to reset the count.',
          ru: 'Четыре ошибки, успех и ещё четыре ошибки разомкнули предохранитель, хотя пяти ошибок подряд не было. Успех должен обнулять счётчик.',
        },
        five.atFour.answer,
      ),
    five !== undefined &&
      gotThrough !== undefined &&
      complain(
        {
          en: 'Five failures in a row did not open the circuit: the service is back, and a request got through to it.',
          ru: 'Пять ошибок подряд не разомкнули предохранитель: сервис снова работает, и запрос до него дошёл.',
        },
        five.fifth.answer,
        five.atFive.answer,
        gotThrough.answer,
      ),
  ]
}

/** What is shown where nothing is wrong. */
export const answersOf = ({ four, five }: Opening): readonly Answer[] =>
  [four?.first, five?.first, five?.fifth].flatMap((each) => each?.answer ?? [])

// --- What shows it without us

const times = (count: number, line: string) => `for I in $(seq ${count}); do ${line}; done`
export const askLine = ({ path }: Resource) => call('GET', `${path}/$ID`)

/** Has a service fail so often in a row; the seconds count from before the last, as a circuit's do at the earliest. */
export const failLines = (resource: Resource, count: number): readonly string[] => [
  `control stop ${resource.service}`,
  ...(count > 1 ? [times(count - 1, askLine(resource))] : []),
  'SECONDS=0',
  askLine(resource),
]

/** Creates an object, and has its service fail until its circuit should be open. */
export const openLines = (resource: Resource): readonly string[] => [
  ...createOne(resource),
  ...failLines(resource, FAILURES),
]

/** Starts a service: what is asked before it is up would count as a failure. */
export const startLine = ({ service }: Resource, resetSeconds: number) =>
  `control start ${service}; sleep ${resetSeconds / 10}`

export const IS_SERVED = hasStatus('200')
/** What gets through only after so many seconds shows nothing; a refusal shows something at any time. */
export const beforeLate = (seconds: number) => `${IS_SERVED} && within ${Math.floor(seconds)}`

export const openingScript = (resource: Resource, resetSeconds: number): readonly string[] => [
  ...createOne(resource),
  '# A 404 is no failure of the service.',
  times(NOT_FOUND, call('GET', `${resource.path}/$((1100000000 + I))`)),
  askLine(resource),
  expected('200: nothing has failed', IS_SERVED),
  ...['four failures do not open it', 'four after a success are not eight in a row'].flatMap((why) => [
    ...failLines(resource, FAILURES - 1),
    startLine(resource, resetSeconds),
    askLine(resource),
    beforeLate(resetSeconds),
    expected(`200: ${why}`, IS_SERVED),
  ]),
  ...failLines(resource, FAILURES),
  startLine(resource, resetSeconds),
  askLine(resource),
  beforeLate(resetSeconds),
  expected('502, 503 or 504: the fifth in a row has opened it', UNAVAILABLE),
]
