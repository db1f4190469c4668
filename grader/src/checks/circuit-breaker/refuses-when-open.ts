import type { Text } from '@msctl/scenarios'
import { type Answer, type Check, GradingError } from '../../run/grader.ts'
import type { Evidence } from '../../run/report.ts'
import { isOk, isRow, type Row, rowOf, rowsOf } from '../answers.ts'
import { type Complaints, complain } from '../judge.ts'
import { post } from '../objects.ts'
import { call, create as createLine, expected, holds, SAMPLE, SEED_LINE, UNAVAILABLE } from '../repro.ts'
import { link, type Resource } from '../resources.ts'
import type { ServiceControl } from '../service-control.ts'
import { type Probe, type Visit, visitStarted } from '../visits.ts'
import { type Burst, refusedAndSent } from './one-trial.ts'
import {
  askLine,
  type BreakerLab,
  beforeLate,
  FAILURES,
  failLines,
  openLines,
  startLine,
} from './opens-at-fifth.ts'

export const refusesWhenOpen = ({ service }: Resource): Check => ({
  criterion: 'circuit-breaker',
  title: {
    en: `The open circuit of ${service} refuses at once, and sends the service nothing`,
    ru: `Разомкнутый предохранитель ${service} отказывает сразу и ничего не отправляет сервису`,
  },
  why: {
    en: 'Nobody waits for a service that is down, and the service has time to recover.',
    ru: 'Никто не ждёт неработающий сервис, а у сервиса есть время восстановиться.',
  },
  hint: {
    en: 'Ask the circuit before the request is sent, and answer 503 without using the network.',
    ru: 'Проверяйте предохранитель до отправки запроса и отвечайте 503, не обращаясь к сети.',
  },
  dependsOn: [`circuit-breaker.${service}.opens-at-fifth`],
})

export const REFUSES: Text = {
  en: 'While the circuit is open, the gateway answers at once with 502, 503 or 504, and the service gets nothing.',
  ru: 'Пока предохранитель разомкнут, шлюз сразу отвечает 502, 503 или 504, а сервис ничего не получает.',
}

// --- What is done, and what is seen

/** An open circuit, whose service is back for a moment to show whether anything reaches it. */
export interface Refusals {
  /** Requests for an object, none of which was served, and as many to the gateway itself. */
  readonly answers: readonly Answer[]
  readonly gatewayMs: readonly number[]
  /** A POST that should be refused, with something by which it can be found if it was not. */
  readonly posted?: { readonly answer: Answer; readonly json: Row; readonly value: unknown }
  /** What a list was answered with. */
  readonly list?: Answer
  /** Answers of details, which ask this service as well. */
  readonly details?: readonly Answer[]
  /** What the control said when it started the service, and when it stopped it again. */
  readonly controls: readonly Evidence[]
}

/** What is asked to see how quick a refusal is. */
const REQUESTS = 4
/** How often details are asked for. */
const DETAILS = 2
/** Until when an open circuit is asked, and has answered, in resets since the fifth failure was sent. */
const ASKED_BEFORE = 0.5
const ANSWERED_BEFORE = 0.65

/**
 * Starts the service of a circuit that should be open, asks for an object several times, sends a POST, and stops the service again.
 *
 * @param detailsPath whose details ask this service as well.
 * @param fifth the failure that should have opened it.
 * @returns the visit that was served, where the circuit is not open.
 * @throws {GradingError} `too-slow` when the circuit may have been due to try again.
 */
export async function askOpenCircuit(
  lab: BreakerLab,
  control: ServiceControl,
  probe: Probe,
  detailsPath: string | undefined,
  fifth: Visit,
  resetMs: number,
): Promise<Refusals | { readonly gotThrough: Visit }> {
  const { resource } = probe
  const started = await control.start(resource)
  await control.waitOutStartUp(resource)
  const isBefore = (share: number) => performance.now() - fifth.sentAt < resetMs * share
  /** Later, the circuit may be due to try again, and what is sent would be its trial. */
  const inTime = async <T>(send: () => Promise<T>): Promise<T> => {
    const seen = isBefore(ASKED_BEFORE) ? await send() : undefined
    if (seen === undefined || !isBefore(ANSWERED_BEFORE))
      throw new GradingError('too-slow', STARTED_LATE(resource))
    return seen
  }
  const answers: Answer[] = []
  const gatewayMs: number[] = []
  const isSlow = () => quickestOf(answers) > allowedMs(gatewayMs)
  while (answers.length < REQUESTS) {
    // One that takes its time says enough, where the next would come too late.
    const nextMs = performance.now() - fifth.sentAt + quickestOf(answers)
    if (isSlow() && nextMs > resetMs * ASKED_BEFORE) break
    const seen = await inTime(() => visitStarted(lab, probe))
    if (seen.isServed) return { gotThrough: seen }
    answers.push(seen.answer)
    gatewayMs.push((await lab.world.request('GET', '/health')).durationMs)
  }
  if (isSlow()) return { answers, gatewayMs, controls: [started, await control.stopUnseen(resource)] }
  const { filter } = resource
  const json: Row = {
    ...resource.make(lab.world),
    ...(filter !== undefined && { [filter]: link(lab.world) }),
  }
  const answer = await inTime(() => post(lab, resource, json))
  const list = await inTime(() => lab.world.request('GET', `${resource.path}?limit=1`))
  const posted = { answer, json, value: filter === undefined ? undefined : json[filter] }
  const details: Answer[] = []
  while (detailsPath !== undefined && details.length < DETAILS && isBefore(ASKED_BEFORE))
    details.push(await lab.world.request('GET', detailsPath))
  const controls = [started, await control.stopUnseen(resource)]
  return { answers, gatewayMs, list, posted, details, controls }
}

const STARTED_LATE = ({ service }: Resource): Text => ({
  en: `Starting ${service} took so long that its circuit may have been due to try again.`,
  ru: `${service} запускался так долго, что предохранитель мог уже пропустить пробный запрос.`,
})

/** Looks for what a refused POST sent, once the circuit is closed. @returns the answer that shows it. */
export async function findPosted(
  lab: BreakerLab,
  resource: Resource,
  { json, value }: NonNullable<Refusals['posted']>,
): Promise<Answer | undefined> {
  const { service, path, filter } = resource
  if (filter !== undefined) {
    const answer = await lab.world.request('GET', `${path}?${filter}=${value}`)
    const found = rowsOf(answer)?.find((row) => String(row[filter]) === String(value))
    if (typeof found?.id === 'number') lab.world.created.note(service, found.id)
    return found && answer
  }
  // No two users have the same e-mail: it is free if nobody has it.
  const answer = await post(lab, resource, json)
  const isTaken = answer.status !== null && answer.status >= 400 && answer.status < 500
  return isTaken ? answer : undefined
}

// --- What is concluded

const REFUSAL_STATUSES: readonly (number | null)[] = [502, 503, 504]
/** A refusal takes as long as an answer of the gateway itself; more than this, and many times that, is waiting for something. */
const AT_ONCE_MS = 300
const AT_ONCE_TIMES = 8

/** Details need not be refused, but must not wait for what is not there, in milliseconds. */
const DETAILS_WITHIN_MS = 1_500

/**
 * @param probe of the service whose circuit is open.
 * @param found the answer that shows what the refused POST sent.
 * @param bursts what was sent when the circuit was about to let a request through again.
 */
export function judgeRefusals(
  { answers, gatewayMs, list, details = [] }: Refusals,
  probe: Probe,
  found: Answer | undefined,
  bursts: readonly Burst[],
): Complaints {
  const { service } = probe.resource
  const sent = bursts.flatMap(refusedAndSent)
  const detailsWithinMs = Math.max(DETAILS_WITHIN_MS, AT_ONCE_TIMES * median(gatewayMs))
  // What was waited for until the circuit let it through did not get past it.
  const past = details.find((each) => showsObject(each, probe) && each.durationMs <= detailsWithinMs)
  const detailsMs = Math.min(...details.map(({ durationMs }) => durationMs))
  const odd = answers.find(({ status }) => !REFUSAL_STATUSES.includes(status))
  const quickestMs = quickestOf(answers)
  const mostMs = allowedMs(gatewayMs)
  return [
    odd &&
      complain(
        {
          en: 'An open circuit answers with another status than 502, 503 or 504.',
          ru: 'Разомкнутый предохранитель отвечает не 502, 503 и не 504.',
        },
        odd,
      ),
    list !== undefined &&
      isOk(list) &&
      rowsOf(list) !== undefined &&
      complain(
        {
          en: `While the circuit of ${service} is open, its list is served.`,
          ru: `Пока предохранитель ${service} разомкнут, его список отдаётся.`,
        },
        list,
      ),
    quickestMs > mostMs &&
      complain(
        {
          en: `The quickest of ${answers.length} refusals took ${Math.round(quickestMs)} ms; ${Math.round(mostMs)} ms are enough for an answer without the service.`,
          ru: `Самый быстрый из ${answers.length} отказов занял ${Math.round(quickestMs)} мс; для ответа без сервиса достаточно ${Math.round(mostMs)} мс.`,
        },
        ...answers.slice(0, 1),
      ),
    sent.length > 0 &&
      complain(
        {
          en: `${sent.length} requests that were refused while the circuit was open reached the service all the same.`,
          ru: `Запросов, отклонённых при разомкнутом предохранителе, но всё же дошедших до сервиса: ${sent.length}.`,
        },
        ...sent.slice(0, 1),
      ),
    found &&
      complain(
        {
          en: 'A POST that was refused while the circuit was open reached the service all the same: what it sent is stored.',
          ru: 'POST, отклонённый при разомкнутом предохранителе, всё же дошёл до сервиса: присланное сохранено.',
        },
        found,
      ),
    past &&
      complain(
        {
          en: `While the circuit of ${service} is open, GET /users/{id}/details shows what only ${service} can tell: it asks the service past the circuit.`,
          ru: `Пока предохранитель ${service} разомкнут, GET /users/{id}/details показывает то, что знает только ${service}: запрос идёт в обход предохранителя.`,
        },
        past,
      ),
    details.length > 0 &&
      detailsMs > detailsWithinMs &&
      complain(
        {
          en: `While the circuit of ${service} is open, GET /users/{id}/details took ${Math.round(detailsMs)} ms: it waits for something.`,
          ru: `Пока предохранитель ${service} разомкнут, GET /users/{id}/details занял ${Math.round(detailsMs)} мс: он чего-то ждёт.`,
        },
        ...details.slice(0, 1),
      ),
  ]
}

/** Whether details show the object of the service that should not be asked: the user, or an order of the user. */
function showsObject(answer: Answer, { resource: { service }, id }: Probe): boolean {
  const { user, orders } = (isOk(answer) ? rowOf(answer) : undefined) ?? {}
  if (service === 'users') return isRow(user) && user.id === id
  return Array.isArray(orders) && orders.some((order) => isRow(order) && order.id === id)
}

/** How long the quickest of these took, in milliseconds; 0 of none. */
const quickestOf = (answers: readonly Answer[]) =>
  answers.length === 0 ? 0 : Math.min(...answers.map(({ durationMs }) => durationMs))

/** How long a refusal may take beside answers of the gateway itself, in milliseconds. */
const allowedMs = (gatewayMs: readonly number[]) => Math.max(AT_ONCE_MS, AT_ONCE_TIMES * median(gatewayMs))

/** How long this circuit takes to refuse, in milliseconds. */
export const refusalMs = ({ answers }: Refusals) => median(answers.map(({ durationMs }) => durationMs))

/** The middle one, or 0 of none. */
function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
}

// --- What shows it without us

const POSTED: Readonly<Record<Resource['service'], readonly [json: string, find: string, isAbsent: string]>> =
  {
    users: [
      '{"email": "refused$N@example.com", "name": "Ann"}',
      '/users',
      '[.. | strings] | index("refused$N@example.com") | not',
    ],
    orders: ['{"userId": 1$N, "product": "Lamp"}', '/orders?userId=1$N', '[.. | objects] == []'],
    payments: ['{"order_id": 1$N, "amount": 12.34}', '/payments?order_id=1$N', '[.. | objects] == []'],
  }

/** A user with the object, and what of their details only the service can tell; payments have no part in these. */
const DETAILS_SHOWN: Readonly<Partial<Record<Resource['service'], string>>> = {
  users: '.user.id == $ID',
  orders: 'any(.orders[]; .id == $ID)',
}

/** Details of the user whose service, or whose order's, should not be asked. */
function detailsLines({ service }: Resource): readonly string[] {
  const shown = DETAILS_SHOWN[service]
  if (shown === undefined) return []
  return [
    call('GET', `/users/$${service === 'users' ? 'ID' : 'OWNER'}/details`),
    `${holds(shown)} && SHOWN=1 || SHOWN=0`,
    expected(
      `nothing that only ${service} can tell: details ask it through its circuit, too`,
      '[ $SHOWN = 0 ]',
    ),
    expected('without waiting for it', `jq -en "$TOOK < ${DETAILS_WITHIN_MS / 1000}"`),
  ]
}

export const refusingScript = (resource: Resource, resetSeconds: number): readonly string[] => {
  const [json, find, isAbsent] = POSTED[resource.service]
  return [
    ...(resource.service === 'orders'
      ? [
          SEED_LINE,
          createLine('/users', SAMPLE.users.json, 'OWNER'),
          createLine('/orders', '{"userId": $OWNER, "product": "Lamp"}'),
          ...failLines(resource, FAILURES),
        ]
      : openLines(resource)),
    startLine(resource, resetSeconds),
    '# The better of two, as a machine may be busy.',
    `for I in 1 2; do ${askLine(resource)}; jq -en "$TOOK < 0.3" && break; done`,
    beforeLate(resetSeconds),
    expected('502, 503 or 504', UNAVAILABLE),
    expected('at once, in less than 0.3 s', 'jq -en "$TOOK < 0.3"'),
    call('POST', resource.path, json),
    call('GET', resource.path),
    `status '200' && ${holds('[.. | arrays] != []')} && SHOWN=1 || SHOWN=0`,
    expected('no list: it is refused as well', '[ $SHOWN = 0 ]'),
    ...detailsLines(resource),
    `sleep ${resetSeconds * 1.1}`,
    askLine(resource),
    call('GET', find),
    expected('nothing of what was refused: it was not to be sent on', holds(isAbsent)),
  ]
}
