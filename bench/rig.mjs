// What the benchmarks of gateway and services stand on: processes and stores that end with them.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'esbuild'

export const root = fileURLToPath(new URL('..', import.meta.url))
export const dir = await mkdtemp(path.join(tmpdir(), 'msctl-bench-'))
/** What has to be undone, the last first. */
const undo = [() => rm(dir, { recursive: true, force: true })]

export async function stopAll() {
  for (const step of undo.splice(0).reverse()) {
    await step().catch((error) => process.stderr.write(`${error.message}\n`))
  }
}
process.once('SIGINT', () => stopAll().then(() => process.exit(130)))
process.once('SIGTERM', () => stopAll().then(() => process.exit(143)))

export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()
  server.close()
  await once(server, 'close')
  return port
}

/** Starts a program, which ends with the benchmark. */
export function start(command, args, env = {}) {
  const child = spawn(command, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const ended = once(child, 'close')
  undo.push(async () => {
    child.kill('SIGTERM')
    await ended
  })
}

export async function untilAnswers(url, timeoutMs = 20_000) {
  const deadline = Date.now() + timeoutMs
  for (;;) {
    const status = await fetch(url).then(
      (response) => response.status,
      () => 0,
    )
    if (status === 200) return
    if (Date.now() > deadline) throw new Error(`${url} does not answer 200`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

/** Starts a PostgreSQL and a Redis. @returns their addresses. */
export async function startStores() {
  const { startPostgres, startRedis } = await importStores()
  const postgres = await startPostgres({ dir: path.join(dir, 'postgres') })
  undo.push(() => postgres.stop())
  const redis = await startRedis({
    dir: path.join(dir, 'redis'),
    cacheDir: path.join(root, '.msctl', 'cache'),
    env: process.env,
  })
  undo.push(() => redis.stop())
  return { databaseUrl: postgres.url, redisUrl: redis.url }
}

/** The stores that the tests use, which are TypeScript. */
async function importStores() {
  // Below node_modules, so that it finds the packages that it needs.
  const outdir = path.join(root, 'node_modules', '.cache', 'msctl-bench')
  await mkdir(outdir, { recursive: true })
  const outfile = path.join(outdir, 'stores.mjs')
  await build({
    entryPoints: [path.join(root, 'platform/src/local/throwaway.ts')],
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    outfile,
    logLevel: 'warning',
  })
  return import(pathToFileURL(outfile).href)
}

/** Starts a users service that holds one user. @param bundle its program. @returns its port. */
export async function startUsers(bundle, { databaseUrl, redisUrl }) {
  const port = await freePort()
  start(process.execPath, [bundle], {
    PORT: String(port),
    DATABASE_URL: databaseUrl,
    REDIS_URL: redisUrl,
  })
  await untilAnswers(`http://127.0.0.1:${port}/ready`)
  const created = await fetch(`http://127.0.0.1:${port}/users`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"email":"ann@example.com","name":"Ann"}',
  })
  if (created.status !== 201) throw new Error(`The service did not take a user: ${created.status}`)
  return port
}

export const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)]
