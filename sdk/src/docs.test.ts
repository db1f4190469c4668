import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { promisify } from 'node:util'
import { build } from 'esbuild'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createClient, type ServiceName } from './index.ts'
import { startPlatform, type TestPlatform } from './testing/platform.ts'

const ROOT = path.resolve(import.meta.dirname, '../..')
// Below node_modules, so that what the examples import is found.
const DIR = path.join(ROOT, 'node_modules/.cache', `msctl-docs-${process.pid}`)
const DOCS = ['docs/sdk.md', 'sdk/README.md']

interface Example {
  /** Where it stands, `docs/sdk.md:17`. */
  name: string
  file: string
  /** What has to be down while it runs: ` ```ts down=users `. */
  down: string | undefined
  code: string
  /** What it must print: the comments behind `→`, where `…` stands for anything. */
  output: RegExp
}

const FENCE = /^```ts(?: down=(\w+))?\n(.*?)^```$/gms
const PRINTS = /\/\/ → (.*)$/gm

async function readExamples(doc: string): Promise<Example[]> {
  const page = await readFile(path.join(ROOT, doc), 'utf8')
  return [...page.matchAll(FENCE)].map(({ 1: down, 2: code = '', index }, number) => ({
    name: `${doc}:${page.slice(0, index).split('\n').length}`,
    file: `${path.basename(doc, '.md')}-${number}.ts`,
    down,
    code,
    output: new RegExp(
      `^${[...code.matchAll(PRINTS)].map(([, line = '']) => `${toPattern(line)}\n`).join('')}$`,
    ),
  }))
}

const toPattern = (line: string): string => line.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replaceAll('…', '.*')

const examples = (await Promise.all(DOCS.map(readExamples))).flat()

let platform: TestPlatform

beforeAll(async () => {
  const starting = startPlatform({ environment: { BREAKER_RESET_SECONDS: '2' } })
  await mkdir(DIR, { recursive: true })
  for (const { file, code } of examples) {
    const prelude = /const ms = /.test(code)
      ? ''
      : `import { createClient as prelude } from '@msctl/sdk'\nconst ms = prelude({ baseUrl: 'http://localhost:8000' })\n`
    await writeFile(path.join(DIR, file), `${prelude}${code}export {}\n`)
  }
  platform = await starting
  await build({
    entryPoints: examples.map(({ file }) => path.join(DIR, file)),
    outdir: DIR,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    platform: 'node',
    format: 'esm',
    target: 'node20.19',
    conditions: ['@msctl/source'],
    banner: {
      js: `import { createRequire } from 'node:module'\nconst require = createRequire(import.meta.url)`,
    },
    plugins: [
      {
        name: 'platform',
        setup({ onLoad }) {
          onLoad({ filter: /msctl-docs-/ }, async ({ path: file }) => ({
            contents: (await readFile(file, 'utf8')).replaceAll('http://localhost:8000', platform.url),
            loader: 'ts',
          }))
        },
      },
    ],
    logLevel: 'error',
  })
})
afterAll(async () => {
  await platform?.stop()
  await rm(DIR, { recursive: true, force: true })
})

/** Each example finds the platform as a reader would: empty, and well. */
beforeEach(async () => {
  const ms = createClient({ baseUrl: platform.url })
  for await (const { id } of ms.users.list()) await ms.users.delete(id)
})

const isService = (name: string | undefined): name is ServiceName => name !== undefined

describe('the examples in the docs', () => {
  test('are there', () => {
    expect(examples.length).toBeGreaterThanOrEqual(9)
  })

  test('compile, strictly', async () => {
    const compilerOptions = {
      ...{ strict: true, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true, noEmit: true },
      ...{ target: 'es2022', lib: ['es2024'], module: 'nodenext', types: ['node'], skipLibCheck: true },
      ...{ customConditions: ['@msctl/source'], allowImportingTsExtensions: true },
    }
    const include = ['*.ts', path.join(ROOT, 'sdk/src/*.d.ts')]
    await writeFile(path.join(DIR, 'tsconfig.json'), JSON.stringify({ compilerOptions, include }))
    const tsc = path.join(ROOT, 'node_modules/typescript/bin/tsc')
    const { stdout } = await promisify(execFile)(process.execPath, [tsc, '-p', DIR]).catch(
      (error: { stdout: string }) => error,
    )
    expect(stdout).toBe('')
  })

  test.each(examples)('$name runs, and prints what it says', async ({ file, down, output }) => {
    if (isService(down)) await platform.kill(down)
    const script = path.join(DIR, file.replace('.ts', '.mjs'))
    const child = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'pipe'] })
    const [stdout, stderr, [code]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, 'exit'),
    ])
    if (isService(down)) {
      await platform.start(down)
      // A trial closes the circuit again.
      const ms = createClient({ baseUrl: platform.url, timeoutMs: 15_000, maxRetries: 20 })
      await ms[down].list({ limit: 1 })
    }
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toMatch(output)
  })
})
