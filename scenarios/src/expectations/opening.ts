import { type Finding, fixed } from '../engine/index.ts'

/** What a gateway answers when it tried and failed. */
const TRIED: readonly (number | null)[] = [500, 502, 504]

/**
 * Judges at which failure in a row a circuit opened, by nothing but the answers: those up to then come from a gateway that tried the
 * service, and the one after them from a gateway that did not.
 *
 * @param refusals of each request in turn, whether it was refused without trying.
 */
export function judgeOpening(refusals: readonly boolean[], wantedFailures: number): Finding {
  const first = refusals.indexOf(true)
  return {
    held: first === wantedFailures,
    expected: {
      en: `The gateway calls the service for the first ${wantedFailures} requests, which fail; it refuses the next.`,
      ru: `Первые ${wantedFailures} запросов шлюз передаёт сервису, и они завершаются ошибкой; следующий он отклоняет.`,
    },
    actual:
      first < 0
        ? {
            en: `None of ${refusals.length} requests was refused.`,
            ru: `Ни один из ${refusals.length} запросов не отклонён.`,
          }
        : {
            en: `The first refusal came after ${first} failures.`,
            ru: `Первый отказ — после ошибок: ${first}.`,
          },
  }
}

/** Whether a gateway that answers so has tried the service. Ours says 502 or 504 then, and 503 when it did not try. */
export const wasTried = (status: number | null): boolean => TRIED.includes(status)

/**
 * Judges how long a circuit stayed open: a tenth too early and a quarter too late are forgiven, and half a second for looking.
 *
 * @param elapsedMs from OPEN to the trial; `undefined`: the trial never came.
 */
export function judgeReset(elapsedMs: number | undefined, resetSeconds: number): Finding {
  const [low, high] = [resetSeconds * 0.9, resetSeconds * 1.25 + 0.5]
  const seconds = elapsedMs === undefined ? Number.POSITIVE_INFINITY : elapsedMs / 1000
  const shown = fixed(seconds, 1)
  return {
    held: seconds >= low && seconds <= high,
    expected: {
      en: `After ${resetSeconds} s the circuit lets a trial through.`,
      ru: `Через ${resetSeconds} с предохранитель пропускает пробный запрос.`,
    },
    actual:
      elapsedMs === undefined
        ? { en: 'It did not.', ru: 'Не пропустил.' }
        : { en: `It did so after ${shown.en} s.`, ru: `Пропустил через ${shown.ru} с.` },
  }
}
