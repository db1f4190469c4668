import { isFailure } from '../failure.ts'
import { freePort } from './free-port.ts'

/** How many are tried: somebody else may be given one before it is listened on. */
const PORTS = 5

/**
 * Starts a server on the given port, or on any free one.
 *
 * @returns what `start` gives, and the port.
 * @throws Failure `port-taken` when the given one is, or each free one was when it came to it; and whatever else `start` throws.
 */
export async function onFreePort<T>(
  given: number | undefined,
  start: (port: number) => Promise<T>,
): Promise<readonly [T, number]> {
  for (let tries = 1; ; tries++) {
    const port = given ?? (await freePort())
    try {
      return [await start(port), port]
    } catch (error) {
      if (given !== undefined || tries === PORTS || !isFailure(error, 'port-taken')) throw error
    }
  }
}
