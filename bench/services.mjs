// How long a cached GET and a PUT take in the users service, against the same service at another commit.
//
//   npm run build && node bench/services.mjs --against COMMIT [--rounds 25] [--calls 300] [--json]
//
// Both run at once, each on a database of its own in one PostgreSQL and one Redis. Rounds are paired and take turns, because a busy
// machine gets slower and faster; what counts is the median of the rounds' ratios.
import { execFile } from 'node:child_process'
import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { parseArgs, promisify } from 'node:util'
import { build } from 'esbuild'
import pg from 'pg'
import { Pool } from 'undici'
import { dir, median, root, startStores, startUsers, stopAll } from './rig.mjs'

const { values } = parseArgs({
  options: {
    against: { type: 'string' },
    rounds: { type: 'string', default: '25' },
    calls: { type: 'string', default: '300' },
    json: { type: 'boolean', default: false },
  },
})
if (values.against === undefined) throw new Error('--against COMMIT says what to compare with')
const calls = Number(values.calls)

/** At most so many times as long as at the other commit. */
const BOUNDS = { get: 1.05, put: 1.25 }

/** @returns the users service as it was at a commit, bundled. */
async function bundleAt(commit) {
  const source = path.join(dir, 'before')
  await mkdir(source)
  const run = promisify(execFile)
  await run('sh', ['-c', `git archive ${commit} sdk services | tar -x -C "${source}"`], { cwd: root })
  const outfile = path.join(dir, 'before.cjs')
  await build({
    entryPoints: [path.join(source, 'services/users/src/main.ts')],
    bundle: true,
    platform: 'node',
    format: 'cjs',
    // The workspaces in node_modules are those of today.
    alias: {
      '@msctl/kit': path.join(source, 'services/kit/src/index.ts'),
      '@msctl/sdk/contract': path.join(source, 'sdk/src/contract/index.ts'),
    },
    nodePaths: [path.join(root, 'node_modules')],
    external: ['pg-native'],
    outfile,
    logLevel: 'warning',
  })
  return outfile
}

async function startOn({ databaseUrl, redisUrl }, name, redisDatabase, bundle) {
  const admin = new pg.Client(databaseUrl)
  await admin.connect()
  await admin.query(`CREATE DATABASE ${name}`)
  await admin.end()
  const url = new URL(databaseUrl)
  url.pathname = `/${name}`
  const port = await startUsers(bundle, { databaseUrl: url.href, redisUrl: `${redisUrl}/${redisDatabase}` })
  return new Pool(`http://127.0.0.1:${port}`, { connections: 1 })
}

const REQUESTS = {
  get: () => ({ method: 'GET', path: '/users/1' }),
  put: (n) => ({
    method: 'PUT',
    path: '/users/1',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name: `Ann ${n}` }),
  }),
}

/** @returns the median of how long a call takes, in microseconds. */
async function measure(pool, kind) {
  const took = []
  for (let n = 0; n < calls; n++) {
    const startedAt = performance.now()
    const { statusCode, headers, body } = await pool.request(REQUESTS[kind](n))
    await body.dump()
    if (statusCode !== 200) throw new Error(`${kind} answered ${statusCode}`)
    // The first fills the cache; a cache that is passed by is not what is measured.
    if (kind === 'put' || headers['x-cache'] === 'HIT') took.push((performance.now() - startedAt) * 1000)
  }
  if (took.length < calls / 2) throw new Error(`Only ${took.length} of ${calls} reads came from the cache`)
  return median(took)
}

try {
  const stores = await startStores()
  const before = await startOn(stores, 'before', 0, await bundleAt(values.against))
  const now = await startOn(stores, 'now', 2, path.join(root, 'services/users/dist/main.cjs'))
  const ratios = {}
  for (const kind of ['get', 'put']) {
    for (const pool of [before, now]) await measure(pool, kind)
    const rounds = []
    for (let round = 0; round < Number(values.rounds); round++) {
      const measured = {}
      const order = round % 2 === 0 ? ['before', 'now'] : ['now', 'before']
      for (const name of order) measured[name] = await measure(name === 'now' ? now : before, kind)
      rounds.push(measured)
    }
    const ratio = median(rounds.map((each) => each.now / each.before))
    ratios[kind] = ratio
    if (!values.json) {
      const of = (name) => Math.round(median(rounds.map((each) => each[name])))
      process.stdout.write(
        `${kind}: ${of('now')} µs, before ${of('before')} µs, ratio ${ratio.toFixed(2)}, at most ${BOUNDS[kind]} is asked for\n`,
      )
    }
    if (ratio > BOUNDS[kind]) process.exitCode = 1
  }
  if (values.json) process.stdout.write(`${JSON.stringify({ ratios, bounds: BOUNDS })}\n`)
  await Promise.all([before.close(), now.close()])
} finally {
  await stopAll()
}
