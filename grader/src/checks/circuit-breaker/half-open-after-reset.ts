import { fixed, type Text } from '@msctl/scenarios'
import type { Check } from '../../run/grader.ts'
import { type Complaint, complain } from '../judge.ts'
import { expected, UNAVAILABLE } from '../repro.ts'
import type { Resource } from '../resources.ts'
import type { Visit } from '../visits.ts'
import { askLine, beforeLate, IS_SERVED, openLines, startLine } from './opens-at-fifth.ts'
import { LATE, type Reclosing, TRIAL } from './watch-half-open.ts'

export const halfOpenAfterReset = ({ service }: Resource): Check => ({
  criterion: 'circuit-breaker',
  title: {
    en: `The circuit of ${service} lets a request through after 30 s`,
    ru: `Предохранитель ${service} пропускает запрос через 30 с`,
  },
  why: {
    en: 'Sooner, the request disturbs a service that is still starting. Later, users wait although the service is back.',
    ru: 'Раньше — запрос мешает сервису, который ещё запускается. Позже — пользователи ждут, хотя сервис уже работает.',
  },
  hint: {
    en: 'Remember when the circuit opened, and compare with a monotonic clock: 30 s, in the unit of that clock.',
    ru: 'Запомните момент размыкания и сравнивайте с монотонными часами: 30 с — в единицах этих часов.',
  },
  dependsOn: [`circuit-breaker.${service}.opens-at-fifth`],
})

export const RESETS = (resetSeconds: number): Text => ({
  en: `After ${resetSeconds} s, and not much sooner or later, the circuit lets a request through.`,
  ru: `Через ${resetSeconds} с, не намного раньше или позже, предохранитель пропускает запрос.`,
})

/** A success so soon after the service is back, and a failed trial before that has closed the circuit, or never opened it again. */
const SOON = 0.15

/** Whether what was served too early was served as soon as the service was back: then the failed trial had opened nothing. */
export function isServedAtOnce({ trial, startedAt, upAt }: Reclosing, seen: Visit, resetMs: number): boolean {
  return seen.sentAt - trial.answeredAt < upAt - startedAt + resetMs * SOON
}

const seconds = (ms: number) => fixed(ms / 1000, 1)

/** @param fifth the failure that opened the circuit. */
export function judgeReset(watched: Reclosing, fifth: Visit, resetMs: number): Complaint[] {
  const { end, trial } = watched
  if (end.is === 'never') {
    const s = seconds(resetMs * LATE)
    return [
      complain(
        {
          en: `No request got through for ${s.en} s after the failed trial, though the service was back.`,
          ru: `За ${s.ru} с после неудачного пробного запроса не прошёл ни один запрос, хотя сервис работал.`,
        },
        end.shown.answer,
      ),
    ]
  }
  if (end.is !== 'early' || isServedAtOnce(watched, end.seen, resetMs)) return []
  const { seen } = end
  const since = (before: Visit) => seconds(seen.answeredAt - before.sentAt)
  const [reset, trialAt] = [seconds(resetMs), seconds(resetMs * TRIAL)]
  return [
    complain(
      {
        en: `A request got through ${since(fifth).en} s after the circuit opened and ${since(trial).en} s after a request at ${trialAt.en} s that should have been its failed trial. A circuit that stays open for ${reset.en} s each time lets nothing through then.`,
        ru: `Запрос прошёл через ${since(fifth).ru} с после размыкания и через ${since(trial).ru} с после запроса на ${trialAt.ru}-й секунде, который должен был стать неудачным пробным. Предохранитель, который каждый раз разомкнут ${reset.ru} с, в это время ничего не пропускает.`,
      },
      trial.answer,
      seen.answer,
    ),
  ]
}

/** Opened at the fifth failure, with the service back at once: the first that gets through shows for how long it was open. */
export const resetScript = (resource: Resource, resetSeconds: number): readonly string[] => [
  ...openLines(resource),
  startLine(resource, resetSeconds),
  `sleep ${resetSeconds * 0.62}`,
  askLine(resource),
  beforeLate(resetSeconds),
  expected(`502, 503 or 504: ${resetSeconds} s are not over`, UNAVAILABLE),
  `sleep ${resetSeconds * 0.35}`,
  askLine(resource),
  beforeLate(resetSeconds * 1.5),
  expected(`200: ${resetSeconds} s are over`, IS_SERVED),
]
