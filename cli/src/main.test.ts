// The program as people run it: the built bundle, real processes, real stores, on ports and in folders of its own.
import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { chmod, chown, mkdtemp, readdir, readlink, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { isRunning, type ProcessIdentity } from './platform/local/process-identity.ts'
import type { Change, PlatformStatus } from './platform/platform.ts'

const MAIN = path.resolve(import.meta.dirname, '../dist/main.cjs')
const isRoot = process.getuid?.() === 0
const NOBODY = 65534

let home: string
const makeHome = async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'msctl-home-'))
  await chmod(folder, 0o711)
  return folder
}
beforeAll(async () => {
  if (!existsSync(MAIN)) throw new Error(`${MAIN} is missing: run npm run build`)
  home = await makeHome()
})
afterAll(async () => {
  await msctl('down', '--volumes')
  await rm(home, { recursive: true, force: true })
})

interface Result {
  code: number | null
  out: string
  err: string
}

type Options = { env?: NodeJS.ProcessEnv; uid?: number; gid?: number }

function start(args: readonly string[], { env = {}, ...who }: Options = {}): ChildProcess {
  const base = { PATH: process.env.PATH, HOME: home, LANG: 'C.UTF-8', MSCTL_HOME: home }
  return spawn(process.execPath, [MAIN, ...args], { env: { ...base, ...env }, cwd: '/', ...who })
}

async function finish(child: ChildProcess): Promise<Result> {
  let out = ''
  let err = ''
  child.stdout?.on('data', (data) => (out += data))
  child.stderr?.on('data', (data) => (err += data))
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, out, err }
}

const msctl = (...args: string[]) => finish(start(args))
const up = (options?: Options) => finish(start(['up', '--driver', 'local', '--port', '0', '--json'], options))

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

  test('of two that are started at once, the second waits and finds everything done', async () => {
    const results = await Promise.all([up(), up()])
    expect(results.map(({ code }) => code)).toEqual([0, 0])
    const changes = results.map(({ out }) => (JSON.parse(out) as Change).changed.length)
    expect(changes.sort()).toEqual([0, 6])
    expect(results.map(({ err }) => err).join('')).toContain('waiting for another msctl: msctl up')
    expect(recorded().filter(isRunning)).toHaveLength(6)
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
    expect(err).toContain('Error: Interrupted.')
    expect(processes.filter(isRunning)).toEqual([])
    expect(existsSync(path.join(home, 'local.json'))).toBe(false)
    expect(existsSync(path.join(home, 'lock'))).toBe(false)
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
    await writeFile(
      path.join(home, 'lock'),
      JSON.stringify({ pid: process.pid, birth: 'before', command: 'msctl up' }),
    )

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

  test.runIf(isRoot)(
    'runs for an ordinary user',
    async () => {
      const own = await makeHome()
      await chown(own, NOBODY, NOBODY)
      const nobody = { uid: NOBODY, gid: NOBODY, env: { MSCTL_HOME: own, HOME: own } }
      onTestFinished(async () => {
        await finish(start(['down', '--volumes'], nobody))
        await rm(own, { recursive: true, force: true })
      })
      const { code, err } = await up(nobody)
      expect({ code, err: code === 0 ? '' : err }).toEqual({ code: 0, err: '' })
      const [first] = recorded(own)
      expect(readFileSync(`/proc/${first?.pid}/status`, 'utf8')).toContain(`Uid:\t${NOBODY}\t`)
      expect((await finish(start(['down', '--volumes'], nobody))).code).toBe(0)
    },
    60_000,
  )

  test.runIf(isRoot)(
    'runs for root in a folder that only root may enter',
    async () => {
      const closed = await mkdtemp(path.join(home, 'closed-'))
      const env = { MSCTL_HOME: path.join(closed, 'a folder') }
      onTestFinished(async () => void (await finish(start(['down', '--volumes'], { env }))))
      const { code, err } = await up({ env })
      expect({ code, err: code === 0 ? '' : err }).toEqual({ code: 0, err: '' })
      const shelter = await readlink(path.join(env.MSCTL_HOME, 'shelter'))
      expect((await finish(start(['down', '--volumes'], { env }))).code).toBe(0)
      expect(existsSync(shelter)).toBe(false)
    },
    60_000,
  )
})

describe('errors', () => {
  test('a taken port is said to be taken, and by whom; nothing is left behind', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as { port: number }
    const { code, out, err } = await msctl('up', '--driver', 'local', '--port', String(port))
    server.close()
    expect({ code, out }).toEqual({ code: 4, out: '' })
    expect(err.split('\n').slice(0, 3)).toEqual([
      `Error: Port ${port}, which gateway needs, is taken.`,
      expect.stringMatching(new RegExp(`^Why: +Process ${process.pid} listens there: .*node`)),
      'Next:  End that program, or choose another port: msctl up --port 8080',
    ])
    expect(recorded()).toEqual([])
  })

  test.for([
    [['stop', 'user'], 2, 'Error: There is no part called "user". Did you mean users?'],
    [['stop', 'service_users'], 2, 'Error: There is no part called "service_users". Did you mean users?'],
    [['stop', 'users'], 3, 'Error: The platform is not running.'],
    [
      ['stpo', 'users'],
      2,
      'Error: This is not how msctl is called: there is no command "stpo" — did you mean stop?',
    ],
    [
      ['up', '--prot', '80'],
      2,
      'Error: This is not how msctl is called: there is no option --prot — did you mean --port?',
    ],
    [['up', '--port', '99999'], 2, 'a port: 0 (any) to 65535'],
    [['up', '--driver', 'vagrant'], 2, 'one of auto, local, compose'],
    [['stop'], 2, 'Error: This is not how msctl is called: <part> is missing'],
    [['health', '--url', 'http://127.0.0.1:1'], 3, 'Error: Nothing answers at http://127.0.0.1:1.'],
    [['users', 'get', 'abc'], 2, '<id> cannot be "abc"; it has to be an id'],
    [['users', 'gte'], 2, 'there is no command "gte" — did you mean get?'],
    [['users', 'create', '--data', '{'], 2, 'Error: What --data holds is not a JSON object'],
    [
      ['orders', 'create', '--quantity', 'two'],
      2,
      '--quantity <number> cannot be "two"; it has to be a number',
    ],
    [
      ['users', 'get', '1', '--url', 'http://127.0.0.1:1'],
      3,
      'Error: Nothing answers at http://127.0.0.1:1.',
    ],
    [['schema', 'usres', 'get'], 2, 'Did you mean users get?'],
    [['--lang', 'ru', 'stop', 'user'], 2, 'Ошибка: Части с именем «user» нет. Может быть, users?'],
  ] as const)('%j exits with %i', async ([args, code, text]) => {
    const result = await msctl(...args)
    expect(result).toMatchObject({ code, out: '', err: expect.stringContaining(text) })
    expect(result.err.trimEnd().split('\n')).toHaveLength(3)
    // The same in every output mode.
    expect((await msctl(...args, '--json', '-q')).code).toBe(code)
  })
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
    expect(russian.out).toMatch(/Вызов: msctl up .*Примеры:\n {2}msctl up /s)
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

  test('ends quietly when nobody reads on', async () => {
    const child = spawn('/bin/sh', ['-c', `"$0" "$1" --help | head -n 1; echo done`, process.execPath, MAIN])
    const { out, err } = await finish(child)
    expect({ out: out.split('\n').at(-2), err }).toEqual({ out: 'done', err: '' })
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
