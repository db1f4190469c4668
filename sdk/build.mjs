// Builds the SDK for both kinds of callers: ES modules and CommonJS, each with declarations of its own kind.
import { execFile } from 'node:child_process'
import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import path from 'node:path'
import { promisify } from 'node:util'
import { build } from 'esbuild'

const root = import.meta.dirname
const source = path.join(root, 'src')
const dist = path.join(root, 'dist')

export async function buildSdk() {
  await rm(dist, { recursive: true, force: true })
  await Promise.all([bundle('esm'), bundle('cjs'), declare()])
}

async function bundle(format) {
  await build({
    entryPoints: [path.join(source, 'index.ts'), path.join(source, 'contract/index.ts')],
    outbase: source,
    outdir: dist,
    outExtension: { '.js': format === 'esm' ? '.js' : '.cjs' },
    format,
    bundle: true,
    // What both entry points use exists once, where the format allows that.
    splitting: format === 'esm',
    chunkNames: 'chunk-[hash]',
    packages: 'external',
    platform: 'node',
    target: 'node20.19',
    sourcemap: 'linked',
    // Those who debug see the names that they wrote; the sources are in the package.
    sourcesContent: false,
    logLevel: 'warning',
  })
}

const IMPORT = /(from |import\()'(\.[^']*)\.ts'/g

async function declare() {
  const require = createRequire(import.meta.url)
  const typescript = path.dirname(require.resolve('typescript/package.json'))
  const { bin } = require('typescript/package.json')
  const compiler = path.join(typescript, bin.tsc)
  await promisify(execFile)(process.execPath, [compiler, '-p', path.join(root, 'tsconfig.build.json')]).catch(
    (error) => {
      throw new Error(`The SDK's declarations do not compile:\n${error.stdout}`)
    },
  )
  const files = (await readdir(dist, { recursive: true })).filter((file) => file.endsWith('.d.ts'))
  await Promise.all(
    files.map(async (file) => {
      const name = path.join(dist, file)
      const text = await readFile(name, 'utf8')
      await writeFile(name, text.replace(IMPORT, "$1'$2.js'"))
      await writeFile(name.replace(/\.d\.ts$/, '.d.cts'), text.replace(IMPORT, "$1'$2.cjs'"))
    }),
  )
}
