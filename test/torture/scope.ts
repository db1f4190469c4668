import type { OnEnd } from './torture.ts'

/** What the scopes under way have still to do. */
const pending = new Set<() => Promise<void>>()

/** Does `work`, and afterwards, whatever came of it, what it asked for by `onEnd`; last come, first served. */
export async function scope<T>(work: (onEnd: OnEnd) => Promise<T>): Promise<T> {
  const cleanUps: (() => Promise<void>)[] = []
  const end = () => runAll(cleanUps.splice(0).reverse())
  pending.add(end)
  try {
    return await work((cleanUp) => cleanUps.push(cleanUp))
  } finally {
    await end()
    pending.delete(end)
  }
}

/** Cleans up for all scopes at once, when the process is told to stop. */
export async function endScopes(): Promise<void> {
  await runAll([...pending].reverse())
}

async function runAll(cleanUps: (() => Promise<void>)[]): Promise<void> {
  for (const cleanUp of cleanUps) {
    // One that fails never stops the next, nor hides what the work threw.
    await cleanUp().catch((error: unknown) => process.emitWarning(error as Error))
  }
}
