import { LabError, type Text, type Wait } from '../engine/index.ts'
import type { AnyLab } from './world.ts'

/** Looks as `lab.waitFor` does; that there is nothing to see in time is an answer, too, and is `undefined`. */
export async function sees<T>(
  lab: AnyLab,
  what: Text,
  look: () => Promise<T | undefined>,
  wait: Wait,
): Promise<T | undefined> {
  try {
    return await lab.waitFor(what, look, wait)
  } catch (error) {
    if (error instanceof LabError && error.code === 'deadline') return undefined
    throw error
  }
}
