import { execFile } from 'node:child_process'
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const run = promisify(execFile)
const ROOT = path.resolve(import.meta.dirname, '../..')
const SDK = path.join(ROOT, 'sdk')
const require = createRequire(import.meta.url)

/** The last of the oldest line that docs/sdk.md promises. */
const OLDEST_TYPESCRIPT = '5.4.5'

let dir: string
let tarball: string

const inProject = (command: string, ...options: string[]) => run(command, options, { cwd: dir, shell: false })
const node = (...options: string[]) => inProject(process.execPath, ...options)

/** A program of a package of the workspace. */
function bin(name: string, program = name): string {
  const manifest = path.join(ROOT, 'node_modules', name, 'package.json')
  const { bin: programs } = require(manifest) as { bin: string | Record<string, string> }
  return path.join(
    path.dirname(manifest),
    typeof programs === 'string' ? programs : (programs[program] ?? ''),
  )
}

// What is tested is what would be published: built, packed, and installed in a project that knows nothing else.
beforeAll(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'msctl-sdk-package-'))
  // Built beside, for others may be using the package's own `dist` right now.
  const copy = path.join(dir, 'sdk')
  for (const part of ['package.json', 'README.md', 'src']) {
    await cp(path.join(SDK, part), path.join(copy, part), { recursive: true })
  }
  const { buildSdk } = (await import('../build.mjs' as string)) as {
    buildSdk: (options: { dist: string }) => Promise<void>
  }
  await buildSdk({ dist: path.join(copy, 'dist') })
  const packed = await run('npm', ['pack', '--json', '--pack-destination', dir], { cwd: copy })
  const [{ filename }] = JSON.parse(packed.stdout) as [{ filename: string }]
  tarball = path.join(dir, filename)
  const { devDependencies } = JSON.parse(await readFile(path.join(ROOT, 'package.json'), 'utf8')) as {
    devDependencies: Record<string, string>
  }
  await writeFile(path.join(dir, 'package.json'), JSON.stringify({ name: 'empty', private: true }))
  await inProject(
    'npm',
    ...['install', '--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts'],
    ...[tarball, `@types/node@${devDependencies['@types/node']}`, `typescript@${OLDEST_TYPESCRIPT}`],
  )
})
afterAll(() => rm(dir, { recursive: true, force: true }))

const SCRIPT = `
  const ms = createClient({ baseUrl: 'http://127.0.0.1:1', maxRetries: 0 })
  ms.users.get(1).catch((error) => {
    console.log(isConnectionError(error), error instanceof ConnectionError, User !== undefined)
    return ms.close()
  })`

describe('installed in an empty project', () => {
  test('an ES module can import it', async () => {
    await writeFile(
      path.join(dir, 'script.mjs'),
      `import { ConnectionError, createClient, isConnectionError } from '@msctl/sdk'
      import { User } from '@msctl/sdk/contract'\n${SCRIPT}`,
    )
    expect((await node('script.mjs')).stdout).toBe('true true true\n')
  })

  test('a CommonJS module can require it', async () => {
    await writeFile(
      path.join(dir, 'script.cjs'),
      `const { ConnectionError, createClient, isConnectionError } = require('@msctl/sdk')
      const { User } = require('@msctl/sdk/contract')\n${SCRIPT}`,
    )
    // As a Node that cannot load ES modules by require would.
    const options = process.allowedNodeEnvironmentFlags.has('--no-experimental-require-module')
      ? ['--no-experimental-require-module']
      : []
    expect((await node(...options, 'script.cjs')).stdout).toBe('true true true\n')
  })

  test('errors of one kind of module are known by the guards of the other', async () => {
    await writeFile(
      path.join(dir, 'both.mjs'),
      `import { createRequire } from 'node:module'
      import { createClient, ConnectionError } from '@msctl/sdk'
      const { isConnectionError } = createRequire(import.meta.url)('@msctl/sdk')
      const ms = createClient({ baseUrl: 'http://127.0.0.1:1', maxRetries: 0 })
      ms.users.get(1).catch((error) => console.log(error instanceof ConnectionError, isConnectionError(error)))`,
    )
    expect((await node('both.mjs')).stdout).toBe('true true\n')
  })

  test.each(['project', 'workspace'])(
    "strict TypeScript files of both kinds compile, libraries checked, with the %s's compiler: the oldest and the newest",
    async (whose) => {
      const script = `import { createClient, isValidationError, type Order, type User } from '@msctl/sdk'
      import { PROBLEMS } from '@msctl/sdk/contract'
      async function main(): Promise<[User, Order[] | null, number]> {
        const ms = createClient({ baseUrl: 'http://localhost:8000', validate: 'warn' })
        const ann: User = await ms.users.create({ email: 'ann@example.com', name: 'Ann' })
        for await (const order of ms.orders.list({ userId: ann.id })) order.product.toUpperCase()
        for await (const { data } of ms.users.list().pages()) data.map(({ name }) => name.toUpperCase())
        for await (const event of ms.gateway.watch()) if (event.type === 'transition') event.service.at(0)
        const { orders } = await ms.users.details(ann.id).catch((error: unknown) => {
          if (isValidationError(error)) throw new Error(error.errors.map(({ path }) => path).join())
          throw error
        })
        await ms.close()
        return [ann, orders, PROBLEMS['not-found'].status]
      }
      void main`
      const files = ['esm.mts', 'commonjs.cts']
      for (const file of files) await writeFile(path.join(dir, file), script)
      const options = ['--strict', '--exactOptionalPropertyTypes', '--noUncheckedIndexedAccess', '--noEmit']
      const target = ['--target', 'es2022', '--lib', 'es2023', '--module', 'nodenext', '--types', 'node']
      const { stdout } = await node(
        whose === 'workspace' ? bin('typescript', 'tsc') : path.join(dir, 'node_modules/typescript/bin/tsc'),
        ...[...options, ...target, '--skipLibCheck', 'false', ...files],
      ).catch((error: { stdout: string }) => error)
      expect(stdout).toBe('')
    },
    120_000, // every library's types, by a compiler from before the fast one
  )

  test('it brings undici and zod, and nothing else', async () => {
    const { stdout } = await inProject('npm', 'ls', '--all', '--parseable', '--omit=dev')
    const installed = stdout.trim().split('\n').slice(1)
    const names = installed.map((line) =>
      line.slice(line.lastIndexOf('node_modules/') + 'node_modules/'.length),
    )
    expect(
      names.filter((name) => !['@types/node', 'undici-types', 'typescript'].includes(name)).sort(),
    ).toEqual(['@msctl/sdk', 'undici', 'zod'])
  })

  test('it holds no tests, and every file that its exports name', async () => {
    const { stdout } = await run('tar', ['-tzf', tarball])
    const files = stdout.trim().split('\n')
    expect(files.filter((file) => /\.test\.|\/testing\//.test(file))).toEqual([])
    const { exports } = JSON.parse(await readFile(path.join(SDK, 'package.json'), 'utf8')) as {
      exports: unknown
    }
    const targets = [...JSON.stringify(exports).matchAll(/"\.\/([^"]+\.[^"]+)"(?!:)/g)].map(
      ([, file]) => `package/${file}`,
    )
    expect(targets).toHaveLength(11)
    expect(targets.filter((file) => !files.includes(file))).toEqual([])
    expect(files).toContain('package/README.md')
  })
})

test('publint finds nothing', async () => {
  const { stdout } = await run(process.execPath, [bin('publint'), 'run', tarball, '--strict'])
  expect(stdout).toContain('All good!')
})

test('arethetypeswrong finds nothing', async () => {
  const { stdout } = await run(process.execPath, [
    bin('@arethetypeswrong/cli', 'attw'),
    tarball,
    '--format',
    'json',
  ])
  expect(JSON.parse(stdout)).toMatchObject({ problems: {} })
})

describe('bundled for a caller', () => {
  /** What docs/sdk.md promises, in bytes. */
  const BUDGET = { minified: 60_000, gzipped: 20_000 }

  test('minified and without undici, it stays within its budget, and the docs say so', async () => {
    const { outputFiles } = await build({
      stdin: { contents: `export { createClient } from '@msctl/sdk'`, resolveDir: dir },
      bundle: true,
      write: false,
      minify: true,
      platform: 'node',
      format: 'esm',
      external: ['undici'],
    })
    const contents = outputFiles[0]?.contents ?? new Uint8Array()
    const size = { minified: contents.length, gzipped: gzipSync(contents, { level: 9 }).length }
    expect(size.minified).toBeLessThan(BUDGET.minified)
    expect(size.gzipped).toBeLessThan(BUDGET.gzipped)
    // A budget that is far off guards nothing.
    expect(size.minified).toBeGreaterThan(BUDGET.minified * 0.8)
    const docs = await readFile(path.join(ROOT, 'docs/sdk.md'), 'utf8')
    expect(docs).toContain(`below ${BUDGET.minified / 1000} kB minified, ${BUDGET.gzipped / 1000} kB gzipped`)
  })
})
