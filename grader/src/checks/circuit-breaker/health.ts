import type { Text } from '@msctl/scenarios'
import type { Check } from '../../run/grader.ts'
import { type Complaint, complain } from '../judge.ts'
import { call, createOne, expected, holds } from '../repro.ts'
import type { Resource } from '../resources.ts'
import type { Visit } from '../visits.ts'
import { askLine, FAILURES, failLines, type Opening, startLine } from './opens-at-fifth.ts'
import type { ShownCircuit } from './shown-circuit.ts'

export const health: Check = {
  criterion: 'circuit-breaker',
  title: {
    en: 'GET /health shows the state and the failure count of each circuit',
    ru: 'GET /health показывает состояние и число ошибок каждого предохранителя',
  },
  why: {
    en: 'People look at /health when something is wrong.',
    ru: 'На /health смотрят, когда что-то не работает.',
  },
  hint: {
    en: 'Answer with {"circuits": {"users": {"status": "CLOSED", "failure_count": 0}, …}}, read from the objects that decide.',
    ru: 'Отвечайте {"circuits": {"users": {"status": "CLOSED", "failure_count": 0}, …}} из тех же объектов, что принимают решения.',
  },
}

export const TRUTHFUL: Text = {
  en: '/health shows the state of each circuit, and how many failures in a row there were.',
  ru: '/health показывает состояние каждого предохранителя и число ошибок подряд.',
}

/** Above this part of the reset a circuit may no longer be open. */
const SURELY_OPEN = 0.8

/** What is wrong with what /health showed of a circuit while it was opened, and while it was open. */
export function judgeHealth(
  { atFirst, four, five }: Opening,
  inBetween: ShownCircuit | undefined,
  resetMs: number,
): Complaint[] {
  const isSurelyOpen = (shown: ShownCircuit, fifth: Visit) => shown.at < fifth.sentAt + resetMs * SURELY_OPEN
  return [
    ...shouldShow(atFirst, 'CLOSED', 0),
    ...(four === undefined ? [] : judgeFourShown(four)),
    ...(five === undefined ? [] : shouldShow(five.atFive, 'OPEN')),
    ...(five !== undefined && inBetween !== undefined && isSurelyOpen(inBetween, five.fifth)
      ? shouldShow(inBetween, 'OPEN')
      : []),
  ]
}

/** What is wrong with what /health showed at four failures in a row, and after the success that followed them. */
export function judgeFourShown({ atFour, back, after }: NonNullable<Opening['four']>): Complaint[] {
  return [
    ...shouldShow(atFour, 'CLOSED', FAILURES - 1),
    ...(back.isServed ? shouldShow(after, 'CLOSED', 0) : []),
  ]
}

/** @param count of failures in a row, where it is known. */
function shouldShow(shown: ShownCircuit, state: 'CLOSED' | 'OPEN', count?: number): Complaint[] {
  const wrong = ((): Text | undefined => {
    if (shown.state === undefined && shown.written === '')
      return {
        en: `/health shows no state of this circuit; it should be ${state}.`,
        ru: `/health не показывает состояние этого предохранителя; должно быть ${state}.`,
      }
    if (shown.state !== state)
      return {
        en: `/health shows ${shown.written}; it should be ${state}.`,
        ru: `/health показывает ${shown.written}; должно быть ${state}.`,
      }
    if (count === undefined || shown.failureCount === count) return undefined
    if (shown.failureCount === undefined)
      return { en: '/health shows no failure_count.', ru: '/health не показывает failure_count.' }
    return {
      en: `/health shows a failure_count of ${shown.failureCount} after ${count} failures in a row.`,
      ru: `/health показывает failure_count ${shown.failureCount}, а ошибок подряд было: ${count}.`,
    }
  })()
  return wrong === undefined ? [] : [complain(wrong, shown.answer)]
}

export const healthScript = (resource: Resource, resetSeconds: number): readonly string[] => {
  const { service } = resource
  const values = `[.circuits.${service} | (., .[]?)`
  const isShown = (state: string) => holds(`${values} | strings | ascii_upcase] | index("${state}")`)
  return [
    ...createOne(resource),
    ...failLines(resource, FAILURES - 1),
    call('GET', '/health'),
    expected(`CLOSED for ${service}`, isShown('CLOSED')),
    expected(`a failure_count of 4 for ${service}`, holds(`${values}] | index(4)`)),
    askLine(resource),
    call('GET', '/health'),
    expected(`OPEN for ${service}`, isShown('OPEN')),
    startLine(resource, resetSeconds),
  ]
}
