import { chmod, mkdir } from 'node:fs/promises'
import { Failure } from '../failure.ts'
import type { PlatformEvent } from '../platform.ts'
import { type Account, serverAccount } from './account.ts'
import { type NodePart, type ProgramFolders, partEntry } from './node-part.ts'
import { type PostgresBinaries, postgresBinaries } from './postgres-binaries.ts'
import { type ClusterPlan, clusterLink, planCluster } from './postgres-cluster.ts'
import { createReachableFolder } from './reachable-folder.ts'
import { type RedisBinary, redisBinary } from './redis-binary.ts'

/** All that has to be there before anything can be started. */
export interface Programs {
  /** As whom PostgreSQL and Redis run; `undefined`: as the user himself. */
  readonly account: Account | undefined
  readonly postgres: PostgresBinaries
  readonly redis: RedisBinary
  readonly entries: Readonly<Record<NodePart, string>>
  readonly cluster: ClusterPlan
}

export interface ProgramsOptions {
  /** The state folder. */
  readonly home: string
  readonly dataDir: string
  /** Where what was downloaded is kept. */
  readonly cacheDir: string
  readonly programFolders: ProgramFolders
  /** The user's environment: where to look for programs, and the proxies for a download. */
  readonly env: NodeJS.ProcessEnv
  readonly onEvent: (event: PlatformEvent) => void
  readonly signal?: AbortSignal | undefined
}

/**
 * Finds or fetches everything that the platform needs, so that what this machine lacks is known before anything runs.
 *
 * @throws Failure `no-postgres`, `no-redis`, `not-built`, `postgres-major`, `postgres-password`, `folder-unusable`.
 */
export async function findPrograms(options: ProgramsOptions): Promise<Programs> {
  const { home, dataDir, cacheDir, programFolders, env, onEvent, signal } = options
  const account = await serverAccount(clusterLink(dataDir))
  // As root, PostgreSQL and Redis run as somebody else, who has to pass through; what is in there stays closed to him.
  const mode = account === undefined ? 0o700 : 0o711
  for (const folder of [home, dataDir, cacheDir]) await makeFolder(folder, mode)
  const reachable = createReachableFolder(home)
  const copyTo = async () => (account === undefined ? cacheDir : reachable.open())

  const [postgres, redis, users, orders, payments, gateway] = await Promise.all([
    postgresBinaries({ account, copyTo }),
    redisBinary({
      ...{ account, cacheDir, env, copyTo, signal },
      onStep: (step) => onEvent({ type: 'fetching-redis', step }),
    }),
    partEntry('users', programFolders),
    partEntry('orders', programFolders),
    partEntry('payments', programFolders),
    partEntry('gateway', programFolders),
  ])
  const cluster = await planCluster({ dir: dataDir, binaries: postgres, account, reachable, signal })
  return { account, postgres, redis, entries: { users, orders, payments, gateway }, cluster }
}

/** Makes a folder of the state, or gives it its mode back. */
export async function makeFolder(folder: string, mode: number): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode })
    await chmod(folder, mode)
  } catch (error) {
    throw new Failure('folder-unusable', { folder, reason: (error as Error).message }, { cause: error })
  }
}
