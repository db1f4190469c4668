// The program as people run it: the built bundle, real processes, real stores, on ports and in folders of its own.
import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readlink, rm, symlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { createInterface } from 'node:readline'
import type { Change, PlatformStatus } from '@msctl/platform/platform'
import { isRunning, type ProcessIdentity } from '@msctl/platform/process-identity'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { finish, giveRedis, MAIN, makeHome, type StartOptions, startMsctl } from './testing/msctl.ts'

const isRoot = process.getuid?.() === 0
const NOBODY = 65534

let home: string
beforeAll(async () => {
  home = await makeHome()
})
afterAll(async () => {
  await msctl('down', '--volumes')
  await rm(home, { recursive: true, force: true })
})

const start = (args: readonly string[], options: Partial<StartOptions> = {}) =>
  startMsctl(args, { home, ...options })
const msctl = (...args: string[]) => finish(start(args))
const up = (options?: Partial<StartOptions>) =>
  finish(start(['up', '--driver', 'local', '--port', '0', '--json'], options))

async function status(): Promise<PlatformStatus> {
  return JSON.parse((await msctl('status', '--json')).out) as PlatformStatus
}

/** The processes that the state names, whether or not they still run. */
function recorded(folder = home): ProcessIdentity[] {
  const file = path.join(folder, 'local.json')
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '{}'
  const { parts = {} } = JSON.parse(text) as { parts?: Record<string, { process?: ProcessIdentity }> }
  return Object.values(parts).flatMap((part) => part.process ?? [])
}

/** The lines that a program has printed so far. */
function collectLines(child: ChildProcess): readonly string[] {
  const lines: string[] = []
  if (child.stdout !== null) createInterface(child.stdout).on('line', (line) => lines.push(line))
  return lines
}

async function createUser(url: string | null): Promise<number> {
  const response = await fetch(`${url}/users`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ email: `${randomUUID()}@example.com`, name: 'Ann' }),
  })
  return ((await response.json()) as { id: number }).id
}

// One after the other in one home, so that the database is created only once.
describe('the platform on the local driver', () => {
  afterEach(async () => void (await msctl('down')))

  test('of two that are started at once, the second waits and finds everything done, by the settings of the shell', async () => {
    const settings = { API_KEYS: 'a-key', RATE_LIMIT: '1000', CORS_ORIGINS: 'http://x.example' }
    const results = await Promise.all([up({ env: settings }), up({ env: settings })])
    expect(results.map(({ code }) => code)).toEqual([0, 0])
    const changes = results.map(({ out }) => (JSON.parse(out) as Change).changed.length)
    expect(changes.sort()).toEqual([0, 6])
    expect(results.map(({ err }) => err).join('')).toContain('waiting for another msctl: msctl up')
    expect(recorded().filter(isRunning)).toHaveLength(6)

    const url = `${(await status()).url}/users`
    expect((await fetch(url)).status).toBe(401)
    const { headers } = await fetch(url, {
      headers: { authorization: 'Bearer a-key', origin: 'http://x.example' },
    })
    expect(headers.get('ratelimit-limit')).toBe('1000')
    expect(headers.get('access-control-allow-origin')).toBe('http://x.example')
  }, 60_000)

  test('Ctrl-C while it comes up ends all that was started', async () => {
    const child = start(['up', '--driver', 'local', '--port', '0'])
    const finished = finish(child)
    await expect
      .poll(() => recorded().filter(isRunning).length, { interval: 5, timeout: 15_000 })
      .toBeGreaterThan(2)
    const processes = recorded()
    child.kill('SIGINT')
    const { code, out, err } = await finished
    expect({ code, out }).toEqual({ code: 130, out: '' })
    expect(err.trimEnd().split('\n').slice(-3)).toEqual([
      'Error: Interrupted.',
      'Why:   What was being started has been ended again; what ran before still runs.',
      'Next:  See what runs: msctl status',
    ])
    expect(processes.filter(isRunning)).toEqual([])
    expect(existsSync(path.join(home, 'local.json'))).toBe(false)
    expect(await readdir(home)).not.toContain('lock')
    expect((await readdir(path.join(home, 'data'))).filter((name) => name.includes('.new-'))).toEqual([])
  }, 60_000)

  test('a machine that crashed is recognised: what it left is neither taken for running nor ended', async () => {
    expect((await up()).code).toBe(0)
    const id = await createUser((await status()).url)
    for (const { pid } of recorded()) process.kill(pid, 'SIGKILL')
    await expect.poll(() => recorded().some(isRunning)).toBe(false)

    // After the machine has started again, a pid of ours is that of somebody else: of this very test.
    const file = path.join(home, 'local.json')
    const state = JSON.parse(readFileSync(file, 'utf8'))
    state.parts.users.process.pid = process.pid
    await writeFile(file, JSON.stringify(state))
    const lock = { pid: process.pid, birth: 'before', command: 'msctl up' }
    await symlink(JSON.stringify(lock), path.join(home, 'lock'))

    expect((await status()).parts.map(({ state: each }) => each)).toEqual(Array(6).fill('down'))
    expect((await up()).code).toBe(0)
    expect((await fetch(`${(await status()).url}/users/${id}`)).status).toBe(200)
  }, 60_000)

  test('comes up, is driven part by part, keeps its data, and leaves nothing when it goes', async () => {
    const first = await up()
    expect(first).toMatchObject({ code: 0, err: expect.stringContaining('gateway ready') })
    const { changed, status: started } = JSON.parse(first.out) as Change
    expect(changed).toHaveLength(6)
    expect(started.parts.map(({ name, state }) => `${name} ${state}`)).toEqual([
      ...['db up', 'cache up', 'users up', 'orders up', 'payments up', 'gateway up'],
    ])
    const { url } = started
    const id = await createUser(url)

    const second = await up()
    expect({ code: second.code, changed: (JSON.parse(second.out) as Change).changed }).toEqual({
      code: 0,
      changed: [],
    })

    expect(await msctl('stop', 'users')).toMatchObject({ code: 0, out: 'users is stopped.\n' })
    expect((await fetch(`${url}/users/${id}`)).status).toBe(502)
    expect((await status()).parts.find(({ name }) => name === 'users')).toMatchObject({
      state: 'down',
      pid: null,
    })
    expect(await msctl('stop', 'users')).toMatchObject({ code: 0, out: 'users was not running.\n' })
    expect(await msctl('start', 'users')).toMatchObject({ code: 0, out: 'users is started: up.\n' })
    expect((await fetch(`${url}/users/${id}`)).status).toBe(200)

    const outcome = async () => (await fetch(`${url}/users/${id}`)).headers.get('x-cache')
    await expect.poll(outcome).toBe('HIT')
    expect(await msctl('cache', 'flush')).toMatchObject({
      code: 0,
      out: 'The cache is empty; 1 key is gone.\n',
    })
    expect([await outcome(), await outcome()]).toEqual(['MISS', 'HIT'])

    const watch = start(['cache', 'watch', '--json'])
    const watched = finish(watch)
    const looks = collectLines(watch)
    const seen = () => looks.map((line) => (JSON.parse(line) as { keys: unknown[] | null }).keys)
    await expect.poll(() => seen().length, { timeout: 10_000 }).toBeGreaterThan(0)
    expect(await msctl('stop', 'cache')).toMatchObject({ code: 0 })
    await expect.poll(() => seen().at(-1), { timeout: 10_000 }).toBeNull()
    expect(await msctl('start', 'cache')).toMatchObject({ code: 0 })
    await expect.poll(() => seen().at(-1), { timeout: 10_000 }).toEqual(expect.any(Array))
    watch.kill('SIGINT')
    expect((await watched).code).toBe(130)

    // What was begun is done to its end, though nobody reads what is said of it.
    const unread = ['-c', '"$0" "$1" restart users 2>&1 | true', process.execPath, MAIN]
    await finish(spawn('/bin/sh', unread, { env: { ...process.env, MSCTL_HOME: home } }))
    expect((await fetch(`${url}/users/${id}`)).status).toBe(200)

    expect(await msctl('kill', 'db')).toMatchObject({ code: 0 })
    expect((await fetch(`${url}/users`)).status).toBe(503)
    expect(await msctl('start', 'db')).toMatchObject({ code: 0 })
    await expect.poll(async () => (await fetch(`${url}/users`)).status).toBe(200)

    const health = await msctl('health', '--json', '--exit-code')
    expect({ code: health.code, status: JSON.parse(health.out).status }).toEqual({ code: 0, status: 'ok' })
    expect(JSON.parse((await msctl('logs', 'users', '--json', '--tail', '1')).out)).toMatchObject({
      service: 'users',
    })

    const processes = recorded()
    expect(await msctl('down')).toMatchObject({ code: 0, out: 'The platform is down; its data are kept.\n' })
    expect(processes.filter(isRunning)).toEqual([])
    expect(JSON.parse((await up()).out)).toMatchObject({ changed: expect.arrayContaining(['db']) })
    const again = (await status()).url
    expect((await fetch(`${again}/users/${id}`)).status).toBe(200)

    const last = recorded()
    expect((await msctl('down', '--volumes')).code).toBe(0)
    expect(last.filter(isRunning)).toEqual([])
    expect(await readdir(home)).toEqual(['cache'])
  }, 60_000)

  test('Ctrl-C during the creation of the database leaves no half of one', async () => {
    const child = start(['up', '--driver', 'local', '--port', '0'])
    const finished = finish(child)
    const halfMade = async () =>
      (await readdir(path.join(home, 'data')).catch(() => [])).some((name) => /\.new-\w+$/.test(name))
    await expect.poll(halfMade, { interval: 5, timeout: 15_000 }).toBe(true)
    child.kill('SIGINT')
    expect((await finished).code).toBe(130)
    expect((await readdir(path.join(home, 'data'))).filter((name) => name !== 'postgres.password')).toEqual(
      [],
    )
  }, 60_000)
})

// Each in a folder of its own, side by side.
describe.runIf(isRoot).concurrent('the platform of others, and where others may not enter', () => {
  test('runs for an ordinary user', async ({ onTestFinished }) => {
    const own = await makeHome(NOBODY)
    const nobody = { home: own, uid: NOBODY, gid: NOBODY }
    onTestFinished(async () => {
      await finish(start(['down', '--volumes'], nobody))
      await rm(own, { recursive: true, force: true })
    })
    const { code, err } = await up(nobody)
    expect({ code, err: code === 0 ? '' : err }).toEqual({ code: 0, err: '' })
    const [first] = recorded(own)
    expect(readFileSync(`/proc/${first?.pid}/status`, 'utf8')).toContain(`Uid:\t${NOBODY}\t`)
    expect((await finish(start(['down', '--volumes'], nobody))).code).toBe(0)
  }, 60_000)

  test('runs for root in a folder that only root may enter', async ({ onTestFinished }) => {
    const closed = await mkdtemp(path.join(home, 'closed-'))
    const own = { home: path.join(closed, 'a folder') }
    await giveRedis(own.home)
    onTestFinished(async () => {
      await finish(start(['down', '--volumes'], own))
      await rm(closed, { recursive: true, force: true })
    })
    const { code, err } = await up(own)
    expect({ code, err: code === 0 ? '' : err }).toEqual({ code: 0, err: '' })
    const shelter = await readlink(path.join(own.home, 'reachable'))
    expect((await finish(start(['down', '--volumes'], own))).code).toBe(0)
    expect(existsSync(shelter)).toBe(false)
  }, 60_000)
})

describe('the command line', () => {
  test('says its version, and its help in two languages, each command with examples', async () => {
    expect(await msctl('--version')).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
    })
    expect(await msctl()).toMatchObject({
      code: 0,
      err: '',
      out: expect.stringContaining('130  interrupted'),
    })
    expect((await msctl('up', '--help')).out).toMatch(
      /Examples:\n {2}msctl up .*\n.*msctl up --driver compose/,
    )
    const russian = await finish(start(['up', '--help'], { env: { LANG: 'ru_RU.UTF-8' } }))
    expect(russian.out).toMatch(/Использование: msctl up .*Примеры:\n {2}msctl up /s)
    expect(russian.out).not.toMatch(/Options:|Usage:|Global/)
  })

  test('colours only what a terminal shows, or where it is told to', async () => {
    const plain = await finish(start(['stop', 'x'], { env: { CI: 'true' } }))
    expect(plain.err).not.toContain('\u001b[')
    const forced = await finish(start(['stop', 'x'], { env: { FORCE_COLOR: '1' } }))
    expect(forced.err).toContain('\u001b[31m')
    const refused = await finish(start(['stop', 'x'], { env: { FORCE_COLOR: '1', NO_COLOR: '1' } }))
    expect(refused.err).not.toContain('\u001b[')
  })

  test.for([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('%s ends a call that waits for its answer', async ([signal, code]) => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const child = start(['users', 'get', '1', '--url', `http://127.0.0.1:${port}`])
    const ended = finish(child)
    await once(server, 'request')
    child.kill(signal)
    expect(await ended).toEqual({
      code,
      out: '',
      err: expect.stringMatching(/^Error: Interrupted\.\n.+\n.+\n$/),
    })
    server.closeAllConnections()
    server.close()
  })

  test('ends quietly when nobody reads on', async () => {
    const child = spawn('/bin/sh', ['-c', `"$0" "$1" --help | head -n 1; echo done`, process.execPath, MAIN])
    const { out, err } = await finish(child)
    expect({ out: out.split('\n').at(-2), err }).toEqual({ out: 'done', err: '' })
  })

  test('prints much into a pipe without a warning from Node', async ({ onTestFinished }) => {
    const own = await makeHome()
    onTestFinished(() => rm(own, { recursive: true, force: true }))
    await mkdir(path.join(own, 'logs'))
    const line = JSON.stringify({ level: 30, time: 1, msg: 'x'.repeat(20_000) })
    await writeFile(path.join(own, 'logs', 'users.log'), `${line}\n`.repeat(200))
    // bash reads more slowly than we write, so that each line has to wait for room.
    const script = '"$0" "$1" logs --json | while IFS= read -r -N 20000 line; do :; done'
    const child = spawn('bash', ['-c', script, process.execPath, MAIN], {
      env: { ...process.env, MSCTL_HOME: own, LC_ALL: 'C' },
    })
    expect(await finish(child)).toEqual({ code: 0, out: '', err: '' })
  })

  test('health --watch outlives a gateway that goes away', async () => {
    const circuit = { status: 'CLOSED', failure_count: 0, opened_at: null, retry_in_seconds: null }
    const health = {
      status: 'ok',
      circuits: Object.fromEntries(
        ['users', 'orders', 'payments'].map((name) => [name, { ...circuit, transitions: [] }]),
      ),
    }
    const serve = async (port: number) => {
      const server = createServer((_request, response) =>
        response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(health)),
      ).listen(port, '127.0.0.1')
      await once(server, 'listening')
      return server
    }
    const server = await serve(0)
    const { port } = server.address() as AddressInfo
    const url = `http://127.0.0.1:${port}`
    const watch = start(['health', '--watch', '--json', '--url', url])
    const watched = finish(watch)
    const looks = collectLines(watch)
    const seen = () => looks.map((line) => (JSON.parse(line) as { status: string }).status)
    await expect.poll(seen, { timeout: 10_000 }).toEqual(['ok'])
    server.close()
    server.closeAllConnections()
    await expect.poll(seen, { timeout: 10_000 }).toEqual(['ok', 'unreachable'])
    const again = await serve(port)
    await expect.poll(seen, { timeout: 10_000 }).toEqual(['ok', 'unreachable', 'ok'])
    watch.kill('SIGINT')
    expect(await watched).toMatchObject({ code: 130, err: '' })
    again.close()
    again.closeAllConnections()
  })

  test('config shows the port of the last up, and asks the gateway there', async ({ onTestFinished }) => {
    const own = await makeHome()
    onTestFinished(() => rm(own, { recursive: true, force: true }))
    await writeFile(path.join(own, 'driver'), 'local\n19400\n')
    const { out } = await finish(start(['config', '--json'], { home: own }))
    expect(JSON.parse(out).settings).toEqual(
      expect.arrayContaining([
        { name: 'url', value: 'http://localhost:19400', source: 'default', place: null },
        { name: 'driver', value: 'local', source: 'last-up', place: null },
        { name: 'port', value: 19_400, source: 'last-up', place: null },
      ]),
    )
  })

  test('without a platform, status says so and does not fail', async () => {
    const shown = await msctl('status', '--json')
    expect(shown.code).toBe(0)
    expect(JSON.parse(shown.out)).toMatchObject({
      driver: 'local',
      url: null,
      dataDir: path.join(home, 'data'),
    })
  })
})
