// Builds what runs: one CommonJS bundle a process, because a bundle starts faster than a tree of modules, and an image that holds one file needs no node_modules.
import { rm } from 'node:fs/promises'
import { build } from 'esbuild'

/** Settings that every bundle shares. */
const shared = {
  bundle: true,
  platform: 'node',
  target: 'node20.19',
  format: 'cjs',
  conditions: ['@msctl/source'],
  sourcemap: 'linked',
  logLevel: 'warning',
  // pg asks for its native client only when told to, and prom-client does not need its worker on a single process.
  external: ['pg-native'],
}

const parts = ['services/users', 'services/orders', 'services/payments', 'gateway']

await Promise.all(
  parts.map(async (part) => {
    await rm(`${part}/dist`, { recursive: true, force: true })
    await build({ ...shared, entryPoints: [`${part}/src/main.ts`], outfile: `${part}/dist/main.cjs` })
  }),
)

// --- CLI -------------------------------------------------------------------------------------------------------------

// --- SDK -------------------------------------------------------------------------------------------------------------
