import type { Finding, Language } from '../engine/index.ts'

/** Counts, and what was expected of them. */
export interface FailureRate {
  readonly failed: number
  readonly of: number
  /** From 0 to 1. */
  readonly expectedRate: number
  /** How often, at the most, a right rate may be called wrong. Default 1e-6. */
  readonly falseAlarm?: number
}

const FALSE_ALARM = 1e-6

/**
 * Judges an observed rate by chance alone: the count of failures must lie where a binomial distribution with the expected rate puts
 * it in all but one of a million runs (exact, two-sided).
 */
export function judgeFailureRate({
  failed,
  of,
  expectedRate,
  falseAlarm = FALSE_ALARM,
}: FailureRate): Finding {
  const [least, most] = likelyCounts(of, expectedRate, falseAlarm)
  const [low, high] = confidenceInterval(failed, of)
  const share = of === 0 ? 0 : failed / of
  const interval = (language: Language) => `${percent(low, language)}–${percent(high, language)}`
  return {
    held: failed >= least && failed <= most,
    expected: {
      en: `${percent(expectedRate, 'en')} of the payments fail: of ${of}, chance allows ${least} to ${most}.`,
      ru: `Не проходят ${percent(expectedRate, 'ru')} платежей: из ${of} случайность допускает от ${least} до ${most}.`,
    },
    actual: {
      en: `${failed} of ${of} failed: ${percent(share, 'en')} (95 % interval ${interval('en')}).`,
      ru: `Не прошло ${failed} из ${of}: ${percent(share, 'ru')} (95-процентный интервал ${interval('ru')}).`,
    },
  }
}

/** The counts between which all but a share of `falseAlarm` of the runs end, both tails together. */
export function likelyCounts(
  of: number,
  rate: number,
  falseAlarm: number,
): readonly [least: number, most: number] {
  const probabilities = Array.from({ length: of + 1 }, (_, count) => binomial(count, of, rate))
  let [least, most] = [0, of]
  for (let tail = probabilities[least] ?? 0; tail <= falseAlarm / 2; tail += probabilities[least] ?? 1)
    least++
  for (let tail = probabilities[most] ?? 0; tail <= falseAlarm / 2; tail += probabilities[most] ?? 1) most--
  return [least, most]
}

/** Wilson's interval for a share, 95 %. */
export function confidenceInterval(count: number, of: number): readonly [low: number, high: number] {
  if (of === 0) return [0, 1]
  const z = 1.96
  const share = count / of
  const middle = share + z ** 2 / (2 * of)
  const reach = z * Math.sqrt((share * (1 - share)) / of + z ** 2 / (4 * of ** 2))
  const scale = 1 + z ** 2 / of
  return [Math.max(0, (middle - reach) / scale), Math.min(1, (middle + reach) / scale)]
}

function binomial(count: number, of: number, rate: number): number {
  if (rate <= 0) return count === 0 ? 1 : 0
  if (rate >= 1) return count === of ? 1 : 0
  let log = count * Math.log(rate) + (of - count) * Math.log1p(-rate)
  for (let each = 1; each <= count; each++) log += Math.log((of - count + each) / each)
  return Math.exp(log)
}

function percent(share: number, language: Language): string {
  const number = String(Number((share * 100).toFixed(1)))
  return `${language === 'ru' ? number.replace('.', ',') : number} %`
}
