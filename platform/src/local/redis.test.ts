import { execFile } from 'node:child_process'
import { chmod, chown, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { build } from 'esbuild'
import { afterAll, beforeAll, expect, inject, onTestFinished, test } from 'vitest'
import { freePort } from '../ports.ts'
import { endProcess } from '../process-identity.ts'
import { serverAccount } from './account.ts'
import { fetchRedisByApt, hasApt } from './apt-redis.ts'
import { createReachableFolder } from './reachable-folder.ts'
import { redisBinary } from './redis-binary.ts'
import { answersAs, startRedisServer } from './redis-server.ts'

const run = promisify(execFile)
const isRoot = process.getuid?.() === 0
const isDebian = await hasApt(process.env)
const NOBODY = 65534

let dir: string
/** apt's settings for a machine that has neither package lists nor any of Redis's packages. */
let freshMachine: string[]
/** What else this machine has installed, as dpkg writes it down. */
let others: string[]
beforeAll(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'msctl-redis-'))
  await chmod(dir, 0o755)
  const installed = await readFile('/var/lib/dpkg/status', 'utf8').catch(() => '')
  others = installed
    .split('\n\n')
    .filter((stanza) => !/^Package: (redis|valkey|libjemalloc|liblzf)/m.test(stanza))
  const status = path.join(dir, 'dpkg-status')
  await writeFile(status, others.join('\n\n'))
  freshMachine = [`Dir::State::status=${status}`]
})
afterAll(() => rm(dir, { recursive: true, force: true }))

async function version(command: string, libraryPath: string): Promise<string> {
  return (await run(command, ['--version'], { env: { LD_LIBRARY_PATH: libraryPath } })).stdout
}

test.runIf(isDebian)(
  'on a machine without Redis and without package lists, the package is fetched and runs',
  { timeout: 180_000 },
  async () => {
    const cacheDir = path.join(dir, 'cache')
    const steps: string[] = []
    const systemLists = await mkdtemp(path.join(dir, 'no-lists-'))
    const settings = freshMachine
    const redis = await fetchRedisByApt({
      env: process.env,
      cacheDir,
      systemLists,
      settings,
      onStep: (step) => steps.push(step),
    })
    expect(redis.command.startsWith(cacheDir)).toBe(true)
    expect(await version(redis.command, redis.libraryPath)).toMatch(/(Redis|Valkey) server v=\d+/)
    expect(await readdir(cacheDir)).toEqual(['redis']) // apt's lists and archives are gone
    expect(steps).toEqual(['downloading', 'updating', 'downloading', 'unpacking'])

    // The next time it is at hand, without asking apt.
    const options = {
      cacheDir,
      env: { PATH: '' },
      usualFolders: [],
      account: undefined,
      copyTo: async () => dir,
    }
    const again = await redisBinary({ ...options, onStep: () => expect.unreachable() })
    expect(again.command).toBe(redis.command)

    if (!isRoot) return
    // As root the server runs as somebody who may not be able to reach the cache: he gets a copy.
    const home = await mkdtemp(path.join(dir, 'home-'))
    const reachable = createReachableFolder(home)
    onTestFinished(() => reachable.remove())
    await chmod(cacheDir, 0o700)
    const account = await serverAccount()
    const copied = await redisBinary({ ...options, account, copyTo: () => reachable.open() })
    expect(copied.command).toMatch(/^\/var\/lib\/msctl\//)
    const port = await freePort()
    const launched = await startRedisServer({ binary: copied, account, port, logFile: path.join(dir, 'log') })
    expect(await answersAs(launched.identity.pid, port)).toBe(true)
    await endProcess(launched.identity)
  },
)

test.runIf(isDebian && isRoot)(
  'an ordinary user who has redis-cli alone can fetch it, and nothing in the system changes',
  { timeout: 180_000 },
  async () => {
    const bundle = path.join(dir, 'apt-redis.cjs')
    const entryPoints = [path.join(import.meta.dirname, 'apt-redis.ts')]
    await build({ entryPoints, bundle: true, platform: 'node', format: 'cjs', outfile: bundle })
    const home = await mkdtemp(path.join(dir, 'user-'))
    await chown(home, NOBODY, NOBODY)
    const before = await readFile('/var/lib/dpkg/status')
    const arch = process.arch === 'x64' ? 'amd64' : process.arch
    const tools = `Package: redis-tools\nStatus: install ok installed\nArchitecture: ${arch}\nVersion: 5:1.0-1\n`
    const status = path.join(dir, 'dpkg-status-with-tools')
    await writeFile(status, `${tools}Maintainer: x\nDescription: x\n\n${others.join('\n\n')}`)
    const withTools = [`Dir::State::status=${status}`]
    const script = `require(${JSON.stringify(bundle)}).fetchRedisByApt(${JSON.stringify({ cacheDir: home, settings: withTools, env: { PATH: process.env.PATH } })})
    .then((redis) => console.log(JSON.stringify(redis)))`
    const { stdout } = await run(process.execPath, ['-e', script], {
      uid: NOBODY,
      gid: NOBODY,
      cwd: '/',
      env: { PATH: process.env.PATH, HOME: home },
    })
    const redis = JSON.parse(stdout) as { command: string; libraryPath: string }
    expect(await version(redis.command, redis.libraryPath)).toMatch(/server v=/)
    expect(await readFile('/var/lib/dpkg/status')).toEqual(before)
  },
)

test('where nothing can be fetched, the error names the remedy', async () => {
  const cacheDir = await mkdtemp(path.join(dir, 'none-'))
  const bin = await mkdtemp(path.join(dir, 'bin-'))
  for (const name of ['apt-get', 'dpkg-deb']) await symlink(`/usr/bin/${name}`, path.join(bin, name))
  const signal = AbortSignal.timeout(15_000)
  const nothing = {
    cacheDir,
    env: { PATH: bin },
    usualFolders: [],
    account: undefined,
    copyTo: async () => dir,
  }
  const failing = redisBinary({
    ...nothing,
    signal,
    aptSettings: [
      'Dir::Etc::sourceparts=/nonexistent',
      'Dir::Etc::sourcelist=/nonexistent',
      `Dir::State::status=/dev/null`,
    ],
  })
  await expect(failing).rejects.toMatchObject({
    code: 'no-redis',
    facts: { remedy: expect.stringMatching(/redis|valkey/) },
  })
})

test('a server that keeps nothing on disk listens on 127.0.0.1, and a second one on its port is told so', async () => {
  const account = await serverAccount()
  const port = await freePort()
  const binary = inject('redisBinary')
  const server = { binary, account, port, logFile: path.join(dir, 'server.log') }
  const launched = await startRedisServer(server)
  onTestFinished(async () => void (await endProcess(launched.identity)))
  await expect(startRedisServer(server)).rejects.toMatchObject({
    code: 'port-taken',
    facts: { part: 'cache', port },
  })
  const { pid } = launched.identity
  expect(await answersAs(pid, port)).toBe(true)
  expect(await answersAs(pid + 1, port)).toBe(false)
  expect(await answersAs(pid, await freePort())).toBe(false)
})
