// Builds what runs, or with an argument (parts, cli, sdk, pack) only that. One CommonJS bundle a process, because a bundle
// starts faster than a tree of modules, and an image that holds one file needs no node_modules.
import { chmod, copyFile, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises'
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
}

const PARTS = ['services/users', 'services/orders', 'services/payments', 'gateway']

/** @param {string} part Its folder. @param {string} outfile */
async function buildPart(part, outfile) {
  await build({ ...shared, entryPoints: [`${part}/src/main.ts`], outfile })
}

/** The gateway and the services. */
async function buildParts() {
  for (const part of PARTS) {
    await rm(`${part}/dist`, { recursive: true, force: true })
    await buildPart(part, `${part}/dist/main.cjs`)
  }
}

// --- CLI

/** What `import()` in the CLI loads only when it is needed: bundles of their own beside `start.cjs`. */
const LAZY = /^(commands|messages)\/|^main\.ts$/
/** The drivers: another package, and a bundle as well. */
const DRIVERS = '@msctl/platform/choose-platform'
/** What draws the dashboard. A module, unlike all others, because ink awaits at its top level. */
const TUI = 'tui/open-dashboard.tsx'
const cliSource = path.resolve('cli/src')

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
 * Leaves `import('./commands/up.ts')` as a `require('./commands/up.cjs')`.
 *
 * @param {string} folder Where in `dist` the bundle will be.
 * @returns {import('esbuild').Plugin}
 */
const lazyCommands = (folder) => ({
  name: 'lazy-commands',
  setup({ onResolve }) {
    onResolve({ filter: /\.tsx?$/ }, ({ kind, path: wanted, resolveDir }) => {
      const file = path.relative(cliSource, path.resolve(resolveDir, wanted))
      if (kind === 'dynamic-import' && file === TUI)
        return { path: wanted.replace(/\.tsx$/, '.mjs'), external: true }
      if (kind !== 'dynamic-import' || !LAZY.test(file)) return undefined
      return { path: `./${path.relative(folder, file.replace(/\.ts$/, '.cjs'))}`, external: true }
    })
    onResolve({ filter: new RegExp(`^${DRIVERS}$`) }, ({ kind }) =>
      kind === 'dynamic-import'
        ? { path: `./${path.relative(folder, 'choose-platform.cjs')}`, external: true }
        : undefined,
    )
  },
})

/** The commands that load a module: the dashboard's own, or somebody's scenario. */
const MODULE_LOADERS = ['dashboard.ts', 'scenario.ts', 'scenario-run.ts']

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

/** ink and React with what is drawn by them. */
async function buildTui() {
  await build({
    ...shared,
    format: 'esm',
    entryPoints: [`cli/src/${TUI}`],
    outfile: `cli/dist/${TUI.replace(/\.tsx$/, '.mjs')}`,
    define: { 'process.env.NODE_ENV': '"production"' },
    plugins: [leanInk],
    // React is CommonJS, and asks for Node's own modules.
    banner: {
      js: `import { createRequire } from 'node:module'\nconst require = createRequire(import.meta.url)`,
    },
  })
}

/**
 * The CLI: `start.cjs`, which knows the version, `main.cjs`, which knows the menu, and a bundle for each command.
 * Written over what is there, so that an msctl that is just starting finds all of it.
 */
async function buildCli() {
  const commands = (await readdir('cli/src/commands')).filter((name) => /^[a-z-]+\.ts$/.test(name))
  const cli = {
    ...shared,
    outdir: 'cli/dist',
    outbase: 'cli/src',
    outExtension: { '.js': '.cjs' },
    plugins: [lazyCommands('')],
    define: { 'import.meta.filename': '__filename', 'import.meta.dirname': '__dirname' },
    banner: { js: `#!/usr/bin/env node\n${needsNode}` },
  }
  await Promise.all([
    build({
      ...cli,
      entryPoints: [
        'cli/src/start.ts',
        'cli/src/main.ts',
        'cli/src/messages/ru.ts',
        { in: 'platform/src/choose-platform.ts', out: 'choose-platform' },
        ...commands
          .filter((name) => !MODULE_LOADERS.includes(name))
          .map((name) => `cli/src/commands/${name}`),
      ],
      // `require` starts faster than `import()`, which would have Node set up its other module loader first.
      supported: { 'dynamic-import': false },
    }),
    // Only `import()` loads a module that awaits at its top level.
    build({
      ...cli,
      entryPoints: MODULE_LOADERS.map((name) => `cli/src/commands/${name}`),
      plugins: [lazyCommands('commands')],
    }),
    buildTui(),
  ])
  await chmod('cli/dist/start.cjs', 0o755)
}

/**
 * What the packed CLI needs to start the platform away from a clone: the parts' programs, and the licence. All of it is
 * built anew, for what lies about may be older than the sources.
 */
async function pack() {
  await Promise.all([
    buildCli(),
    ...PARTS.map((part) => buildPart(part, `cli/dist/parts/${path.basename(part)}.cjs`)),
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
