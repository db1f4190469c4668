import { fixed, type Text } from '@msctl/scenarios'
import type { Check } from '../../run/grader.ts'
import { type Complaint, complain } from '../judge.ts'
import { call, expected, holds, UNAVAILABLE } from '../repro.ts'
import type { Resource } from '../resources.ts'
import type { Visit } from '../visits.ts'
import { judgeReset } from './half-open-after-reset.ts'
import { askLine, beforeLate, IS_SERVED, openLines, startLine } from './opens-at-fifth.ts'
import type { Closed, Reclosing } from './watch-half-open.ts'

export const trialDecides = ({ service }: Resource): Check => ({
  criterion: 'circuit-breaker',
  title: {
    en: `A failed trial request to ${service} opens the circuit for another 30 s, and a successful one closes it`,
    ru: `Неудачный пробный запрос к ${service} размыкает предохранитель ещё на 30 с, удачный замыкает`,
  },
  why: {
    en: 'One request is enough to see whether the service works again.',
    ru: 'Одного запроса хватает, чтобы узнать, работает ли сервис снова.',
  },
  hint: {
    en: 'In HALF_OPEN, one failure opens the circuit and starts the 30 s again. One success closes it and sets the count to 0.',
    ru: 'В HALF_OPEN одна ошибка размыкает предохранитель и заново отсчитывает 30 с. Один успех замыкает его и обнуляет счётчик.',
  },
  dependsOn: [
    `circuit-breaker.${service}.opens-at-fifth`,
    `circuit-breaker.${service}.half-open-after-reset`,
  ],
})

export const DECIDES: Text = {
  en: 'A failed trial request opens the circuit for as long again. A successful one closes it for all.',
  ru: 'Неудачный пробный запрос снова размыкает предохранитель на столько же. Удачный замыкает его для всех.',
}

const seconds = (ms: number) => fixed(ms / 1000, 1)

/**
 * @param fifth the failure that opened the circuit.
 * @returns `undefined` when no trial was seen that decides.
 */
export function judgeTrial(watched: Reclosing, fifth: Visit, resetMs: number): Complaint[] | undefined {
  const { end, trial } = watched
  if (end.is === 'passed') return judgeClosed(end.closed)
  if (end.is === 'never' || judgeReset(watched, fifth, resetMs).length > 0) return undefined
  const [after, reset] = [seconds(end.seen.answeredAt - trial.sentAt), seconds(resetMs)]
  return [
    complain(
      {
        en: `A request got through ${after.en} s after a failed request that was due as the trial. A failed trial has to open the circuit for another ${reset.en} s.`,
        ru: `Запрос прошёл через ${after.ru} с после неудачного запроса, который должен был стать пробным. Неудача должна снова разомкнуть предохранитель на ${reset.ru} с.`,
      },
      trial.answer,
      end.seen.answer,
    ),
  ]
}

function judgeClosed({ visits, shown }: Closed): Complaint[] {
  const refused = visits.find(({ isServed }) => !isServed)
  if (refused !== undefined)
    return [
      complain(
        {
          en: 'The trial request succeeded, but a request after it is refused.',
          ru: 'Пробный запрос прошёл, но следующий отклонён.',
        },
        refused.answer,
      ),
    ]
  if (shown.state !== undefined && shown.state !== 'CLOSED')
    return [
      complain(
        {
          en: `The trial request succeeded, but the circuit shows ${shown.written}.`,
          ru: `Пробный запрос прошёл, но предохранитель показывает ${shown.written}.`,
        },
        shown.answer,
      ),
    ]
  if (shown.failureCount !== undefined && shown.failureCount !== 0)
    return [
      complain(
        {
          en: `The circuit is closed, but its failure count is still ${shown.failureCount}: one more failure may open it.`,
          ru: `Предохранитель замкнут, но счётчик ошибок всё ещё ${shown.failureCount}: его может разомкнуть ещё одна ошибка.`,
        },
        shown.answer,
      ),
    ]
  return []
}

export const trialScript = (resource: Resource, resetSeconds: number): readonly string[] => [
  ...openLines(resource),
  `sleep ${resetSeconds * 1.1}`,
  '# The trial, which fails.',
  'SECONDS=0',
  askLine(resource),
  startLine(resource, resetSeconds),
  askLine(resource),
  beforeLate(resetSeconds),
  expected(`502, 503 or 504: the trial has failed, so it is open for another ${resetSeconds} s`, UNAVAILABLE),
  `sleep ${resetSeconds * 1.05}`,
  askLine(resource),
  expected('200: the second trial', IS_SERVED),
  call('GET', '/health'),
  expected(
    'all circuits CLOSED',
    holds('[.circuits[] | (., .[]?) | strings | ascii_upcase] | any(contains("OPEN")) | not'),
  ),
]
