import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { summarize } from './latencies.ts'
import { assertLoopback } from './loopback.ts'
import { runLoad } from './run-load.ts'

async function startServer(answer: RequestListener): Promise<URL> {
  const server = createServer(answer).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/users/1?x=y`)
}

const { signal } = new AbortController()

describe('a load', () => {
  test('is as many requests as were asked for, each counted once', async () => {
    const paths = new Set<string>()
    let received = 0
    const url = await startServer((request, response) => {
      received++
      paths.add(`${request.method} ${request.url}`)
      response.statusCode = received % 4 === 0 ? 503 : received % 4 === 1 ? 404 : 200
      response.end('{}')
    })
    const began = performance.now()
    const report = await runLoad({ url, rps: 200, durationMs: 500, signal })
    const seconds = (performance.now() - began) / 1000
    expect(received).toBe(100)
    expect([...paths]).toEqual(['GET /users/1?x=y'])
    expect(report).toMatchObject({
      interrupted: false,
      sent: 100,
      failed: 25,
      answers: { 200: 50, 404: 25, 503: 25 },
      errors: {},
    })
    expect(report.histogram.reduce((sum, { count }) => sum + count, 0)).toBe(100)
    expect(report.rps).toBeGreaterThanOrEqual(Math.floor(100 / seconds))
    expect(report.rps).toBeLessThanOrEqual(201)
  })

  test('carries the key that it is given', async () => {
    const keys = new Set<string | undefined>()
    const url = await startServer((request, response) => {
      keys.add(request.headers.authorization)
      response.end('{}')
    })
    await runLoad({ url, apiKey: 'a-key', rps: 100, durationMs: 50, signal })
    expect([...keys]).toEqual(['Bearer a-key'])
  })

  test('does not wait for slow answers before it sends on', async () => {
    const held: (() => void)[] = []
    const url = await startServer((_request, response) => {
      held.push(() => response.end())
      // Only once all of them are here is any answered.
      if (held.length === 30) for (const answer of held) setTimeout(answer, 100)
    })
    const report = await runLoad({ url, rps: 100, durationMs: 300, signal })
    expect(report).toMatchObject({ sent: 30, failed: 0 })
    expect(report.latencyMs?.min).toBeGreaterThanOrEqual(90)
  })

  test('counts lost connections as failed, by their reason', async () => {
    const url = await startServer((request) => void request.socket.destroy())
    const report = await runLoad({ url, rps: 50, durationMs: 100, signal })
    expect(report).toMatchObject({ sent: 5, failed: 5, answers: {}, latencyMs: null, histogram: [] })
    expect(Object.values(report.errors)).toEqual([5])
  })

  test('that is interrupted tells what it has seen until then', async () => {
    const controller = new AbortController()
    let answered = 0
    const url = await startServer((_request, response) => {
      response.end()
      if (++answered === 10) setTimeout(() => controller.abort(), 20)
    })
    const report = await runLoad({ url, rps: 100, durationMs: 60_000, signal: controller.signal })
    expect(report).toMatchObject({ interrupted: true, failed: 0 })
    expect(report.answers['200']).toBeGreaterThanOrEqual(9)
  })
})

test('percentiles are latencies that were seen', () => {
  const hundred = Array.from({ length: 100 }, (_, index) => 100 - index)
  expect(summarize(hundred).latencyMs).toEqual({ min: 1, mean: 50.5, p50: 50, p90: 90, p99: 99, max: 100 })
  expect(summarize([0.3, 7, 7.5]).histogram).toEqual([
    { fromMs: 0, toMs: 0.5, count: 1 },
    ...[
      [0.5, 1],
      [1, 2],
      [2, 5],
    ].map(([fromMs, toMs]) => ({ fromMs, toMs, count: 0 })),
    { fromMs: 5, toMs: 10, count: 2 },
  ])
})

describe('only this machine', () => {
  test.for(['http://127.0.0.1:8000', 'http://127.8.9.1', 'http://[::1]:1', 'http://localhost:8000'])(
    'is %s',
    (url) => expect(assertLoopback(new URL(url))).resolves.toBeUndefined(),
  )
  test.for(['http://192.0.2.1', 'http://0.0.0.0:8000', 'http://[2001:db8::1]:8000', 'http://10.0.0.1'])(
    'is not %s',
    (url) => expect(assertLoopback(new URL(url))).rejects.toMatchObject({ code: 'remote-target' }),
  )
})
