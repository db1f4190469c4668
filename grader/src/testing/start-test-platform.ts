// What tests with faulty platforms stand on: the run's PostgreSQL, and a Redis of each platform's own.
import { startTestRedis } from '@msctl/kit/testing'
import { inject, onTestFinished } from 'vitest'
import { createDatabasePool, type DatabasePool } from '../self-test/databases.ts'
import { type FaultyOptions, type FaultyPlatform, startFaultyPlatform } from '../self-test/platform.ts'

/** Used again by one platform after the other, and gone with the run's cluster. */
let databases: DatabasePool | undefined

/** Starts a platform with faults, ended when the test is over. */
export async function startTestPlatform(
  options: Omit<FaultyOptions, 'postgresUrl' | 'databases' | 'startRedis'> = {},
  onEnd: (cleanUp: () => Promise<void>) => void = onTestFinished,
): Promise<FaultyPlatform> {
  databases ??= createDatabasePool(inject('postgresUrl'))
  const platform = await startFaultyPlatform({
    ...options,
    postgresUrl: inject('postgresUrl'),
    databases,
    startRedis: () => startOwnRedis(onEnd),
  })
  onEnd(platform.close)
  return platform
}

/** As a platform's `startRedis` does. */
export async function startOwnRedis(
  onEnd: (cleanUp: () => Promise<void>) => void = onTestFinished,
): ReturnType<FaultyOptions['startRedis']> {
  const { url, kill, client } = await startTestRedis({ onEnd })
  return {
    url,
    stop: async () => {
      client.disconnect()
      await kill()
    },
  }
}
