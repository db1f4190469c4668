// Builds what runs, or with an argument (parts, cli, sdk, pack) only that. One CommonJS bundle a process, because a bundle
// starts faster than a tree of modules, and an image that holds one file needs no node_modules.
import { chmod, copyFile, mkdir, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { build } from 'esbuild'
import { buildSdk } from './sdk/build.mjs'

/** Settings that every bundle shares. */
const shared = {
  bundle: true,
  platform: 'node',
  target: 'node20.19',
  format: 'cjs',
  conditions: ['@msctl/source'],
  sourcemap: 'linked',
  logLevel: 'warning',
  // pg asks for its native client only when told to.
  external: ['pg-native'],
  define: { 'import.meta.filename': '__filename', 'import.meta.dirname': '__dirname' },
}

const PARTS = ['services/users', 'services/orders', 'services/payments', 'gateway']

/** @param {string} part Its folder. @param {string} outfile */
async function buildPart(part, outfile) {
  await build({ ...shared, entryPoints: [`${part}/src/main.ts`], outfile })
}

/** What the gateway's API reference loads. @param {string} folder */
async function copyDocs(folder) {
  await mkdir(folder, { recursive: true })
  for (const name of ['swagger-ui-bundle.js', 'swagger-ui.css', 'LICENSE', 'NOTICE'])
    await copyFile(`node_modules/swagger-ui-dist/${name}`, path.join(folder, name))
}

/** The gateway and the services. */
async function buildParts() {
  for (const part of PARTS) {
    await rm(`${part}/dist`, { recursive: true, force: true })
    await buildPart(part, `${part}/dist/main.cjs`)
  }
  await copyDocs('gateway/dist/docs')
}

// --- CLI

/** @param {string} source Its path from here. @returns the name of its bundle, side by side with all others in `cli/dist`. */
const bundleOf = (source) =>
  source
    .replace(/^cli\//, '')
    .replace(/(^|\/)src\//, '$1')
    .replaceAll('/', '.')
    .replace(/\.tsx?$/, '')

/** Said before anything that an old Node.js would not understand. The exit code is that of a lacking environment. */
const needsNode = `{
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major < 20 || (major === 20 && minor < 19)) {
    console.error('Error: Node.js ' + process.versions.node + ' is too old.')
    console.error('Why:   msctl needs Node.js 20.19 or later.')
    console.error('Next:  Update it: https://nodejs.org/en/download')
    process.exit(4)
  }
}`

/**
 * Leaves what the CLI loads by `import()` as a bundle of its own.
 *
 * @param {(source: string) => void} onFound Told of each source that becomes such a bundle.
 * @returns {import('esbuild').Plugin}
 */
const splitAtImports = (onFound) => ({
  name: 'split-at-imports',
  setup({ onResolve, resolve }) {
    onResolve({ filter: /^(\.|@msctl\/)/ }, async ({ path: wanted, pluginData, ...args }) => {
      const isOurs = args.kind === 'dynamic-import' && args.importer.startsWith(path.resolve('cli/src'))
      if (!isOurs || pluginData === 'asked') return undefined
      const found = await resolve(wanted, { ...args, pluginData: 'asked' })
      const source = path.relative('.', found.path)
      onFound(source)
      return { path: `./${bundleOf(source)}${source === TUI ? '.mjs' : '.cjs'}`, external: true }
    })
  },
})

/**
 * @type {import('esbuild').Plugin} Leaves out what ink loads for those who debug it with React's tools, and lets it
 * remember from one frame to the next what a line consists of and how wide it is: finding that out anew for a whole
 * screen takes longer than all else.
 */
const leanInk = {
  name: 'lean-ink',
  setup({ onLoad }) {
    onLoad({ filter: /ink\/build\/devtools\.js$/ }, () => ({ contents: '' }))
    onLoad({ filter: /ink\/build\/output\.js$/ }, (file) =>
      replaceIn(file.path, 'caches = new OutputCaches();', 'caches = (remembered = renew(remembered));', [
        'let remembered',
        'const renew = (caches) => (caches?.styledChars.size < 2000 ? caches : new OutputCaches())',
      ]),
    )
    onLoad({ filter: /string-width\/index\.js$/ }, (file) =>
      replaceIn(file.path, 'export default function stringWidth(', 'function measure(', [
        'const widths = new Map()',
        'export default function stringWidth(text, options) {',
        '  if (options !== undefined || typeof text !== "string") return measure(text, options)',
        '  if (widths.size > 5000) widths.clear()',
        '  if (!widths.has(text)) widths.set(text, measure(text))',
        '  return widths.get(text)',
        '}',
      ]),
    )
  },
}

/** A module with one text in the place of another, and more lines at its end. @throws Where a newer version has no such text. */
async function replaceIn(file, from, to, lines) {
  const text = await readFile(file, 'utf8')
  if (!text.includes(from)) throw new Error(`${file} has no "${from}" any more`)
  return { contents: [text.replace(from, to), ...lines].join('\n') }
}

const START = 'cli/src/start.ts'
/** What draws the dashboard. A module, unlike all others, because ink awaits at its top level. */
const TUI = 'cli/src/tui/open-dashboard.tsx'
/** What loads a module, which only `import()` can: the dashboard's own, or somebody's scenario. */
const MODULE_LOADERS = ['cli/src/commands/dashboard.ts', 'scenarios/src/load-sheet.ts']

/** How the bundles of the CLI are made. */
const cli = {
  ...shared,
  outdir: 'cli/dist',
  outExtension: { '.js': '.cjs' },
}
/** Those that differ from the others: what they are, and how they are made. */
const KINDS = [
  {
    is: (source) => source === START,
    options: {
      ...cli,
      banner: { js: `#!/usr/bin/env node\n${needsNode}` },
      supported: { 'dynamic-import': false },
    },
  },
  {
    is: (source) => source === TUI,
    options: {
      ...cli,
      format: 'esm',
      outExtension: { '.js': '.mjs' },
      define: { 'process.env.NODE_ENV': '"production"' },
      plugins: [leanInk],
      // React is CommonJS, and asks for Node's own modules.
      banner: {
        js: `import { createRequire } from 'node:module'\nconst require = createRequire(import.meta.url)`,
      },
    },
  },
  // The mark is for compile-cache.ts.
  {
    is: (source) => MODULE_LOADERS.includes(source),
    options: { ...cli, banner: { js: '/* loads modules */' } },
  },
  // `require` starts faster than `import()`, which would have Node set up its other module loader first.
  { is: () => true, options: { ...cli, supported: { 'dynamic-import': false } } },
]

/**
 * The CLI: `start.cjs`, and a bundle for whatever is loaded only when it is needed. Written over what is there, so that an
 * msctl that is just starting finds all of it.
 */
async function buildCli() {
  const known = new Set([START])
  for (let sources = [START]; sources.length > 0; ) {
    const found = new Set()
    const kindOf = (source) => KINDS.find(({ is }) => is(source))
    await Promise.all(
      KINDS.map(async (kind) => {
        const ofKind = sources.filter((source) => kindOf(source) === kind)
        if (ofKind.length === 0) return
        await build({
          ...kind.options,
          entryPoints: ofKind.map((source) => ({ in: source, out: bundleOf(source) })),
          plugins: [...(kind.options.plugins ?? []), splitAtImports((source) => found.add(source))],
        })
      }),
    )
    sources = [...found].filter((source) => !known.has(source))
    for (const source of sources) known.add(source)
  }
  await chmod('cli/dist/start.cjs', 0o755)
  await removeOld('cli/dist', new Set([...known].map(bundleOf)))
}

/** Removes bundles that are built no more, and what was kept of their compiled code. */
async function removeOld(folder, bundles) {
  await rm(path.join(folder, '.compiled'), { recursive: true, force: true })
  for (const name of await readdir(folder)) {
    const [bundle] = /.*(?=\.[cm]js(\.map)?$)/.exec(name) ?? []
    if (bundle !== undefined && !bundles.has(bundle)) await rm(path.join(folder, name))
  }
}

/**
 * What the packed CLI needs to start the platform away from a clone: the parts' programs, and the licence. All of it is
 * built anew, for what lies about may be older than the sources.
 */
async function pack() {
  await Promise.all([
    buildCli(),
    ...PARTS.map((part) => buildPart(part, `cli/dist/parts/${path.basename(part)}.cjs`)),
    copyDocs('cli/dist/parts/docs'),
    copyFile('LICENSE', 'cli/LICENSE'),
  ])
}

const targets = { parts: buildParts, cli: buildCli, sdk: buildSdk, pack }
const everything = ['parts', 'cli', 'sdk']
const wanted = process.argv[2] === undefined ? everything : process.argv.slice(2)
const unknown = wanted.filter((name) => !(name in targets))
if (unknown.length > 0)
  throw new Error(`Unknown target ${unknown.join(', ')}: expected ${Object.keys(targets).join(', ')}`)
const began = new Date()
await Promise.all(wanted.map((name) => targets[name]()))

// How the launcher knows whether a source is newer than the build: a mark as old as what was read.
if (everything.every((name) => wanted.includes(name))) {
  await writeFile('cli/dist/.built', '')
  await utimes('cli/dist/.built', began, began)
}
