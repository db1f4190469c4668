// The launcher at the root, in a stand-in for a clone, with an npm that only writes down what it was asked.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFile, mkdir, mkdtemp, readFile, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { beforeEach, expect, test } from 'vitest'

const NPM = `#!/bin/sh
echo "$*" >> "$NPM_CALLS"
[ -z "$NPM_FAILS" ] || exit 1
case $1 in
  ci)
    if [ -n "$NPM_HANGS" ]; then mkdir -p node_modules; echo hanging >> "$NPM_CALLS"; exec sleep 60; fi
    sleep 0.2; mkdir -p node_modules; : > node_modules/.package-lock.json ;;
  run)
    mkdir -p cli/dist; : > cli/dist/.built
    echo 'console.log(JSON.stringify([process.argv.slice(2), process.env.MSCTL_SELF]))' > cli/dist/start.cjs ;;
esac
`

let dir: string
let clone: string
beforeEach(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'msctl launcher '))
  clone = path.join(dir, 'a clone')
  for (const folder of ['cli/src', 'sdk/src', 'gateway/src', 'services/users/src']) {
    await mkdir(path.join(clone, folder), { recursive: true })
  }
  await mkdir(path.join(dir, 'bin'))
  await writeFile(path.join(dir, 'bin', 'npm'), NPM, { mode: 0o755 })
  await writeFile(path.join(clone, 'package-lock.json'), '{"lockfileVersion": 3}')
  await copyFile(path.resolve(import.meta.dirname, '../../msctl'), path.join(clone, 'msctl'))
  return () => rm(dir, { recursive: true, force: true })
})

function launch(args: string[] = [], env: NodeJS.ProcessEnv = {}, file = path.join(clone, 'msctl')) {
  const PATH = `${path.join(dir, 'bin')}:${path.dirname(process.execPath)}:/usr/bin:/bin`
  const base = { PATH, LC_ALL: 'C', NPM_CALLS: path.join(dir, 'calls') }
  return spawn(file, args, { cwd: '/', env: { ...base, ...env }, detached: true })
}

async function finish(child: ReturnType<typeof launch>) {
  let out = ''
  let err = ''
  child.stdout.on('data', (data) => (out += data))
  child.stderr.on('data', (data) => (err += data))
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, out, err }
}

const run = (...args: Parameters<typeof launch>) => finish(launch(...args))

/** Waits until npm is in the middle of an installation. */
async function untilInstalling(): Promise<void> {
  const calls = () => readFile(path.join(dir, 'calls'), 'utf8').catch(() => '')
  await expect.poll(calls, { timeout: 15_000 }).toContain('hanging')
}

/** What npm has been asked since the last time. */
async function npmCalls(): Promise<string[]> {
  const file = path.join(dir, 'calls')
  const text = await readFile(file, 'utf8').catch(() => '')
  await rm(file, { force: true })
  return text.split('\n').filter(Boolean)
}

const INSTALL = 'ci --no-audit --no-fund'
const BUILD = 'run --silent build'
const inAMoment = () => new Date(Date.now() + 2_000)

test('installs and builds on first use, and later only what has to be', async () => {
  const first = await run(['status', 'a b'])
  expect(first).toMatchObject({
    code: 0,
    out: `${JSON.stringify([['status', 'a b'], path.join(clone, 'msctl')])}\n`,
  })
  expect(first.err).toBe(
    'msctl: installing the dependencies (only when they change)\nmsctl: building (only when sources change)\n',
  )
  expect(await npmCalls()).toEqual([INSTALL, BUILD])

  expect((await run()).err).toBe('')
  expect(await npmCalls()).toEqual([])

  await writeFile(path.join(clone, 'services/users/src/main.ts'), '')
  await utimes(path.join(clone, 'services/users/src/main.ts'), inAMoment(), inAMoment())
  await run()
  expect(await npmCalls()).toEqual([BUILD])
})

test('a new lock file is installed; one that was only touched is not', async () => {
  await run()
  await npmCalls()
  const lock = path.join(clone, 'package-lock.json')
  await utimes(lock, inAMoment(), inAMoment())
  await run()
  expect(await npmCalls()).not.toContain(INSTALL)
  await writeFile(lock, '{"lockfileVersion": 3, "packages": {}}')
  await utimes(lock, new Date(Date.now() + 4_000), new Date(Date.now() + 4_000))
  await run()
  expect(await npmCalls()).toEqual([INSTALL, BUILD])
})

test('works through symbolic links, absolute and relative', async () => {
  await run()
  await symlink(path.join(clone, 'msctl'), path.join(dir, 'absolute'))
  await mkdir(path.join(dir, 'deep'))
  await symlink('../absolute', path.join(dir, 'deep', 'msctl'))
  const { code, out } = await run(['x'], {}, path.join(dir, 'deep', 'msctl'))
  expect({ code, argv: JSON.parse(out)[0] }).toEqual({ code: 0, argv: ['x'] })
})

test('two first uses at once install once', async () => {
  const results = await Promise.all([run(), run(), run()])
  expect(results.map(({ code }) => code)).toEqual([0, 0, 0])
  expect(await npmCalls()).toEqual([INSTALL, BUILD])
  expect(results.map(({ err }) => err).join('')).toMatch(/waiting for another first use \(process \d+\)/)
})

test('the lock of a first use that was killed is taken over, and its installation done again', async () => {
  const child = launch([], { NPM_HANGS: '1' })
  const finished = finish(child)
  await untilInstalling()
  process.kill(-(child.pid ?? 0), 'SIGKILL')
  await finished
  await npmCalls()
  const again = await run()
  expect(again.code).toBe(0)
  expect(await npmCalls()).toEqual([INSTALL, BUILD])
})

test('Ctrl-C during the first use ends it, and gives the lock back', async () => {
  const child = launch([], { NPM_HANGS: '1' })
  const finished = finish(child)
  await untilInstalling()
  process.kill(-(child.pid ?? 0), 'SIGINT') // as a terminal does: to all of the group
  expect((await finished).code).toBe(130)
  await expect(readFile(path.join(clone, '.msctl', 'setup.lock'))).rejects.toThrow('ENOENT')
  expect((await run()).code).toBe(0)
})

test('a failed installation is an error that says so, in both languages', async () => {
  const english = await run([], { NPM_FAILS: '1' })
  expect(english).toMatchObject({ code: 4, out: '' })
  expect(english.err).toContain('Error: The dependencies could not be installed.\nWhy:   npm ci failed')
  const russian = await run([], { NPM_FAILS: '1', LC_ALL: 'ru_RU.UTF-8' })
  expect(russian.err).toContain('Ошибка: Не удалось установить зависимости.')
})

test('a missing or old Node.js is an error that says so', async () => {
  const tools = path.join(dir, 'tools')
  await mkdir(tools)
  for (const name of ['sh', 'cat', 'find', 'head', 'readlink', 'mkdir', 'chmod', 'ln', 'rm', 'mv']) {
    await symlink(`/bin/${name}`, path.join(tools, name)).catch(() => undefined)
  }
  expect(await run([], { PATH: tools })).toMatchObject({
    code: 4,
    err: 'Error: Node.js is not installed.\nWhy:   There is no node on PATH.\nNext:  Install Node.js 20.19 or later: https://nodejs.org/en/download\n',
  })
  await writeFile(path.join(tools, 'node'), '#!/bin/sh\necho 18.20.4\n', { mode: 0o755 })
  expect(await run([], { PATH: tools })).toMatchObject({
    code: 4,
    err: expect.stringContaining('Error: Node.js 18.20.4 is too old.'),
  })
})
