import { EventEmitter, once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { connect } from 'node:net'
import { until } from '@msctl/kit/testing'
import { Problem } from '@msctl/sdk/contract'
import { expect, onTestFinished, test, vi } from 'vitest'
import { createOverload } from './overload.ts'
import { type Rig, startGateway, startService } from './testing/start-gateway.ts'

/** A service that keeps its answers until it is told to give them. */
async function startHeld() {
  const held: ServerResponse[] = []
  const service = await startService((_request, response) => held.push(response))
  const answerAll = () => {
    for (const response of held.splice(0)) response.end('[]')
  }
  return { service, held, answerAll }
}

/** Fills the gateway. On a busy machine its event loop may be late, and it takes on fewer for a moment. */
async function fill({ ask }: Rig, held: ServerResponse[], size: number, signal?: AbortSignal) {
  const accepted: Promise<{ status: number }>[] = []
  while (held.length < size) {
    const before = held.length
    const asked = ask('/users', signal === undefined ? {} : { signal })
    const isRefused = await Promise.race([asked.then(() => true), until(() => held.length > before)])
    if (isRefused !== true) accepted.push(asked)
  }
  return accepted
}

test('takes on as many requests as it is told, refuses more at once, and goes on when there is room', async () => {
  const { service, held, answerAll } = await startHeld()
  const gateway = await startGateway({ users: service }, { MAX_IN_FLIGHT: '3' })
  for (let round = 0; round < 2; round++) {
    const accepted = await fill(gateway, held, 3)
    for (const path of ['/users', '/orders', '/status', '/nothing']) {
      const { status, headers, json } = await gateway.ask(path)
      expect(status).toBe(503)
      expect(headers['retry-after']).toBe('1')
      expect(Problem.parse(json())).toMatchObject({ type: 'urn:msctl:problem:overloaded', status: 503 })
    }
    for (const path of ['/ready', '/metrics', '/openapi.json'])
      expect(await gateway.ask(path)).toMatchObject({ status: 200 })
    // No circuit counts what was refused.
    expect(await gateway.health()).toMatchObject({
      status: 'ok',
      circuits: { users: { failure_count: 0 }, orders: { failure_count: 0 } },
    })
    expect(held).toHaveLength(3)
    answerAll()
    expect(await Promise.all(accepted)).toMatchObject(Array(3).fill({ status: 200 }))
  }
})

test('callers that hang up leave room for others', async () => {
  const { service, held, answerAll } = await startHeld()
  const gateway = await startGateway({ users: service }, { MAX_IN_FLIGHT: '2' })
  const leaving = new AbortController()
  const gone = await fill(gateway, held, 2, leaving.signal)
  leaving.abort()
  expect(await Promise.allSettled(gone)).toMatchObject(Array(2).fill({ status: 'rejected' }))
  held.length = 0
  const accepted = await fill(gateway, held, 2)
  answerAll()
  expect(await Promise.all(accepted)).toMatchObject(Array(2).fill({ status: 200 }))
})

test('whoever sends slowly takes no room from others', async () => {
  const users = await startService((_request, response) => response.end('[]'))
  const gateway = await startGateway({ users }, { MAX_IN_FLIGHT: '1' })
  for (let i = 0; i < 3; i++) {
    const socket = connect(gateway.port, '127.0.0.1')
    onTestFinished(() => void socket.destroy())
    socket.write('POST /users HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 50\r\n\r\n')
    // The gateway has begun with it.
    const [data] = (await once(socket, 'data')) as [Buffer]
    expect(data.toString()).toMatch(/^HTTP\/1.1 100 /)
    socket.write('{')
  }
  expect(await gateway.ask('/users')).toMatchObject({ status: 200 })
})

test('a request is refused before its body has come', async () => {
  const { service, held, answerAll } = await startHeld()
  const gateway = await startGateway({ users: service }, { MAX_IN_FLIGHT: '1' })
  const accepted = await fill(gateway, held, 1)
  const headers = { 'content-type': 'application/json' }
  const body = Buffer.alloc(60_000, ' ')
  expect(await gateway.ask('/users', { method: 'POST', body, headers })).toMatchObject({ status: 503 })
  answerAll()
  expect(await Promise.all(accepted)).toMatchObject([{ status: 200 }])
})

test('half as many are let in while the event loop is late, and never none', () => {
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
  const enterAll = (maxInFlight: number, lateMs: number) => {
    const overload = createOverload({ maxInFlight })
    // The clock goes on while the loop is busy, and the timer fires late.
    vi.spyOn(performance, 'now').mockReturnValue(performance.now() + 20 + lateMs)
    vi.advanceTimersToNextTimer()
    vi.mocked(performance.now).mockRestore()
    const responses = Array.from({ length: 10 }, () => new EventEmitter() as unknown as ServerResponse)
    const entered = responses.filter((response) => overload.enter(response)).length
    overload.close()
    return entered
  }
  expect([enterAll(5, 0), enterAll(5, 90), enterAll(5, 110), enterAll(1, 500)]).toEqual([5, 5, 3, 1])
})
