// A platform inside this process, as the scenarios hold one.

import type { Hands } from '@msctl/scenarios/world'
import { Redis } from 'ioredis'
import pg from 'pg'
import type { FaultyPlatform } from '../index.ts'

const PARTS = ['db', 'cache', 'users', 'orders', 'payments', 'gateway'] as const

/** What a scenario does with such a platform. */
export function handsOn({ url, redisUrl, databaseUrls, control }: FaultyPlatform): Hands {
  return {
    url,
    stop: control.stop,
    kill: control.kill,
    start: control.start,
    restart: control.restart,
    up: async () => {
      for (const part of PARTS) await control.start(part)
    },
    askCache: async ([command = '', ...values]) => {
      const redis = new Redis(redisUrl, { maxRetriesPerRequest: 0, retryStrategy: null })
      redis.on('error', () => undefined) // the command tells of it
      try {
        return String((await redis.call(command, ...values)) ?? '')
      } finally {
        redis.disconnect()
      }
    },
    openDatabase: async (service) => {
      const client = new pg.Client({ connectionString: databaseUrls[service], application_name: 'msctl' })
      client.on('error', () => undefined) // the statement under way tells of it
      await client.connect()
      return {
        query: async (sql, values) => (await client.query(sql, values && [...values])).rows,
        close: () => client.end(),
      }
    },
  }
}
