import {
  type Database,
  type DatabaseAddress,
  type OpenDatabase,
  openDatabase,
} from '@msctl/platform/database'
import type { ServiceName } from '@msctl/sdk/contract'
import { GradingError } from '../run/grader.ts'

const STATEMENT_TIMEOUT_MS = 20_000

/** Opens the database of a target's service. Whatever goes wrong is a {@link GradingError} `database`. */
export function openTargetDatabase(service: ServiceName, address: DatabaseAddress): OpenDatabase {
  const database = openDatabase(address, {
    applicationName: 'msctl-verify',
    statementTimeoutMs: STATEMENT_TIMEOUT_MS,
  })
  const explained = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work
    } catch (error) {
      const { message } = error as Error
      throw new GradingError('database', `The database of ${service} could not be asked: ${message}`, {
        cause: error,
      })
    }
  }
  const query: Database['query'] = (...asked) => explained(database.query(...asked))
  return {
    query,
    connect: async () => {
      const session = await explained(database.connect())
      return { query: (...asked) => explained(session.query(...asked)), close: session.close }
    },
    close: database.close,
  }
}
