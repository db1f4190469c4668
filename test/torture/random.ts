/** Chance that can be repeated: the same seed gives the same sequence. */
export interface Random {
  /** A number from 0 up to, and without, 1. */
  next(): number
  /** A whole number from `min` to `max`, both included. */
  integer(min: number, max: number): number
  between(min: number, max: number): number
  chance(probability: number): boolean
  pick<T>(things: readonly T[]): T
  shuffle<T>(things: readonly T[]): T[]
  /** Another sequence, which depends on this one's seed and the name alone, however much of this one was used. */
  fork(name: string | number): Random
}

/** Mulberry32: small, fast, and good enough to choose faults by. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = state
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const integer = (min: number, max: number) => min + Math.floor(next() * (max - min + 1))
  return {
    next,
    integer,
    between: (min, max) => min + next() * (max - min),
    chance: (probability) => next() < probability,
    pick: <T>(things: readonly T[]): T => {
      if (things.length === 0) throw new RangeError('There is nothing to pick from')
      return things[integer(0, things.length - 1)] as T
    },
    shuffle: <T>(things: readonly T[]): T[] => {
      const shuffled = [...things]
      for (let last = shuffled.length - 1; last > 0; last--) {
        const other = integer(0, last)
        ;[shuffled[last], shuffled[other]] = [shuffled[other] as T, shuffled[last] as T]
      }
      return shuffled
    },
    fork: (name) => createRandom(hash(`${seed}/${name}`)),
  }
}

/** FNV-1a. */
function hash(text: string): number {
  let value = 0x811c9dc5
  for (const character of text) value = Math.imul(value ^ character.charCodeAt(0), 0x01000193)
  return value >>> 0
}
