// What tests with faulty platforms stand on: the run's PostgreSQL, and a Redis of each platform's own.
import { startTestRedis } from '@msctl/kit/test-stores'
import { inject, onTestFinished } from 'vitest'
import { type FaultyOptions, type FaultyPlatform, startFaultyPlatform } from '../platform.ts'

/** Starts a platform with faults, ended when the test is over. */
export async function startTestPlatform(
  options: Omit<FaultyOptions, 'postgresUrl' | 'startRedis'> = {},
  onEnd: (cleanUp: () => Promise<void>) => void = onTestFinished,
): Promise<FaultyPlatform> {
  const platform = await startFaultyPlatform({
    ...options,
    postgresUrl: inject('postgresUrl'),
    startRedis: async () => {
      const { url, kill, client } = await startTestRedis({ onEnd })
      return {
        url,
        stop: async () => {
          client.disconnect()
          await kill()
        },
      }
    },
  })
  onEnd(platform.close)
  return platform
}
