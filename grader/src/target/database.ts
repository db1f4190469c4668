import { setTimeout as delay } from 'node:timers/promises'
import {
  type Database,
  type DatabaseAddress,
  type OpenDatabase,
  openDatabase,
} from '@msctl/platform/database'
import type { ServiceName } from '@msctl/sdk/contract'
import { GradingError } from '../run/grader.ts'

const STATEMENT_TIMEOUT_MS = 20_000
/** How long a database that is coming up is waited for, as after a restart of everything, and from one try to the next. */
const COMING_UP_MS = 15_000
const AGAIN_MS = 250
/** What PostgreSQL says then, and what Docker makes of nobody listening in the container. */
const COMING_UP =
  /the database system is (starting up|not yet accepting connections)|Connection terminated unexpectedly/

/** Opens the database of a target's service. Whatever goes wrong is a {@link GradingError} `database`. */
export function openTargetDatabase(service: ServiceName, address: DatabaseAddress): OpenDatabase {
  const database = openDatabase(address, {
    applicationName: 'msctl-verify',
    statementTimeoutMs: STATEMENT_TIMEOUT_MS,
  })
  const explained = async <T>(work: () => Promise<T>, patienceMs = 0): Promise<T> => {
    const deadline = performance.now() + patienceMs
    try {
      return await work()
    } catch (error) {
      const { message } = error as Error
      if (COMING_UP.test(message) && patienceMs > 0) {
        await delay(AGAIN_MS)
        return explained(work, deadline - performance.now())
      }
      throw new GradingError('database', `The database of ${service} could not be asked: ${message}`, {
        cause: error,
      })
    }
  }
  const query: Database['query'] = (...asked) => explained(() => database.query(...asked), COMING_UP_MS)
  return {
    query,
    connect: async () => {
      const session = await explained(database.connect, COMING_UP_MS)
      return { query: (...asked) => explained(() => session.query(...asked)), close: session.close }
    },
    close: database.close,
  }
}
