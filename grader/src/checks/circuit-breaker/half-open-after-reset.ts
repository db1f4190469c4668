import { fixed, type Text } from '@msctl/scenarios'
import type { Check } from '../../run/grader.ts'
import { type Complaint, complain } from '../judge.ts'
import { expected, UNAVAILABLE } from '../repro.ts'
import type { Resource } from '../resources.ts'
import type { Visit } from '../visits.ts'
import { askLine, beforeLate, IS_SERVED, openLines, startLine } from './opens-at-fifth.ts'
import { EARLY, LATE, type OpenedAgain, type Reclosing, TRIAL } from './watch-half-open.ts'

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

const seconds = (ms: number) => fixed(ms / 1000, 1)

/** @param fifth the failure that opened the circuit. */
export function judgeReset(watched: Reclosing, fifth: Visit, resetMs: number): Complaint[] {
  const { end, trial } = watched
  if (end.is === 'passed') return []
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
  const { seen, again } = end
  if (again !== undefined) return judgeOpenedAgain(again, seen.sentAt - fifth.answeredAt, resetMs)
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

/** Two circuits that are open for the same time let a request through at the same time, give or take so many resets. */
const ALIKE = 0.05

/** @param firstMs when a request was served the first time, since the circuit opened. */
function judgeOpenedAgain(
  { fifth, upAt, served }: OpenedAgain,
  firstMs: number,
  resetMs: number,
): Complaint[] {
  // A service that is back only when the time is over shows nothing.
  if (upAt > fifth.sentAt + resetMs * EARLY) return []
  const late = seconds(resetMs * LATE)
  if (served === undefined)
    return [
      complain(
        {
          en: `No request got through for ${late.en} s after the circuit opened, though the service was back soon after it was stopped.`,
          ru: `За ${late.ru} с после размыкания не прошёл ни один запрос, хотя сервис снова работал вскоре после остановки.`,
        },
        fifth.answer,
      ),
    ]
  const after = seconds(served.answeredAt - fifth.sentAt)
  if (served.answeredAt < fifth.sentAt + resetMs * EARLY)
    return [
      complain(
        {
          en: `A request got through ${after.en} s after the circuit opened.`,
          ru: `Запрос прошёл через ${after.ru} с после размыкания.`,
        },
        fifth.answer,
        served.answer,
      ),
    ]
  // What fails before the time of a circuit that is open for too long is no trial.
  const tooLateMs = Math.max(resetMs * TRIAL, firstMs - resetMs * ALIKE)
  if (served.sentAt < fifth.answeredAt + tooLateMs) return []
  return [
    complain(
      {
        en: `A request got through only ${after.en} s after the circuit opened, though the service was back soon after it was stopped.`,
        ru: `Запрос прошёл только через ${after.ru} с после размыкания, хотя сервис снова работал вскоре после остановки.`,
      },
      fifth.answer,
      served.answer,
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
