// One PostgreSQL and one Redis for a whole test run: real ones, thrown away afterwards. A test that writes makes a
// database of its own (`CREATE DATABASE …` at `postgresUrl`) or a key prefix of its own.
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { TestProject } from 'vitest/node'
import { startPostgres, startRedis } from './platform/src/local/throwaway.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** The database `postgres` of the run's cluster, as a superuser. */
    postgresUrl: string
    redisUrl: string
    /** PostgreSQL's programs, for tests that start a server of their own. */
    postgresBinaries: { postgres: string; initdb: string }
    /** The Redis server's program and the environment that it needs. */
    redisBinary: { command: string; env: Record<string, string> }
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const root = import.meta.dirname
  const dir = await mkdtemp(path.join(tmpdir(), 'msctl-test-'))
  await chmod(dir, 0o711) // as root, the servers run as somebody who has to pass through
  const cacheDir = path.join(root, '.msctl', 'cache')
  const starting = [
    startPostgres({ dir: path.join(dir, 'postgres') }),
    startRedis({ dir: path.join(dir, 'redis'), cacheDir, env: process.env }),
  ] as const
  const stopAll = async () => {
    for (const started of await Promise.allSettled(starting)) {
      if (started.status === 'fulfilled') await started.value.stop()
    }
    await rm(dir, { recursive: true, force: true })
  }
  const [postgres, redis] = await Promise.all(starting).catch(async (error: unknown) => {
    await stopAll()
    throw error
  })
  project.provide('postgresUrl', postgres.url)
  project.provide('redisUrl', redis.url)
  project.provide('postgresBinaries', { ...postgres.binary })
  project.provide('redisBinary', {
    command: redis.binary.command,
    env: Object.fromEntries(Object.entries(redis.binary.env).map(([name, value]) => [name, value ?? ''])),
  })

  return stopAll
}
