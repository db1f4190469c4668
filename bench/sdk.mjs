// What a call through the SDK costs, against a bare undici `request` + `JSON.parse` on the same server.
//
//   npm run build && node bench/sdk.mjs [--rounds 15] [--calls 2000] [--json]
//
// Rounds are paired: each one measures all variants, in turning order, so that a machine that gets slower or faster
// meanwhile does so for all. What counts is the median of the rounds' ratios.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { parseArgs } from 'node:util'
import { Pool } from 'undici'
import { createClient } from '../sdk/dist/index.js'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '15' },
    calls: { type: 'string', default: '2000' },
    json: { type: 'boolean', default: false },
  },
})
const rounds = Number(values.rounds)
const calls = Number(values.calls)

/** The project's bounds (README of the SDK): the ratio at one call after the other. */
const BOUNDS = { off: 1.3, strict: 1.6 }

const USER = JSON.stringify({
  id: 1,
  email: 'ann@example.com',
  name: 'Ann',
  created_at: '2026-01-31T12:00:00.123Z',
})

// The server has a process of its own, lest its work be counted as the client's.
const server = spawn(
  process.execPath,
  [
    '--input-type=module',
    '--eval',
    `import { createServer } from 'node:http'
    const body = ${JSON.stringify(USER)}
    const server = createServer((request, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'x-cache': 'HIT', 'x-request-id': 'bench', 'content-length': body.length })
      response.end(body)
    })
    server.listen(0, '127.0.0.1', () => process.stdout.write(String(server.address().port)))
    process.stdin.on('end', () => process.exit()).resume()`,
  ],
  { stdio: ['pipe', 'pipe', 'inherit'] },
)
const [port] = await once(server.stdout, 'data')
const baseUrl = `http://127.0.0.1:${port}`

const pool = new Pool(baseUrl)
const clients = {
  off: createClient({ baseUrl, validate: 'off' }),
  strict: createClient({ baseUrl, validate: 'strict' }),
}
const variants = {
  bare: async () => {
    const { statusCode, body } = await pool.request({
      method: 'GET',
      path: '/users/1',
      headers: { accept: 'application/json' },
    })
    if (statusCode !== 200) throw new Error(`answered ${statusCode}`)
    return JSON.parse(await body.text())
  },
  off: () => clients.off.users.get(1),
  strict: () => clients.strict.users.get(1),
}

/** Microseconds a call, `width` of them under way at a time. */
async function measure(call, width) {
  let left = calls
  const work = async () => {
    while (left-- > 0) await call()
  }
  const start = performance.now()
  await Promise.all(Array.from({ length: width }, work))
  return ((performance.now() - start) / calls) * 1000
}

const median = (numbers) => {
  const sorted = [...numbers].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

const results = {}
for (const width of [1, 32]) {
  for (const call of Object.values(variants)) await measure(call, width)
  const taken = []
  for (let round = 0; round < rounds; round += 1) {
    const names = Object.keys(variants)
    const order = names.map((_, index) => names[(index + round) % names.length])
    const times = {}
    for (const name of order) times[name] = await measure(variants[name], width)
    taken.push(times)
  }
  results[width] = {
    bare: { microseconds: median(taken.map(({ bare }) => bare)) },
    ...Object.fromEntries(
      Object.keys(BOUNDS).map((name) => {
        const ratios = taken.map((times) => times[name] / times.bare)
        return [
          name,
          {
            microseconds: median(taken.map((times) => times[name])),
            ratio: median(ratios),
            min: Math.min(...ratios),
            max: Math.max(...ratios),
          },
        ]
      }),
    ),
  }
}

server.stdin.end()
await pool.close()
await Promise.all(Object.values(clients).map((client) => client.close()))

if (values.json) process.stdout.write(`${JSON.stringify({ rounds, calls, bounds: BOUNDS, results })}\n`)
else {
  for (const [width, { bare, ...others }] of Object.entries(results)) {
    process.stdout.write(`${width} at a time: bare undici ${bare.microseconds.toFixed(1)} µs a call\n`)
    for (const [name, { microseconds, ratio, min, max }] of Object.entries(others)) {
      process.stdout.write(
        `  SDK, validate ${name.padEnd(6)} ${microseconds.toFixed(1)} µs, ratio ${ratio.toFixed(2)} (${min.toFixed(2)} to ${max.toFixed(2)}), bound ${BOUNDS[name]}\n`,
      )
    }
  }
}
process.exitCode = Object.entries(BOUNDS).every(([name, bound]) => results[1][name].ratio < bound) ? 0 : 1
