import type { Text } from '../engine/index.ts'
import type { Answer } from './answer.ts'
import type { AnyLab } from './world.ts'

/** How many were answered in the short time in which a service goes without a Redis that is too slow. */
export const countBypassed = (answers: readonly Pick<Answer<unknown>, 'cache'>[]): number =>
  answers.filter(({ cache }) => cache === 'BYPASS').length

/** Why something about the cache could not be shown. */
export const TOO_SLOW: Text = {
  en: 'Redis was too slow, so that the service answered without it (BYPASS). Try again when this machine has less to do.',
  ru: 'Redis отвечал слишком медленно, и сервис ответил без него (BYPASS). Повторите, когда машина будет свободнее.',
}

/** Leaves an expectation about the cache open where the cache was not used. @returns whether it did. */
export function leaveOpenIfBypassed(
  lab: AnyLab,
  id: string,
  answers: readonly (Pick<Answer<unknown>, 'cache'> | undefined)[],
): boolean {
  if (countBypassed(answers.flatMap((each) => each ?? [])) === 0) return false
  lab.leaveOpen(id, TOO_SLOW)
  return true
}
