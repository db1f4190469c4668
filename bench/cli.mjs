// What starting msctl costs, against a bare `node -e 0`.
//
//   npm run build && node bench/cli.mjs [--rounds 21] [--json]
//
// Rounds are paired: each one measures all variants, in turning order, so that a machine that gets slower or faster
// meanwhile does so for all. What counts is the median of the rounds' ratios. `users get 1` is measured beyond the round
// trip: the same request by a client that is up already is taken off.
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '21' }, json: { type: 'boolean', default: false } },
})
const rounds = Number(values.rounds)

/** The project's bounds: ratios to `node -e 0`. */
const BOUNDS = { version: 1.15, get: 3 }

const MAIN = path.resolve(import.meta.dirname, '../cli/dist/start.cjs')
const USER = { id: 1, email: 'ann@example.com', name: 'Ann', created_at: '2026-01-31T12:00:00.123Z' }

// The server has a process of its own, lest it wait for us.
const server = spawn(
  process.execPath,
  [
    '--input-type=module',
    '--eval',
    `import { createServer } from 'node:http'
    const body = ${JSON.stringify(JSON.stringify(USER))}
    const server = createServer((request, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'x-cache': 'HIT', 'content-length': body.length })
      response.end(body)
    })
    server.listen(0, '127.0.0.1', () => process.stdout.write(String(server.address().port)))
    process.stdin.on('end', () => process.exit()).resume()`,
  ],
  { stdio: ['pipe', 'pipe', 'inherit'] },
)
const [port] = await once(server.stdout, 'data')
const url = `http://127.0.0.1:${port}`
const home = await mkdtemp(path.join(tmpdir(), 'msctl-bench-'))

const variants = {
  bare: ['-e', '0'],
  version: [MAIN, '--version'],
  get: [MAIN, 'users', 'get', '1', '--url', url],
}

/** Milliseconds from the start of a process to its end. */
function measure(args) {
  const began = performance.now()
  const { status, stderr } = spawnSync(process.execPath, args, {
    encoding: 'utf8',
    env: { PATH: process.env.PATH, MSCTL_HOME: home, LANG: 'C.UTF-8' },
  })
  const tookMs = performance.now() - began
  if (status !== 0) throw new Error(`${args.join(' ')} exited with ${status}: ${stderr}`)
  return tookMs
}

/** Milliseconds of the request alone. */
async function measureRoundTrip() {
  const began = performance.now()
  await (await fetch(`${url}/users/1`)).text()
  return performance.now() - began
}

function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)]
}

const names = Object.keys(variants)
for (const name of names) measure(variants[name]) // warms the disk's cache
await measureRoundTrip()
const results = []
for (let round = 0; round < rounds; round++) {
  const result = { roundTrip: await measureRoundTrip() }
  for (const shift of names.keys()) {
    const name = names[(round + shift) % names.length]
    result[name] = measure(variants[name])
  }
  results.push(result)
}
server.stdin.end()
await rm(home, { recursive: true, force: true })

const ratios = {
  version: median(results.map(({ version, bare }) => version / bare)),
  get: median(results.map(({ get, roundTrip, bare }) => (get - roundTrip) / bare)),
}
const milliseconds = Object.fromEntries(
  [...names, 'roundTrip'].map((name) => [name, median(results.map((each) => each[name]))]),
)
const isWithin = names.slice(1).every((name) => ratios[name] <= BOUNDS[name])
if (values.json) {
  process.stdout.write(`${JSON.stringify({ rounds, milliseconds, ratios, bounds: BOUNDS })}\n`)
} else {
  const lines = [
    `node -e 0          ${milliseconds.bare.toFixed(0)} ms`,
    `msctl --version    ${milliseconds.version.toFixed(0)} ms  ${ratios.version.toFixed(2)} ×  (bound ${BOUNDS.version} ×)`,
    `msctl users get 1  ${milliseconds.get.toFixed(0)} ms  ${ratios.get.toFixed(2)} ×  (bound ${BOUNDS.get} ×)`,
  ]
  process.stdout.write(`${lines.join('\n')}\n`)
}
if (!isWithin) process.exitCode = 1
