import { setTimeout as delay } from 'node:timers/promises'

/**
 * Asks again and again until there is an answer.
 *
 * @param ask Returns `undefined` for "not yet"; what it throws ends the waiting.
 * @returns `undefined` when the deadline came first.
 * @throws The signal's reason when it is aborted.
 */
export async function waitUntil<T>(
  ask: () => Promise<T | undefined> | T | undefined,
  options: {
    readonly deadlineMs: number
    readonly everyMs?: number
    readonly signal?: AbortSignal | undefined
  },
): Promise<T | undefined> {
  const { deadlineMs, everyMs = 20, signal } = options
  const deadline = performance.now() + deadlineMs // not by the wall clock, which may be set meanwhile
  for (;;) {
    signal?.throwIfAborted()
    const answer = await ask()
    if (answer !== undefined) return answer
    if (performance.now() >= deadline) return undefined
    await delay(everyMs, undefined, { signal }).catch(() => signal?.throwIfAborted())
  }
}
