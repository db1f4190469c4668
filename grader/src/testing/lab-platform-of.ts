// A platform inside this process, as scenarios work on it.
import { connectDatabase } from '@msctl/platform/database'
import { PARTS } from '@msctl/platform/parts'
import { openRedis } from '@msctl/platform/redis'
import type { LabPlatform } from '@msctl/scenarios/world'
import { SERVICES } from '@msctl/sdk/contract'
import type { FaultyPlatform } from '../self-test/index.ts'

/** What a scenario works on. */
export function labPlatformOf({ url, redisUrl, databaseUrls, control }: FaultyPlatform): LabPlatform {
  return {
    url,
    control: {
      ...control,
      up: async () => {
        for (const part of PARTS) await control.start(part)
      },
    },
    redis: {
      ask: async (...command) => {
        const redis = openRedis(redisUrl)
        try {
          return await redis.ask(...command)
        } finally {
          redis.close()
        }
      },
    },
    databases: Object.fromEntries(
      SERVICES.map((service) => [service, { connect: () => connectDatabase(databaseUrls[service]) }]),
    ) as LabPlatform['databases'],
  }
}
