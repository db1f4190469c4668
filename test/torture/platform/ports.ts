import { isPortFree } from '../../../platform/src/ports.ts'

/** Below the range from which Linux takes the ports of outgoing connections. */
const FIRST = 20_000
const LAST = 32_000
const given = new Set<number>()

/**
 * A port for a server that is to come back on it after having been killed: meanwhile no outgoing connection takes it,
 * as it would one from `freePort`.
 */
export async function lastingPort(): Promise<number> {
  for (;;) {
    const port = FIRST + Math.floor(Math.random() * (LAST - FIRST))
    if (given.has(port) || !(await isPortFree(port))) continue
    given.add(port)
    return port
  }
}
