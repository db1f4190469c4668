// Shows the circuits change state as it happens: a line for each transition, and for a gateway that comes and goes.
//
//   node examples/watch-breaker.mjs [--for 60] [--until CLOSED]
//
// Run it, then `./msctl stop users` and a few requests for /users/1 in another terminal. Ctrl-C ends it.
import { createClient } from '@msctl/sdk'
import { runScript, wholeNumber } from './support/script.mjs'

const USAGE = 'Usage: node examples/watch-breaker.mjs [--for SECONDS] [--until CLOSED|OPEN|HALF_OPEN]'
const OPTIONS = /** @type {const} */ ({ for: { type: 'string' }, until: { type: 'string' } })

await runScript(USAGE, { options: OPTIONS }, async ({ values }) => {
  const ms = createClient({ baseUrl: process.env.MSCTL_URL ?? 'http://localhost:8000' })

  const stop = new AbortController()
  process.once('SIGINT', () => stop.abort())
  const signals = [
    stop.signal,
    ...(values.for === undefined ? [] : [AbortSignal.timeout(wholeNumber('--for', values.for) * 1000)]),
  ]

  let isReachable = true
  let isFirst = true

  for await (const event of ms.gateway.watch({ intervalMs: 250, signal: AbortSignal.any(signals) })) {
    const time = event.at.slice(11, 23)
    if (event.type === 'unreachable') {
      if (isReachable) console.log(`${time}  gateway  cannot be reached: ${event.error.message}`)
      isReachable = false
      continue
    }
    if (!isReachable) console.log(`${time}  gateway  is back`)
    isReachable = true

    if (event.type === 'transition') {
      const { service, from, to, circuit } = event
      const seconds = circuit.retry_in_seconds
      const why = to === 'OPEN' ? `  after ${circuit.failure_count} failures` : ''
      const next = to === 'OPEN' && seconds !== null ? `, tries again in ${Math.ceil(seconds)} s` : ''
      console.log(`${time}  ${service.padEnd(8)} ${from} → ${to}${why}${next}`)
      if (to === values.until) break
    } else if (isFirst) {
      isFirst = false
      for (const [service, { status }] of Object.entries(event.health.circuits)) {
        console.log(`${time}  ${service.padEnd(8)} ${status}`)
      }
    }
  }
})
