import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { promisify } from 'node:util'
import { createClient } from '@msctl/sdk'
import { build } from 'esbuild'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startPlatform, type TestPlatform } from '../sdk/src/testing/platform.ts'

const HERE = import.meta.dirname
const ROOT = path.dirname(HERE)
// Below node_modules, so that what the examples import is found.
const DIR = path.join(ROOT, 'node_modules/.cache', `msctl-examples-${process.pid}`)

let platform: TestPlatform

beforeAll(async () => {
  const starting = startPlatform({ environment: { BREAKER_RESET_SECONDS: '2', PAYMENT_FAILURE_RATE: '0' } })
  await mkdir(DIR, { recursive: true })
  const scripts = (await readdir(HERE)).filter((name) => name.endsWith('.mjs'))
  await build({
    entryPoints: scripts.map((name) => path.join(HERE, name)),
    outdir: DIR,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    // The SDK as it is written now, not as it was built last.
    conditions: ['@msctl/source'],
    banner: {
      js: `import { createRequire } from 'node:module'\nconst require = createRequire(import.meta.url)`,
    },
    logLevel: 'error',
  })
  platform = await starting
})
afterAll(async () => {
  await platform?.stop()
  await rm(DIR, { recursive: true, force: true })
})

const start = (script: string, ...options: string[]) =>
  spawn(process.execPath, [path.join(DIR, script), ...options], {
    env: { ...process.env, MSCTL_URL: platform.url },
    stdio: ['ignore', 'pipe', 'pipe'],
  })

/** Runs an example to its end. */
async function run(script: string, ...options: string[]) {
  const child = start(script, ...options)
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit'),
  ])
  return { code, stdout, stderr }
}

test('all compile', async () => {
  const compilerOptions = {
    ...{
      strict: true,
      noUncheckedIndexedAccess: true,
      noEmit: true,
      allowJs: true,
      checkJs: true,
      skipLibCheck: true,
    },
    ...{ target: 'es2023', lib: ['es2024'], module: 'nodenext', types: ['node'], rootDir: ROOT },
    ...{ customConditions: ['@msctl/source'], allowImportingTsExtensions: true },
  }
  const include = [path.join(HERE, '*.mjs'), path.join(HERE, 'vitest-suite/*.ts')]
  await writeFile(path.join(DIR, 'tsconfig.json'), JSON.stringify({ compilerOptions, include }))
  const tsc = path.join(ROOT, 'node_modules/typescript/bin/tsc')
  const { stdout } = await promisify(execFile)(process.execPath, [tsc, '-p', DIR]).catch(
    (error: { stdout: string }) => error,
  )
  expect(stdout).toBe('')
})

test('seed-data fills an empty platform, and changes nothing when it is run again', async () => {
  const counts = (users: number, orders: number) => [
    `${users} users created, 4 there now`,
    `${orders} orders created, 8 there now`,
    `${orders} payments created, 8 there now`,
  ]
  const first = await run('seed-data.mjs', '--users', '4', '--orders', '2')
  expect(first).toEqual({ code: 0, stderr: '', stdout: `${counts(4, 8).join('\n')}\n` })
  const second = await run('seed-data.mjs', '--users', '4', '--orders', '2')
  expect(second.stdout).toBe(`${counts(0, 0).join('\n')}\n`)
})

test('pay-once pays once, though the gateway is away at first, and though it is run twice', async () => {
  await platform.kill('gateway')
  const paying = start('pay-once.mjs', '--order', '4711', '--amount', '99.90')
  const [attempts] = await once(createInterface(paying.stderr), 'line')
  expect(attempts).toMatch(/^attempt 1 failed \(connection-failed\), again in \d+ ms$/)
  await platform.start('gateway')
  const [output, [code]] = await Promise.all([text(paying.stdout), once(paying, 'exit')])
  expect(code).toBe(0)
  expect(output).toMatch(/^payment \d+ of 99\.9 for order 4711: completed\n$/)

  const again = await run('pay-once.mjs', '--order', '4711', '--amount', '99.90')
  expect(again.stdout).toBe(output)
  const ms = createClient({ baseUrl: platform.url })
  expect(await ms.payments.list({ order_id: 4711 })).toHaveLength(1)

  const other = await run('pay-once.mjs', '--order', '4711', '--amount', '1')
  expect(other).toMatchObject({ code: 1, stdout: '' })
  expect(other.stderr).toContain('Idempotency-Key')
})

test('bulk-import imports what is good, and says which lines are not', async () => {
  const people = Array.from({ length: 150 }, (_, index) => `person${index}@example.com,Person ${index}`)
  const file = path.join(DIR, 'people.csv')
  await writeFile(
    file,
    ['email,name', ...people, 'no address,Nobody', 'person7@example.com,Twin', ''].join('\n'),
  )
  const { code, stdout, stderr } = await run('bulk-import.mjs', file, '--progress')
  const [summary, ...failures] = stdout.trim().split('\n')
  expect(summary).toBe('150 imported, 2 failed')
  expect(failures.sort()).toEqual([
    expect.stringMatching(/^line 152: .*email/),
    expect.stringMatching(/^line (9|153): /),
  ])
  expect(stderr).toMatch(/█{30} 100 % {2}150 imported, 2 failed \n$/)
  expect(code).toBe(1)
})

test('bulk-import reads CSV as spreadsheets write it: quoted, and with its columns in any order', async () => {
  const file = path.join(DIR, 'quoted.csv')
  const rows = [
    '"Doe, Jane ""JD""",x,jane@quoted.example',
    '"Two\nlines",y,two@quoted.example',
    ',z,nobody@quoted.example',
  ]
  await writeFile(file, `\ufeff${['name,note,email', ...rows].join('\r\n')}\r\n`)
  const { stdout } = await run('bulk-import.mjs', file)
  expect(stdout).toMatch(/^2 imported, 1 failed\nline 5: /)
  const ms = createClient({ baseUrl: platform.url })
  const all = await ms.users.list()
  const names = all.flatMap(({ email, name }) => (email.endsWith('@quoted.example') ? [name] : []))
  expect(names.sort()).toEqual(['Doe, Jane "JD"', 'Two\nlines'])
})

test.each(['bulk-import', 'pay-once', 'seed-data', 'watch-breaker'])(
  '%s says how it is used, and what is wrong with its command line, without a stack',
  async (name) => {
    const usage = `Usage: node examples/${name}.mjs `
    const help = await run(`${name}.mjs`, '--help')
    expect(help).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining(usage) })
    const wrong = await run(`${name}.mjs`, '--nope')
    expect(wrong).toMatchObject({ code: 2, stdout: '' })
    expect(wrong.stderr).toContain("'--nope'")
    expect(wrong.stderr).toContain(usage)
    expect(wrong.stderr).not.toMatch(/^ {4}at /m)
  },
)

test.each([
  [['bulk-import.mjs', '/nope.csv'], 1, /^ENOENT: no such file or directory, .*'\/nope\.csv'\n$/],
  [['bulk-import.mjs'], 2, /^Which file\?\nUsage: /],
  [['seed-data.mjs', '--users', 'two'], 2, /^--users has to be a whole number from 1 up, not two\nUsage: /],
])('%j ends with a message, and no stack', async ([script = '', ...options], code, message) => {
  const { stderr, ...ended } = await run(script, ...options)
  expect(ended).toEqual({ code, stdout: '' })
  expect(stderr).toMatch(message)
})

test('the Vitest suite passes on the platform', async () => {
  const config = path.join(DIR, 'vitest.config.mjs')
  const conditions = `conditions: ['@msctl/source']`
  await writeFile(
    config,
    `export default { resolve: { ${conditions} }, ssr: { resolve: { ${conditions} } }, test: { include: ['*.spec.ts'] } }`,
  )
  const vitest = path.join(ROOT, 'node_modules/vitest/vitest.mjs')
  const child = spawn(
    process.execPath,
    [vitest, 'run', '--root', path.join(HERE, 'vitest-suite'), '--config', config, '--reporter', 'json'],
    { env: { ...process.env, MSCTL_URL: platform.url }, stdio: ['ignore', 'pipe', 'inherit'] },
  )
  const report = JSON.parse(await text(child.stdout)) as { numPassedTests: number; numTotalTests: number }
  expect([report.numPassedTests, report.numTotalTests]).toEqual([6, 6])
})

// Last, for it leaves a circuit open.
test('watch-breaker shows a circuit open', async () => {
  const watching = start('watch-breaker.mjs', '--until', 'OPEN')
  const lines: string[] = []
  const output = createInterface(watching.stdout).on('line', (line) => lines.push(line))
  await expect.poll(() => lines.length, { timeout: 10_000 }).toBe(3)
  expect(lines.map((line) => line.slice(14))).toEqual([
    'users    CLOSED',
    'orders   CLOSED',
    'payments CLOSED',
  ])
  await platform.kill('users')
  const ms = createClient({ baseUrl: platform.url, maxRetries: 0 })
  for (let n = 1; n <= 5; n += 1) await expect(ms.users.get(1)).rejects.toThrow()
  await once(output, 'close')
  expect(lines.at(-1)?.slice(14)).toBe('users    CLOSED → OPEN  after 5 failures, tries again in 2 s')
})
