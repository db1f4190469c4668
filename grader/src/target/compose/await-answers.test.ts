import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { awaitAnswers } from './await-answers.ts'
import type { SubmittedContainer } from './inspect.ts'

const ROLES = { gateway: 'gateway', users: 'users', orders: 'orders', payments: 'payments' }

/** A container that runs. */
const container = (service: string, more: Partial<SubmittedContainer> = {}): SubmittedContainer => ({
  ...{ id: service, service, isRunning: true, isHealthy: false, isStarting: false, isDead: false },
  ...{
    state: 'running',
    restartPolicy: 'no',
    restarts: 0,
    startedAt: 'then',
    anonymousVolumes: [],
    environment: {},
  },
  ...more,
})
const ended = (service: string) => container(service, { isRunning: false, isDead: true, state: 'exited (1)' })

interface Project {
  /** What a service answers: a status, and a body. */
  readonly answer?: (service: string, elapsedMs: number) => readonly [status: number, body: unknown]
  readonly containers?: (elapsedMs: number) => readonly SubmittedContainer[]
  readonly deadlineMs?: number
}

async function started({ answer, containers, deadlineMs = 15_000 }: Project) {
  const began = performance.now()
  const elapsedMs = () => performance.now() - began
  const server = createServer((request, response) => {
    const [status, body] = answer?.((request.url ?? '').slice(1), elapsedMs()) ?? [200, []]
    response.writeHead(status).end(JSON.stringify(body))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const all = Object.values(ROLES).map((service) => container(service))
  try {
    const answers = await awaitAnswers({
      ...{ url, roles: ROLES, deadlineMs },
      containers: async () => containers?.(elapsedMs()) ?? all,
    })
    return { ...answers, tookMs: elapsedMs() }
  } finally {
    server.closeAllConnections()
    server.close()
  }
}

test.concurrent('what answers with lists has started when it still does some seconds later', async () => {
  const { answered, missing, tookMs } = await started({})
  expect({ answered, missing }).toEqual({ answered: ['users', 'orders', 'payments'], missing: [] })
  expect(tookMs).toBeGreaterThan(2_900)
})

test.concurrent('a list may be wrapped, and an empty answer is none', async () => {
  const { answered, missing, isGatewayThere } = await started({
    answer: (service) =>
      service === 'users' ? [200, { items: [] }] : service === 'orders' ? [404, {}] : [200, {}],
  })
  expect(answered).toEqual(['users'])
  expect(missing).toEqual(['orders: GET /orders → 404', 'payments: GET /payments → 200, not a list'])
  expect(isGatewayThere).toBe(true)
})

test.concurrent('a service that ends soon after its start has not started', async () => {
  const { answered, missing } = await started({
    answer: (service, ms) => (service === 'payments' && ms > 1_500 ? [502, {}] : [200, []]),
    containers: (ms) => [
      ...['gateway', 'users', 'orders'].map((service) => container(service)),
      ms > 1_500 ? ended('payments') : container('payments'),
    ],
  })
  expect(answered).toEqual(['users', 'orders'])
  expect(missing).toEqual(['payments: GET /payments → 502'])
})

test.concurrent('one that begins anew is looked at again until it stays', async () => {
  const { answered, tookMs } = await started({
    containers: (ms) =>
      Object.values(ROLES).map((service) =>
        container(service, { startedAt: service === 'users' && ms > 2_000 ? 'later' : 'then' }),
      ),
  })
  expect(answered).toEqual(['users', 'orders', 'payments'])
  expect(tookMs).toBeGreaterThan(5_000)
})

test.concurrent('one that begins anew again and again does not run, whatever it is doing when the time is over', async () => {
  const { answered, containers, isMachineBusy } = await started({
    answer: (service) => (service === 'users' ? [503, {}] : [200, []]),
    containers: (ms) =>
      Object.values(ROLES).map((service) =>
        service === 'users'
          ? container(service, { startedAt: `${Math.floor(ms / 1_000)}`, restarts: Math.floor(ms / 1_000) })
          : container(service),
      ),
    deadlineMs: 5_000,
  })
  expect(answered).toEqual(['orders', 'payments'])
  expect(containers.filter(({ isRunning }) => !isRunning)).toMatchObject([
    { service: 'users', state: 'restarting' },
  ])
  expect(isMachineBusy).toBe(false)
})

test.concurrent('without a gateway nothing is waited for', async () => {
  const { isGatewayThere, answered, tookMs } = await started({ containers: () => [container('users')] })
  expect({ isGatewayThere, answered }).toEqual({ isGatewayThere: false, answered: [] })
  expect(tookMs).toBeLessThan(3_000)
})
