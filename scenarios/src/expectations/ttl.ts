import { type Finding, fixed } from '../engine/index.ts'

/** How much of its time a key may have used up before anyone could look, in seconds. */
const FRESH_WITHIN_SECONDS = 10
/** By how much two looks at a TTL in whole seconds may miss the clock, in seconds. */
const SLACK_SECONDS = 2

/**
 * Judges the TTL of a key that was filled just now.
 *
 * @param seconds what Redis says; null: no such key, or one without an end.
 * @param wantedSeconds what the key ought to begin with.
 */
export function judgeFreshTtl(seconds: number | null, wantedSeconds: number): Finding {
  const least = wantedSeconds - Math.min(FRESH_WITHIN_SECONDS, wantedSeconds)
  return {
    held: seconds !== null && seconds >= least && seconds <= wantedSeconds,
    expected: {
      en: `Right after the fill, between ${least} and ${wantedSeconds} s are left.`,
      ru: `Сразу после заполнения остаётся от ${least} до ${wantedSeconds} с.`,
    },
    actual: sayTtl(seconds),
  }
}

/**
 * Judges whether a TTL runs down with the clock.
 *
 * @param before seconds at the first look, and `after` those at the second, `elapsedMs` later; null: no such key, or no end.
 */
export function judgeCountdown(before: number | null, after: number | null, elapsedMs: number): Finding {
  const elapsed = elapsedMs / 1000
  const shown = fixed(elapsed, 1)
  const fell = before === null || after === null ? Number.NaN : before - after
  return {
    held: fell > 0 && Math.abs(fell - elapsed) <= SLACK_SECONDS,
    expected: {
      en: `After ${shown.en} s, the TTL is shorter by about as much.`,
      ru: `Через ${shown.ru} с TTL меньше примерно на столько же.`,
    },
    actual: {
      en: `TTL ${before ?? 'none'}, then ${after ?? 'none'}.`,
      ru: `TTL ${before ?? 'нет'}, потом ${after ?? 'нет'}.`,
    },
  }
}

function sayTtl(seconds: number | null): Finding['actual'] {
  return seconds === null
    ? { en: 'There is no TTL.', ru: 'TTL нет.' }
    : { en: `${seconds} s are left.`, ru: `Осталось ${seconds} с.` }
}
