/** Reads the value of an option or an argument. */
export interface Reader<T> {
  /** What it has to be, in the language of the menu. */
  readonly wanted: string
  /** All that it can be, where these can be listed: a shell offers them, and they are said instead. */
  readonly choices?: readonly string[]
  /** @param before What was read before, of an option that can be repeated. @returns `undefined` for what it cannot be. */
  read(given: string, before: T | undefined): T | undefined
}

/** Whatever it is. */
export const text: Reader<string> = { wanted: '', read: (given) => given }

/** One of these. */
export const oneOf = <T extends string>(choices: readonly T[]): Reader<T> => ({
  wanted: '',
  choices,
  read: (given) => choices.find((each) => each === given),
})

/** Whatever passes. */
export const matching = (wanted: string, isFine: (given: string) => boolean): Reader<string> => ({
  wanted,
  read: (given) => (isFine(given) ? given : undefined),
})

/** Digits, for a number from `min` to `max`. */
export const wholeNumber = (wanted: string, max = Number.MAX_SAFE_INTEGER, min = 0): Reader<number> => ({
  wanted,
  read: (given) => {
    const value = Number(given)
    return /^\d+$/.test(given) && value <= max && value >= min ? value : undefined
  },
})

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000 }

/** A time span in milliseconds, from `500ms`, `10s`, `10` (seconds) or `2m`. */
export const duration = (wanted: string, maxMs: number): Reader<number> => ({
  wanted,
  read: (given) => {
    const [, amount = '', unit = 's'] = /^(\d{1,7}(?:\.\d+)?)(ms|s|m)?$/.exec(given) ?? []
    const ms = Math.round(Number(amount) * (UNITS[unit] ?? 0))
    return amount !== '' && ms >= 1 && ms <= maxMs ? ms : undefined
  },
})

/** Words that are separated by commas, in one option or in several. */
export const wordList: Reader<readonly string[]> = {
  wanted: '',
  read: (given, before = []) => [...before, ...given.split(',').map((word) => word.trim())].filter(Boolean),
}

/** One value more each time. */
export const repeated = <T>({ wanted, read }: Reader<T>): Reader<readonly T[]> => ({
  wanted,
  read: (given, before = []) => {
    const value = read(given, undefined)
    return value === undefined ? undefined : [...before, value]
  },
})
