// Builds the SDK for both kinds of callers: ES modules and CommonJS, each with declarations of its own kind.
import { execFile } from 'node:child_process'
import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import path from 'node:path'
import { promisify } from 'node:util'
import { build } from 'esbuild'

const root = import.meta.dirname
const source = path.join(root, 'src')

/** Builds into a folder, by default the package's own `dist`. */
export async function buildSdk({ dist = path.join(root, 'dist') } = {}) {
  // Made beside and moved into place whole, for somebody may be importing it meanwhile.
  const fresh = `${dist}.${process.pid}`
  await Promise.all([bundle(fresh, 'esm'), bundle(fresh, 'cjs'), declare(fresh)])
  await rm(dist, { recursive: true, force: true })
  await rename(fresh, dist)
}

async function bundle(dist, format) {
  await build({
    entryPoints: [path.join(source, 'index.ts'), path.join(source, 'contract/index.ts')],
    outbase: source,
    outdir: dist,
    outExtension: { '.js': format === 'esm' ? '.js' : '.cjs' },
    format,
    bundle: true,
    // Each entry point by itself: a client does not carry along what only the contract's readers need.
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

async function declare(dist) {
  const require = createRequire(import.meta.url)
  const typescript = path.dirname(require.resolve('typescript/package.json'))
  const { bin } = require('typescript/package.json')
  const compiler = path.join(typescript, bin.tsc)
  await promisify(execFile)(process.execPath, [
    compiler,
    '-p',
    path.join(root, 'tsconfig.build.json'),
    '--outDir',
    dist,
  ]).catch((error) => {
    throw new Error(`The SDK's declarations do not compile:\n${error.stdout}`)
  })
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
