import type { OnEnd } from './torture.ts'

/** Does `work`, and afterwards, whatever came of it, what it asked for by `onEnd`; last come, first served. */
export async function scope<T>(work: (onEnd: OnEnd) => Promise<T>): Promise<T> {
  const cleanUps: (() => Promise<void>)[] = []
  try {
    return await work((cleanUp) => cleanUps.unshift(cleanUp))
  } finally {
    const ended = []
    for (const cleanUp of cleanUps) ended.push(...(await Promise.allSettled([cleanUp()])))
    const failures = ended.flatMap((end) => (end.status === 'rejected' ? [end.reason] : []))
    // One that fails never stops the next, nor hides what `work` threw.
    for (const failure of failures) process.emitWarning(failure)
  }
}
