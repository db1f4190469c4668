import { setTimeout as delay } from 'node:timers/promises'
import type { Text } from '@msctl/scenarios'
import type { HeldTable } from '@msctl/scenarios/world'
import { type Answer, type Check, GradingError } from '../../run/grader.ts'
import { isOk, rowsOf } from '../answers.ts'
import { type Complaint, complain } from '../judge.ts'
import { holdServiceTable } from '../locks.ts'
import { databaseOf, expected } from '../repro.ts'
import { ALL_RESOURCES, link, type Resource } from '../resources.ts'
import { hasTimedOut, TIMED_OUT } from '../visits.ts'
import { type BreakerLab, openLines, startLine } from './opens-at-fifth.ts'

export const oneTrial: Check = {
  criterion: 'circuit-breaker',
  title: {
    en: 'A half-open circuit lets exactly one request through',
    ru: 'Полуоткрытый предохранитель пропускает ровно один запрос',
  },
  why: {
    en: 'A service that is just coming up does not survive all the requests that waited for it.',
    ru: 'Сервис, который только запускается, не выдержит всех запросов, которые его ждали.',
  },
  hint: {
    en: 'Mark the trial as taken before the first await. Refuse other requests until it has ended.',
    ru: 'Отметьте пробный запрос занятым до первого await. Остальным отказывайте, пока он не закончится.',
  },
  dependsOn: ALL_RESOURCES.flatMap(({ service }) => [
    `circuit-breaker.${service}.half-open-after-reset`,
    `circuit-breaker.${service}.trial-decides`,
  ]),
}

export const ONE: Text = {
  en: 'A half-open circuit lets exactly one request through. The others wait for it or are refused.',
  ru: 'Полуоткрытый предохранитель пропускает ровно один запрос. Остальные ждут его или получают отказ.',
}

// --- What is done, and what is seen

/** Requests sent at once to a circuit that is to let one of them through. */
export interface Burst {
  /** How many of them waited for the service's table, which was held; `undefined` when that could not be seen, and why. */
  readonly held: number | undefined
  readonly unseen?: Text
  readonly answers: readonly Answer[]
}

const REQUESTS = 6
/** How long requests that reached the service are held there, for all of them to have come, in milliseconds. */
const HOLD_MS = 250
const HOLD_PACES = 4
/** And no longer than this after they were sent: a gateway gives up a service after as little as three seconds. */
const HOLD_AT_MOST_MS = 1_500

/**
 * Sends bursts until one is answered by the service. With a database, whatever reaches the service is held there and counted. A trial
 * that times out, as everything is slow, opens the circuit once more: then it is waited for once more.
 *
 * @returns the bursts, and whether the service answered in the last of them.
 * @throws {GradingError} `too-slow` when the trial times out again.
 */
export async function sendBursts(
  lab: BreakerLab,
  resource: Resource,
  times: {
    readonly refusalMs: number
    readonly pauseMs: number
    readonly deadline: number
    readonly againMs: number
  },
): Promise<{ readonly bursts: readonly Burst[]; readonly isServed: boolean }> {
  const bursts: Burst[] = []
  let { deadline } = times
  let hold: Hold = await holdService(lab, resource)
  let isAgain = false
  try {
    for (;;) {
      const sentAt = performance.now()
      if (!isAgain && hold.isReleased) hold = await holdService(lab, resource)
      const burst = await sendBurst(lab, resource, hold)
      bursts.push(burst)
      const passed = burst.answers.filter(isThrough).length
      const hasFailed = passed === 0 || (burst.held ?? 0) > passed
      if (hasFailed && hasTimedOut(burst.answers, times.refusalMs)) {
        if (isAgain) throw new GradingError('too-slow', TIMED_OUT(resource))
        isAgain = true
        bursts.pop()
        deadline = performance.now() + times.againMs
      } else if (passed > 0 || sentAt > deadline) return { bursts, isServed: passed > 0 }
      await delay(times.pauseMs, undefined, { signal: lab.signal })
    }
  } finally {
    await hold.table?.release()
  }
}

/** A table that is locked, or why none is. */
interface Hold {
  readonly table?: HeldTable
  isReleased?: boolean
  readonly unseen: Text
}

async function holdService(lab: BreakerLab, { service }: Resource): Promise<Hold> {
  if (lab.world.databases[service] === undefined) return { unseen: NO_DATABASE }
  try {
    const table = await holdServiceTable(lab, service)
    return table === undefined ? { unseen: NO_TABLE } : { table, unseen: PAST_TABLE }
  } catch (error) {
    // Somebody else holds it, such as a session that was left open.
    return { unseen: lab.words(NOT_HELD) + (error as Error).message }
  }
}

/** Asks for a list several times at once while the table is held, and counts those that reach it. No list is cached. */
async function sendBurst(lab: BreakerLab, resource: Resource, hold: Hold): Promise<Burst> {
  const { table, unseen } = hold
  const { world, signal } = lab
  const { path, filter } = resource
  const list = `${path}?${filter === undefined ? 'limit=1' : `${filter}=${link(world)}`}`
  const sentAt = performance.now()
  let open = REQUESTS
  const all = Promise.all(
    Array.from({ length: REQUESTS }, () => world.request('GET', list).finally(() => open--)),
  )
  // Whoever fails first must not do so unheard while the others are counted.
  all.catch(() => undefined)
  if (table === undefined || hold.isReleased) return { held: undefined, unseen, answers: await all }

  let held = 0
  let steadySince = sentAt
  const holdMs = Math.max(HOLD_MS, HOLD_PACES * world.pace.medianMs)
  const isOver = (now: number) =>
    open === 0 || now - sentAt > HOLD_AT_MOST_MS || (held > 0 && now - steadySince > holdMs)
  while (!isOver(performance.now())) {
    const waiting = await table.waiting()
    if (waiting > held) {
      held = waiting
      steadySince = performance.now()
    }
    await delay(15, undefined, { signal })
  }
  if (open > 0 || held > 0) {
    hold.isReleased = true
    await table.release()
  }
  const answers = await all
  return held === 0 && answers.some(isThrough) ? { held: undefined, unseen, answers } : { held, answers }
}

/** Whether the service answered for a list: with one, or with a refusal of its own. */
const isThrough = (answer: Answer) =>
  answer.status !== null && answer.status < 500 && (!isOk(answer) || rowsOf(answer) !== undefined)

const NO_DATABASE: Text = {
  en: 'Requests that reach the service can be counted only in its database, which is not given: --db',
  ru: 'Дошедшие до сервиса запросы можно сосчитать только в его базе данных, а она не указана: --db',
}
const NO_TABLE: Text = {
  en: 'The service has no table where the assignment has it, so requests that reach it could not be counted there.',
  ru: 'Таблицы сервиса нет там, где она должна быть по заданию, поэтому сосчитать в ней дошедшие запросы нельзя.',
}
const NOT_HELD: Text = {
  en: 'The service’s table could not be locked, so requests that reach it could not be counted: ',
  ru: 'Таблицу сервиса не удалось заблокировать, поэтому дошедшие запросы нельзя сосчитать: ',
}
const PAST_TABLE: Text = {
  en: 'The service answers without its table, so requests that reach it could not be counted there.',
  ru: 'Сервис отвечает, не обращаясь к своей таблице, поэтому сосчитать в ней дошедшие запросы нельзя.',
}

// --- What is concluded

/**
 * Judges the last burst, of which some were served. Who was held in the service and got an answer was let through. Where nobody could be
 * held, one that was served while the others were refused is proof enough.
 */
export function judgeOneTrial(burst: Burst | undefined): {
  readonly complaints: readonly Complaint[]
  readonly undecided?: Text
} {
  if (burst === undefined) return { complaints: [], undecided: CLOSED_BEFORE }
  const passed = burst.answers.filter(isThrough)
  if (burst.held === undefined)
    return {
      complaints: [],
      ...(passed.length > 1 && burst.unseen !== undefined && { undecided: burst.unseen }),
    }
  const through = Math.min(burst.held, passed.length)
  if (through <= 1) return { complaints: [] }
  const of = burst.answers.length
  const what = {
    en: `Of ${of} requests sent at once, ${through} got through to the service instead of one.`,
    ru: `Из ${of} одновременных запросов до сервиса дошли ${through}, а не один.`,
  }
  return { complaints: [complain(what, ...burst.answers.slice(0, 3))] }
}

/**
 * Requests that were held in the service and refused: an open circuit has sent them, as its time may end in the midst of a burst. Of one
 * that was held alone and failed nobody knows whether it was refused.
 */
export function refusedAndSent({ held = 0, answers }: Burst): readonly Answer[] {
  const refused = answers.filter((answer) => !isThrough(answer))
  const passed = answers.length - refused.length
  return held > 1 ? refused.slice(0, Math.max(0, held - passed)) : []
}

const CLOSED_BEFORE: Text = {
  en: 'The circuit had closed before the requests that are counted at half-open could be sent.',
  ru: 'Предохранитель замкнулся раньше, чем удалось отправить запросы, которые считаются в полуоткрытом состоянии.',
}

// --- What shows it without us

export const oneTrialScript = (resource: Resource, resetSeconds: number): readonly string[] => {
  const { service, path } = resource
  const table = `"${databaseOf(service)}" ${service}`
  return [
    ...openLines(resource),
    startLine(resource, resetSeconds),
    `sleep ${resetSeconds}`,
    '# With its table locked, the service cannot answer: whoever is let through can be seen to wait.',
    `hold ${table} 2`,
    `for I in $(seq ${REQUESTS}); do curl -sS -m 60 -o /dev/null "$URL${path}?limit=1" & done`,
    'MOST=0',
    'for _ in $(seq 10); do',
    `  WAITING=$(waiting ${table}); [ "$WAITING" -gt "$MOST" ] && MOST=$WAITING`,
    '  sleep 0.1',
    'done',
    `echo "of ${REQUESTS} that were sent, $MOST got through at the most"`,
    `[ "$MOST" -gt 0 ] || { echo 'Nobody was seen to get through: try again.'; exit 2; }`,
    expected('no more than 1', '[ "$MOST" -le 1 ]'),
    'wait',
  ]
}
