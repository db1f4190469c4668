// Builds what runs, or with an argument (parts, cli, sdk) only that. One CommonJS bundle a process, because a bundle
// starts faster than a tree of modules, and an image that holds one file needs no node_modules.
import { rm } from 'node:fs/promises'
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

/** The gateway and the services. */
async function buildParts() {
  for (const part of ['services/users', 'services/orders', 'services/payments', 'gateway']) {
    await rm(`${part}/dist`, { recursive: true, force: true })
    await build({ ...shared, entryPoints: [`${part}/src/main.ts`], outfile: `${part}/dist/main.cjs` })
  }
}

async function buildCli() {}

const targets = { parts: buildParts, cli: buildCli, sdk: buildSdk }
const wanted = process.argv[2] === undefined ? Object.keys(targets) : process.argv.slice(2)
const unknown = wanted.filter((name) => !(name in targets))
if (unknown.length > 0)
  throw new Error(`Unknown target ${unknown.join(', ')}: expected ${Object.keys(targets).join(', ')}`)
await Promise.all(wanted.map((name) => targets[name]()))
