import { hostname } from 'node:os'
import { until } from '@msctl/kit/testing'
import { Health, Problem, Ready, Status } from '@msctl/sdk/contract'
import { expect, test } from 'vitest'
import { startGateway, startService, startSocketService } from './testing/start-gateway.ts'

const startReady = (status = 200) =>
  startService((request, response) => {
    if (request.url === '/ready') response.writeHead(status).end('{}')
    else response.setHeader('x-cache', request.url?.slice('/users/'.length) ?? '').end('{}')
  })

test('/health tells of three closed circuits before anything was asked', async () => {
  const gateway = await startGateway({})
  const { status, json, headers } = await gateway.ask('/health')
  const closed = {
    status: 'CLOSED',
    failure_count: 0,
    opened_at: null,
    retry_in_seconds: null,
    transitions: [],
  }
  expect(status).toBe(200)
  expect(headers['content-type']).toContain('application/json')
  expect(Health.parse(json())).toEqual({
    status: 'ok',
    replica: `${hostname()}-${process.pid}`,
    circuits: { users: closed, orders: closed, payments: closed },
  })
})

test('/health is 200 and says "degraded" when every circuit is open', async () => {
  const gateway = await startGateway({}, { BREAKER_FAILURES: '1' })
  const startedAt = Date.now()
  for (const path of ['/users', '/orders', '/payments']) await gateway.ask(path)
  const { status, json } = await gateway.ask('/health')
  expect(status).toBe(200)
  const { status: health, circuits } = Health.parse(json())
  expect(health).toBe('degraded')
  for (const circuit of Object.values(circuits)) {
    expect(circuit).toMatchObject({
      status: 'OPEN',
      failure_count: 1,
      transitions: [{ from: 'CLOSED', to: 'OPEN' }],
    })
    const openForSeconds = (Date.now() - startedAt) / 1000
    expect(Date.parse(circuit.opened_at ?? '')).toBeGreaterThanOrEqual(startedAt)
    expect(circuit.retry_in_seconds).toBeGreaterThanOrEqual(30 - openForSeconds - 0.1)
    expect(circuit.retry_in_seconds).toBeLessThanOrEqual(30)
  }
})

test('/status tells which services answer, and asks them past their circuits', async () => {
  const [users, orders] = [await startReady(), await startReady(503)]
  const gateway = await startGateway({ users, orders }, { BREAKER_FAILURES: '1' })
  for (let i = 0; i < 3; i++) await gateway.ask('/status')
  const { services, status, version } = Status.parse((await gateway.ask('/status')).json())
  expect(services.users).toMatchObject({ reachable: true, ready: true, requests_total: 0, failures_total: 0 })
  expect(services.orders).toMatchObject({ reachable: true, ready: false })
  expect(services.payments).toMatchObject({ reachable: false, ready: false, latency_ms: null })
  expect(services.users.latency_ms).toBeGreaterThan(0)
  expect(status).toBe('degraded')
  expect(version).toMatch(/^\d+\.\d+\.\d+/)
  for (const { circuit } of Object.values(services)) expect(circuit.status).toBe('CLOSED')
})

test('/status is "ok" when all are ready', async () => {
  const [users, orders, payments] = [await startReady(), await startReady(), await startReady()]
  const gateway = await startGateway({ users, orders, payments })
  expect(Status.parse((await gateway.ask('/status')).json()).status).toBe('ok')
})

test('/status waits a second at the most for a service that hangs, and leaves no connection behind', async () => {
  const users = await startService(() => undefined)
  const orders = await startSocketService((socket) =>
    socket.write('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n'),
  )
  const gateway = await startGateway({ users, orders }, { UPSTREAM_TIMEOUT_SECONDS: '2.5' })
  const status = gateway.ask('/status')
  // A call takes longer.
  const call = gateway.ask('/users/1').catch(() => undefined)
  expect(await Promise.race([status.then(() => 'status'), call.then(() => 'call')])).toBe('status')
  const { services } = Status.parse((await status).json())
  expect(services.users).toMatchObject({ reachable: false, ready: false, latency_ms: null })
  await until(() => users.sockets.size + orders.sockets.size === 0)
})

test('/status counts requests, failures and cache outcomes, and tells the latency', async () => {
  const users = await startReady()
  const gateway = await startGateway({ users })
  for (const outcome of ['HIT', 'HIT', 'HIT', 'MISS', 'BYPASS', '', 'ODD'])
    await gateway.ask(`/users/${outcome}`)
  await gateway.ask('/orders')
  const { services, cache } = Status.parse((await gateway.ask('/status')).json())
  expect(services.users).toMatchObject({ requests_total: 7, failures_total: 0 })
  expect(services.users.requests_per_second).toBeGreaterThan(0)
  const { p50, p99, max } = services.users.latency
  expect(p50).toBeGreaterThan(0)
  expect(p99).toBeGreaterThanOrEqual(p50 ?? 0)
  expect(max).toBeGreaterThanOrEqual(p99 ?? 0)
  expect(services.orders).toMatchObject({ requests_total: 1, failures_total: 1 })
  expect(services.payments.latency).toEqual({ p50: null, p90: null, p99: null, max: null })
  expect(cache).toEqual({ hits: 3, misses: 1, bypasses: 1, hit_ratio: 0.6 })
})

test('/ready is 200 while the services are away, for the gateway can do its work', async () => {
  const gateway = await startGateway({})
  const { status, json } = await gateway.ask('/ready')
  expect(status).toBe(200)
  expect(Ready.parse(json())).toEqual({ status: 'ready', checks: { gateway: 'ok' } })
})

test('/metrics tells the state of each circuit, failures by kind, and what was refused', async () => {
  const users = await startService((_, response) => response.writeHead(500).end())
  const gateway = await startGateway({ users }, { BREAKER_FAILURES: '2' })
  await gateway.ask('/users/1')
  await gateway.ask('/users/1')
  await gateway.ask('/users/1')
  await gateway.ask('/orders')
  const { text, headers } = await gateway.ask('/metrics')
  expect(headers['content-type']).toMatch(/^text\/plain; version=/)
  const lines = text.split('\n').map((line) => line.replace(/,?service="gateway"/, ''))
  expect(lines).toEqual(
    expect.arrayContaining([
      'circuit_state{upstream="users",state="OPEN"} 1',
      'circuit_state{upstream="users",state="CLOSED"} 0',
      'circuit_state{upstream="orders",state="CLOSED"} 1',
      'circuit_transitions_total{upstream="users",to="OPEN"} 1',
      'upstream_failures_total{upstream="users",kind="status"} 2',
      'upstream_failures_total{upstream="orders",kind="unreachable"} 1',
      'circuit_rejected_total{upstream="users"} 1',
      'circuit_rejected_total{upstream="orders"} 0',
    ]),
  )
  expect(text).toMatch(
    /http_request_duration_seconds_count\{[^}]*route="\/users\/\*"[^}]*status="503"[^}]*\} 1/,
  )
})

test.each(['/health', '/status', '/ready', '/metrics', '/openapi.json'])(
  '%s is for reading only',
  async (path) => {
    const gateway = await startGateway({})
    expect((await gateway.ask(path)).status).toBe(200)
    expect((await gateway.ask(path, { method: 'HEAD' })).status).toBe(200)
    const { status, headers, json } = await gateway.ask(path, { method: 'POST', body: '{' })
    expect(status).toBe(405)
    expect(headers.allow).toBe('GET, HEAD')
    expect(Problem.parse(json()).type).toBe('urn:msctl:problem:method-not-allowed')
  },
)
