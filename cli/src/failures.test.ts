// What goes wrong, provoked for real, and what msctl says of it: three lines, and the documented exit code. Of two `up` at
// once, Ctrl-C in the middle of one, and a machine that crashed, main.test.ts tells: these are no failures in the end.
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { chmod, mkdir, open, readdir, rm, writeFile } from 'node:fs/promises'
import { createServer as createHttpServer } from 'node:http'
import { type AddressInfo, createServer, type Server } from 'node:net'
import path from 'node:path'
import { installCommand } from '@msctl/platform/install-command'
import { freePort } from '@msctl/platform/ports'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import * as z from 'zod/mini'
import { ErrorJson } from './commands/schema.ts'
import { finish, MAIN, makeHome, type Result, startMsctl } from './testing/msctl.ts'

const isRoot = process.getuid?.() === 0

let home: string
beforeEach(async () => {
  home = await makeHome()
  return () => rm(home, { recursive: true, force: true })
})

/** With nothing on PATH: asking Docker whether it is there takes a second. */
const env = { PATH: '/nowhere' }

/** An explanation: what happened, why, and what to do next. */
type Lines = readonly [what: string | RegExp, why: string | RegExp, next: string | RegExp]

interface Expected {
  readonly code: number
  readonly lines: Lines
  readonly env?: NodeJS.ProcessEnv
  /** Runs msctl elsewhere than in this process's surroundings. */
  readonly run?: (args: readonly string[]) => Promise<Result>
}

const LABELS = ['Ошибка: ', 'Почему: ', 'Дальше: '] as const

/** Progress comes before the three lines, and none of it is an error. */
const lastLines = ({ err }: Result) => err.trimEnd().split('\n').slice(-3)

async function expectFailure(args: readonly string[], { code, lines, run, ...options }: Expected) {
  const msctl = run ?? ((words: readonly string[]) => finish(startMsctl(words, { env, home, ...options })))
  const english = await msctl([...args, '--json', '-q'])
  const [what, why, next] = lines.map((line) =>
    typeof line === 'string' ? line : expect.stringMatching(new RegExp(`^${line.source}$`)),
  )
  expect({ ...english, err: z.parse(ErrorJson, JSON.parse(english.err)) }).toEqual({
    ...{ code, out: '' },
    err: { error: expect.objectContaining({ message: what, why, next }) },
  })
  const russian = await msctl([...args, '--lang', 'ru'])
  expect({ code: russian.code, out: russian.out }).toEqual({ code, out: '' })
  for (const [index, line] of lastLines(russian).entries()) {
    expect(line.startsWith(LABELS[index] ?? '?')).toBe(true)
    // Why is often said by the system, in its own words.
    if (index !== 1) expect(line.slice(LABELS[index]?.length)).toMatch(/[а-яё]{3}/)
  }
}

/** Where a server listens that is taken away after the test. */
async function listen(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

describe('the gateway', () => {
  const next = 'See what runs: msctl status; start it: msctl up; or name another address: --url URL'

  test.for([['users', 'get', '1'], ['orders', 'list'], ['health'], ['load']])('is down: %j', async (args) => {
    const url = `http://127.0.0.1:${await freePort()}`
    await expectFailure([...args, '--url', url], {
      code: 3,
      lines: [`Nothing answers at ${url}.`, `connect ECONNREFUSED ${url.slice('http://'.length)}`, next],
    })
  })

  test('was killed', async () => {
    const closing = createServer((socket) => socket.destroy())
    const url = await listen(closing)
    for (const args of [['users', 'get', '1'], ['health']]) {
      await expectFailure([...args, '--url', url], {
        code: 3,
        lines: [`Nothing answers at ${url}.`, /(other side closed|socket hang up|read ECONNRESET)/, next],
      })
    }
  })

  test('is not what answers there: a page', async () => {
    const url = await listen(createHttpServer((_request, response) => response.writeHead(404).end('<html>')))
    const what = `Something answers at ${url}, but it is not this platform's gateway.`
    const lines = (why: string): Lines => [what, why, 'Name the gateway: --url URL']
    const get = ['users', 'get', '1', '--url', url]
    await expectFailure(get, { code: 3, lines: lines(`GET ${url}/users/1: 404`) })
    await expectFailure(['health', '--url', url], { code: 3, lines: lines(`GET ${url}/health: 404`) })
  })

  test('is not what answers there: other JSON', async () => {
    const page = createHttpServer((_request, response) =>
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"hello": "world"}'),
    )
    const url = await listen(page)
    const what = `Something answers at ${url}, but it is not this platform's gateway.`
    for (const args of [['users', 'get', '1'], ['health']]) {
      const lines: Lines = [what, /.*(id|status).*/, 'Name the gateway: --url URL']
      await expectFailure([...args, '--url', url], { code: 3, lines })
    }
  })

  test('is not what answers there: no HTTP at all', async () => {
    const url = await listen(createServer((socket) => socket.end('220 mail.example.com ESMTP\r\n')))
    const what = `Something answers at ${url}, but it is not this platform's gateway.`
    for (const args of [['users', 'get', '1'], ['health']]) {
      const lines: Lines = [what, /.*Expected HTTP\/.*/, 'Name the gateway: --url URL']
      await expectFailure([...args, '--url', url], { code: 3, lines })
    }
  })
})

describe('up finds', { timeout: 60_000 }, () => {
  const up = ['up', '--driver', 'local', '--port', '0']

  test('its port taken, and says by what', async () => {
    const script = `require('net').createServer().listen(0, '127.0.0.1', function () { console.log(this.address().port) })`
    const holder = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
    onTestFinished(() => void holder.kill())
    const [port] = (await once(holder.stdout, 'data')) as [Buffer]
    const number = port.toString().trim()
    await expectFailure(['up', '--driver', 'local', '--port', number], {
      code: 4,
      lines: [
        `Port ${number}, which gateway needs, is taken.`,
        `Process ${holder.pid} listens there: ${process.execPath} -e ${script}`,
        'End that program, or choose another port: msctl up --port 8080',
      ],
    })
    expect(await readdir(home)).toEqual(['cache'])
  })

  test('Docker there, but not running', async () => {
    const bin = path.join(home, 'bin')
    await mkdir(bin)
    const words =
      'Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?'
    await writeFile(path.join(bin, 'docker'), `#!/bin/sh\necho '${words}' >&2\nexit 1\n`, { mode: 0o755 })
    await expectFailure(['up', '--driver', 'compose'], {
      code: 4,
      env: { PATH: bin },
      lines: [
        'The compose driver needs Docker and Compose, which do not answer here.',
        words,
        'Start Docker, or do without: msctl up --driver local',
      ],
    })
  })

  test('no Redis to be had', async ({ skip }) => {
    const installed = ['/usr/bin/redis-server', '/usr/local/bin/redis-server', '/usr/bin/valkey-server']
    const found = installed.find((file) => spawnSync(file, ['--version']).error === undefined)
    skip(found !== undefined, `${found} is installed, and msctl would find it`)
    await rm(path.join(home, 'cache'), { recursive: true })
    await expectFailure(up, {
      code: 4,
      lines: [
        'There is no Redis or Valkey to run, and none could be fetched.',
        'neither redis-server nor valkey-server is on PATH',
        `Install one: ${installCommand('redis')}; or use Docker: msctl up --driver compose`,
      ],
    })
  })

  test("another PostgreSQL's data", async () => {
    const folder = path.join(home, 'data', 'postgres')
    await mkdir(folder, { recursive: true })
    await writeFile(path.join(folder, 'PG_VERSION'), '14\n')
    await expectFailure(up, {
      code: 4,
      lines: [
        `The data in ${folder} are not of PostgreSQL 15.`,
        'They were written by PostgreSQL 14, and each major version reads only its own.',
        'Move the folder away, or throw the data away: msctl up --fresh',
      ],
    })
    expect(await readdir(folder)).toEqual(['PG_VERSION']) // it is not ours to touch
  })

  const ADVICE = `Make it writable and see that the disk is not full, or use another folder: MSCTL_HOME=/some/folder msctl up`

  test.skipIf(isRoot)('a state folder that it may not write to (not as root, who may)', async () => {
    await chmod(home, 0o500)
    onTestFinished(() => chmod(home, 0o700))
    await expectFailure(up, {
      code: 4,
      lines: [`${home} cannot be written to.`, /EACCES: permission denied, .*/, ADVICE],
    })
  })

  /** More than any of the disks holds. */
  const FILL = 'dd if=/dev/zero of="$MSCTL_HOME/fill" bs=4k count=30000 2>&-'
  const ALONE = ['--mount', '--pid', '--fork', '--mount-proc', '--kill-child']

  /**
   * msctl on a disk of its own, which is gone with it, as is all that it starts: nothing else sees either.
   *
   * @param prepare Shell, run where the disk is `$MSCTL_HOME`.
   */
  const onDisk = (options: string, prepare: string) => (args: readonly string[]) => {
    const script = `mount -t tmpfs -o ${options} none "$MSCTL_HOME" || exit; ${prepare}; PATH=/nowhere "$0" "$@"`
    const surroundings = {
      ...{ PATH: process.env.PATH, HOME: home, LANG: 'C.UTF-8' },
      MSCTL_HOME: path.join(home, 'disk'),
    }
    const command = [...ALONE, 'sh', '-c', script, process.execPath, MAIN, ...args]
    const child = spawn('unshare', command, { env: surroundings, cwd: '/' })
    onTestFinished(() => void child.kill('SIGKILL'))
    return finish(child)
  }
  const canMount = spawnSync('unshare', [...ALONE, 'mount', '-t', 'tmpfs', 'none', '/mnt']).status === 0
  const whyNot = 'only root may mount a disk, and not in every container'

  test('a state folder on a disk that is read-only', async ({ skip }) => {
    skip(!canMount, whyNot)
    await mkdir(path.join(home, 'disk'))
    await expectFailure(up, {
      code: 4,
      run: onDisk('ro', ':'),
      lines: [`${home}/disk cannot be written to.`, /EROFS: read-only file system, .*/, ADVICE],
    })
  })

  test('a disk that is full', async ({ skip }) => {
    skip(!canMount, whyNot)
    await mkdir(path.join(home, 'disk'))
    await expectFailure(up, {
      code: 4,
      run: onDisk('size=64k', FILL),
      lines: [`${home}/disk cannot be written to.`, /ENOSPC: no space left on device, .*/, ADVICE],
    })
  })

  test('a disk that gets full while the database is created', async ({ skip }) => {
    skip(!canMount, whyNot)
    await mkdir(path.join(home, 'disk'))
    await expectFailure(up, {
      code: 4,
      run: onDisk('size=32m,mode=711', 'cp -a "$HOME/cache" "$MSCTL_HOME"'),
      lines: [
        'The database could not be created.',
        /.*No space left on device/,
        'See that the disk is not full and the folder writable, then run msctl up again',
      ],
    })
  })

  test('on a disk that got full while it ran, down all the same', async ({ skip }) => {
    skip(!canMount, whyNot)
    await mkdir(path.join(home, 'disk'))
    const started = '"$0" "$1" up --driver local --port 0 -q >&2'
    const prepare = `cp -a "$HOME/cache" "$MSCTL_HOME"; ${started}; ${FILL}`
    const { code, out } = await onDisk('size=100m,mode=711', prepare)(['down', '--volumes'])
    expect({ code, out }).toEqual({ code: 0, out: 'The platform is down, and its data are removed.\n' })
  })
})

describe('what it prints', () => {
  test.skipIf(!existsSync('/dev/full')).for([['--version'], ['--help'], ['config']])(
    'goes to a disk that is full: msctl %s',
    async (args) => {
      const full = await open('/dev/full', 'w')
      onTestFinished(() => full.close())
      const child = spawn(process.execPath, [MAIN, ...args], {
        env: { ...env, HOME: home, MSCTL_HOME: home, LANG: 'C.UTF-8' },
        stdio: ['ignore', full.fd, 'pipe'],
      })
      const { code, err } = await finish(child)
      expect(code).toBe(4)
      expect(err.split('\n')).toEqual([
        'Error: The output cannot be written.',
        'Why:   ENOSPC: no space left on device, write',
        'Next:  Send it elsewhere, or make room where it goes',
        '',
      ])
    },
  )

  test('names msctl as it was called, wherever it says what can be typed', async () => {
    const self = { ...env, MSCTL_SELF: './msctl' }
    const run = (...args: string[]) => finish(startMsctl(args, { home, env: self }))
    expect((await run('stop', 'users')).err).toContain('Next:  Start it: ./msctl up\n')
    expect((await run('status')).err).toContain('Start it: ./msctl up\n')
    expect((await run('users', 'gte')).err).toContain('Next:  See ./msctl users --help\n')
    const help = await run('users', 'create', '--help')
    expect(help.out).toContain(' | ./msctl users create --data -')
    expect(help.out).not.toMatch(/(?<!\.\/)msctl users create -/)
  })
})

describe('what is named is looked at before anything is started', { timeout: 60_000 }, () => {
  const next = 'Check the path'
  const why = (name: string) => `It is what ${name} names, and is looked at before anything is started.`

  test.for([
    [['grade', '/nope'], '/nope', 'msctl grade'],
    [['verify', '--source', '/nope'], '/nope', '--source'],
    [['verify', '--control', '/nope/ctl'], '/nope/ctl', '--control'],
  ] as const)('%j is not there', async ([args, given, name]) => {
    await expectFailure(args, { code: 2, lines: [`There is no ${given}.`, why(name), next] })
  })

  test('a file is no folder, and one that cannot be run no program', async () => {
    const file = path.join(home, 'plain.txt')
    await writeFile(file, '')
    const isNoFolder = `${file} is not a folder.`
    await expectFailure(['grade', file], { code: 2, lines: [isNoFolder, why('msctl grade'), next] })
    await expectFailure(['verify', '--source', file], { code: 2, lines: [isNoFolder, why('--source'), next] })
    await expectFailure(['verify', '--control', file], {
      code: 2,
      lines: [
        `${file} is not a program that can be run.`,
        why('--control'),
        `Make it executable: chmod +x ${file}`,
      ],
    })
  })
})

describe('a request whose log lines are asked for', () => {
  test('is told when there are none', async () => {
    await expectFailure(['logs', '--request-id', 'nope'], {
      code: 1,
      lines: [
        'No log line has the request id nope.',
        'It is not in the logs of any part that are kept here, or the level leaves it out.',
        /The id is in the header X-Request-Id of the answer; .*/,
      ],
    })
  })

  test('and a log without lines says so, without failing', async () => {
    const { code, out, err } = await finish(startMsctl(['logs'], { env, home }))
    expect({ code, out, err }).toEqual({ code: 0, out: '', err: 'There is no such line in the logs.\n' })
  })
})

describe('an error as JSON', () => {
  test('names the request that failed, and with -v where', async () => {
    const server = createHttpServer((request, response) =>
      response
        .writeHead(503, {
          'content-type': 'application/problem+json',
          'x-request-id': String(request.headers['x-request-id'] ?? 'r-1'),
        })
        .end(
          '{"type": "urn:msctl:problem:unavailable", "title": "x", "status": 503, "detail": "The database is away."}',
        ),
    )
    const get = ['users', 'get', '1', '--url', await listen(server), '--json', '-v']
    const { code, err } = await finish(startMsctl(get, { env, home }))
    expect({ code, err: JSON.parse(err) }).toEqual({
      code: 3,
      err: {
        error: {
          code: 'service-unavailable',
          message: 'users runs, but cannot do this now (503).',
          why: 'The database is away.',
          next: 'See which part is down: msctl status; start the database: msctl start db; what it says: msctl logs users',
          requestId: expect.any(String),
          stack: expect.stringContaining('Caused by: '),
        },
      },
    })
  })

  test('has a schema', async () => {
    const { code, out } = await finish(startMsctl(['schema', 'error'], { env, home }))
    expect({ code, schema: JSON.parse(out) }).toMatchObject({ code: 0, schema: { anyOf: expect.anything() } })
  })
})

describe('the command line', () => {
  test('names a scenario that could not be run', async () => {
    await expectFailure(['scenario', 'new', path.join(home, 'x.py')], {
      code: 2,
      lines: [
        /Wrong usage: \[file\] cannot be ".*x\.py"; it has to be a file that ends in \.ts, .*/,
        'The command line could not be understood, so nothing was done.',
        'See msctl scenario new --help',
      ],
    })
    expect(await readdir(home)).toEqual(['cache'])
  })

  test('has broken JSON in it', async () => {
    const broken = '{"email": ann@example.com}'
    await expectFailure(['users', 'create', '--data', broken], {
      code: 2,
      lines: [
        '--data does not hold a JSON object, so nothing was sent.',
        /.*JSON.*/,
        `Put the whole of it between single quotes: --data '{"name": "Ann"}', or send it to --data -`,
      ],
    })
  })

  test.for([
    [['stop', 'user'], 2, 'There is no part called "user". Did you mean users?'],
    [['restart', 'service_users'], 2, 'There is no part called "service_users". Did you mean users?'],
    [['logs', 'redis'], 2, 'There is no part called "redis". Did you mean cache?'],
    [['stop', 'users'], 3, 'The platform is not running.'],
    [['schema', 'usres', 'get'], 2, 'There is no command "usres get" with a result. Did you mean users get?'],
  ] as const)('%j names what there is not', async ([args, code, what]) => {
    await expectFailure(args, { code, lines: [what, /.+/, /.+/] })
  })

  test.for([
    [['stpo', 'users'], 'there is no command "stpo" — did you mean stop?'],
    [['up', '--prot', '80'], 'there is no option --prot — did you mean --port?'],
    [['up', '--port', '99999'], '--port <port> cannot be "99999"; it has to be a port: 0 (any) to 65535'],
    [
      ['up', '--driver', 'vagrant'],
      '--driver <driver> cannot be "vagrant"; it has to be one of auto, local, compose',
    ],
    [['stop'], '<part> is missing'],
    [['users', 'get', 'abc'], '<id> cannot be "abc"; it has to be an id: a whole number'],
    [['users', 'gte'], 'there is no command "gte" — did you mean get?'],
    [['orders', 'create', '--quantity', 'two'], '--quantity <number> cannot be "two"; it has to be a number'],
  ] as const)('%j is a wrong one', async ([args, detail]) => {
    await expectFailure(args, {
      code: 2,
      lines: [
        `Wrong usage: ${detail}`,
        'The command line could not be understood, so nothing was done.',
        /See msctl( \w+)* --help/,
      ],
    })
  })
})
