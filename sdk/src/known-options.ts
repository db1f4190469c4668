/** One entry for each option that an interface has: the compiler sees that none is missing. */
export type OptionNames<T> = Readonly<Record<keyof Required<T>, true>>

/**
 * Refuses an option that is not known. It would be ignored, and its default would hold unnoticed: `timeout` instead of
 * `timeoutMs`.
 *
 * @param taker who was given the options.
 * @throws {TypeError} that names the options there are.
 */
export function assertKnownOptions(taker: string, options: object, known: object): void {
  for (const name in options) {
    if (Object.hasOwn(known, name)) continue
    throw new TypeError(`${taker} has no option "${name}"; its options are ${Object.keys(known).join(', ')}`)
  }
}
