import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Failure } from '../failure.ts'
import { installCommand } from '../install-command.ts'
import { type NodePart, partEntry } from '../local/node-part.ts'
import { postgresBinaries } from '../local/postgres-binaries.ts'
import { findCluster } from '../local/postgres-cluster.ts'
import { findRedis } from '../local/redis-binary.ts'
import type { PlatformStatus } from '../platform.ts'
import { isPortFree, STORE_PORTS } from '../ports.ts'
import { findOnPath, runProcess } from '../run-process.ts'
import { type Check, check, type Surroundings } from './check.ts'

const NODE_PARTS: readonly NodePart[] = ['users', 'orders', 'payments', 'gateway']

/** What the local driver needs. Nothing is downloaded, created or started. */
export async function checkLocal({ home, env }: Surroundings, status: PlatformStatus): Promise<Check[]> {
  if (process.platform === 'win32') {
    return [
      await check('programs', 'local', () => {
        throw new Failure('windows', {})
      }),
    ]
  }
  return Promise.all([
    check('programs', 'local', async () => {
      const folders = { packed: home.packedParts, clone: home.clone }
      await Promise.all(NODE_PARTS.map((part) => partEntry(part, folders)))
      return {}
    }),
    check('postgres', 'local', async () => ({ version: await postgresVersion() })),
    check('data', 'local', async () => ({
      isNew: (await findCluster(path.join(home.state, 'data'))) === undefined,
    })),
    check('redis', 'local', async () => {
      const found = await findRedis({
        cacheDir: home.cache,
        env,
        account: undefined,
      })
      return { command: found.from === 'apt' ? null : found.command }
    }),
    check('stores', 'local', async () => ({ taken: await takenPorts(status) })),
    checkPrompt(env),
  ])
}

/** As the user himself: `--version` is what even root may ask. A copy, if one has to be made, is thrown away. */
async function postgresVersion(): Promise<string> {
  let copy: string | undefined
  const copyTo = async () => (copy = await mkdtemp(path.join(tmpdir(), 'msctl-doctor-')))
  try {
    const { postgres } = await postgresBinaries({ account: undefined, copyTo })
    const { stdout } = await runProcess(postgres, ['--version'], { env: {} })
    return `${/\d+(?:\.\d+)*/.exec(stdout)?.[0] ?? stdout} (${process.platform}-${process.arch})`
  } finally {
    if (copy !== undefined) await rm(copy, { recursive: true, force: true })
  }
}

/** Which of the ports that students expect the stores on somebody else has. */
async function takenPorts({ driver, parts }: PlatformStatus): Promise<string> {
  const ours =
    driver === 'local' ? parts.flatMap(({ state, port }) => (state === 'down' ? [] : (port ?? []))) : []
  const taken: number[] = []
  for (const port of Object.values(STORE_PORTS)) {
    if (!ours.includes(port) && !(await isPortFree(port))) taken.push(port)
  }
  return taken.join(', ')
}

/** Only one command needs it, and only for its prompt. */
async function checkPrompt({ PATH = '' }: NodeJS.ProcessEnv): Promise<Check> {
  const command = findOnPath(PATH.split(path.delimiter), 'psql')
  const common = { name: 'psql', driver: 'local' } as const
  return command === undefined
    ? { ...common, state: 'warning', problem: { code: 'no-prompt', remedy: installCommand('psql') } }
    : { ...common, state: 'ok', found: { command } }
}
