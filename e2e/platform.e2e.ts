// The walk-through of README, as a newcomer does it: the real msctl, the real curl, port 8000. MSCTL_DRIVER says on which
// driver. It begins with an empty platform and ends with none.
import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fits, readSteps, type Step } from './walk-through.ts'

const root = path.resolve(import.meta.dirname, '..')
const driver = process.env.MSCTL_DRIVER ?? 'local'
const gateway = 'http://localhost:8000'
/** Of the databases in Docker Compose; no other text is like it. */
const SECRET = `secret-${randomUUID()}`
let curlHome: string

beforeAll(async () => {
  curlHome = await mkdtemp(path.join(tmpdir(), 'walk-through-'))
  // So that the commands can be run as they are printed, and still tell the status.
  await writeFile(
    path.join(curlHome, '.curlrc'),
    'silent\nshow-error\nmax-time = 20\nwrite-out = "\\n%{http_code}\\n"\n',
  )
})

afterAll(async () => {
  await msctl('down', '--volumes')
  await rm(curlHome, { recursive: true })
})

interface Outcome {
  exitCode: number
  stdout: string
  stderr: string
}

const run = (command: string, args: string[]): Promise<Outcome> =>
  new Promise((resolve) => {
    const env = {
      ...{ ...process.env, MSCTL_DRIVER: driver, CURL_HOME: curlHome, HOME: curlHome },
      POSTGRES_PASSWORD: SECRET,
    }
    execFile(command, args, { cwd: root, env, maxBuffer: 2 ** 26 }, (error, stdout, stderr) => {
      resolve({
        exitCode: typeof error?.code === 'number' ? error.code : error === null ? 0 : -1,
        stdout,
        stderr,
      })
    })
  })

const msctl = (...args: string[]) => run('./msctl', args)

async function follow({ command, answers }: Step): Promise<void> {
  const { exitCode, stdout, stderr } = await run('bash', ['-c', command])
  expect({ command, exitCode, stderr: exitCode === 0 ? '' : stderr }).toEqual({
    command,
    exitCode: 0,
    stderr: '',
  })
  if (answers.length === 0) return
  const given = [...stdout.matchAll(/(.*?)\n(\d{3})\n/gs)].map(([, body = '', status]) => ({
    status: Number(status),
    body,
  }))
  expect(given).toHaveLength(answers.length)
  for (const [i, { statuses, body }] of answers.entries()) {
    const answer = given[i]
    const isRight = answer !== undefined && statuses.includes(answer.status) && fits(answer.body, body)
    expect(isRight ? 'right' : { command, expected: { statuses, body }, answer }).toBe('right')
  }
}

/** What a person sees who looks into Redis. */
async function redisCli(...args: string[]): Promise<string> {
  const { exitCode, stdout, stderr } =
    driver === 'compose'
      ? await run('docker-compose', ['exec', '-T', 'cache', 'redis-cli', ...args])
      : await run('redis-cli', args)
  expect([exitCode, stderr]).toEqual([0, ''])
  return stdout.trim()
}

async function get(target: string): Promise<{ status: number; ms: number; body: string }> {
  const startedAt = performance.now()
  const answer = await fetch(gateway + target)
  return { status: answer.status, body: await answer.text(), ms: performance.now() - startedAt }
}

async function post(target: string, body: object): Promise<{ id: number }> {
  const answer = await fetch(gateway + target, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  expect(answer.status).toBe(201)
  return (await answer.json()) as { id: number }
}

async function until(isTrue: () => Promise<boolean>, timeoutMs = 60_000): Promise<void> {
  const deadline = performance.now() + timeoutMs
  while (!(await isTrue())) {
    expect(performance.now(), `waiting for ${isTrue}`).toBeLessThan(deadline)
    await delay(100)
  }
}

describe(`on the ${driver} driver`, () => {
  test('up starts everything, and says so when everything is up', async () => {
    const first = await msctl('up', '--fresh')
    expect([first.exitCode, first.exitCode === 0 ? '' : first.stderr]).toEqual([0, ''])
    const status = JSON.parse((await msctl('status', '--json')).stdout)
    expect(status.driver).toBe(driver)
    expect(new Set(status.parts.map(({ state }: { state: string }) => state))).toEqual(new Set(['up']))

    const second = await msctl('up')
    expect([second.exitCode, `${second.stdout}${second.stderr}`]).toEqual([
      0,
      expect.stringMatching(/already/i),
    ])
  })

  test('every command of the walk-through answers as README says', async () => {
    let timed = 0
    for (const step of readSteps(await readFile(path.join(root, 'README.md'), 'utf8'))) {
      await follow(step)
      if (step.command.startsWith('time curl')) timed += 1
      if (timed === 2) {
        timed = 0
        expect((await redisCli('KEYS', '*')).split('\n')).toContain('user:1')
        expect(JSON.parse(await redisCli('GET', 'user:1'))).toMatchObject({ id: 1, name: 'Updated User' })
        const ttl = Number(await redisCli('TTL', 'user:1'))
        expect(ttl).toBeGreaterThan(290)
        expect(ttl).toBeLessThanOrEqual(300)
      }
    }
  })

  test('an open circuit refuses about as quickly as the gateway answers by itself', async () => {
    expect((await msctl('stop', 'users')).exitCode).toBe(0)
    const answers = []
    const ownMs: number[] = []
    for (let i = 0; i < 25; i++) {
      answers.push(await get('/users/1'))
      ownMs.push((await get('/status')).ms)
    }
    expect(answers.slice(0, 5).every(({ status }) => status === 502 || status === 504)).toBe(true)
    const refused = answers.slice(5)
    expect(new Set(refused.map(({ status }) => status))).toEqual(new Set([503]))
    const medianOf = (took: number[]) => took.sort((a, b) => a - b)[Math.floor(took.length / 2)] ?? 0
    expect(medianOf(refused.map(({ ms }) => ms))).toBeLessThan(20 + 2 * medianOf(ownMs))
    expect((await get('/payments')).status).toBe(200)
    expect((await msctl('start', 'users')).exitCode).toBe(0)
    await until(async () => (await get('/users')).status === 200)
  })

  test('without the cache every request still succeeds', async () => {
    const { id } = await post('/orders', { userId: 1, product: 'Laptop' })
    let isOver = false
    const statuses: number[] = []
    const stream = (async () => {
      while (!isOver) statuses.push((await get(`/orders/${id}`)).status)
    })()
    const outcomeOf = async () => (await fetch(`${gateway}/orders/${id}`)).headers.get('x-cache')
    await until(async () => (await outcomeOf()) === 'HIT')
    expect((await msctl('kill', 'cache')).exitCode).toBe(0)
    await until(async () => (await outcomeOf()) === 'BYPASS')
    expect((await msctl('start', 'cache')).exitCode).toBe(0)
    await until(async () => (await outcomeOf()) === 'HIT')
    isOver = true
    await stream
    expect(statuses.length).toBeGreaterThan(20)
    expect(new Set(statuses)).toEqual(new Set([200]))
  })

  test('without the database cached reads succeed, the rest gets 503, and all recovers', async () => {
    const cached = await post('/orders', { userId: 2, product: 'Desk' })
    const cold = await post('/orders', { userId: 2, product: 'Lamp' })
    await get(`/orders/${cached.id}`)
    expect((await msctl('kill', 'db')).exitCode).toBe(0)
    for (let i = 0; i < 10; i++) {
      expect((await get(`/orders/${cached.id}`)).status).toBe(200)
      const refused = await get(`/orders/${cold.id}`)
      expect(refused.status).toBe(503)
      expect(refused.body).not.toMatch(/postgres|5432|db_|secret/)
    }
    expect((await msctl('start', 'db')).exitCode).toBe(0)
    await until(async () => (await get(`/orders/${cold.id}`)).status === 200)
    await post('/payments', { order_id: cold.id, amount: 1 })
  })

  describe.runIf(driver === 'compose')('of its containers', () => {
    interface Container {
      readonly Id: string
      readonly Image: string
      readonly Config: { readonly Labels: Readonly<Record<string, string>> }
      readonly NetworkSettings: {
        readonly Ports: Readonly<Record<string, readonly { readonly HostIp: string }[] | null>>
      }
    }
    const docker = async (...args: string[]) => {
      const { exitCode, stdout, stderr } = await run('docker', args)
      expect([args, exitCode, exitCode === 0 ? '' : stderr]).toEqual([args, 0, ''])
      return stdout
    }
    const containers = async (): Promise<(Container & { service: string })[]> => {
      const ids = (await run('docker-compose', ['ps', '-q'])).stdout.trim().split('\n')
      const all: Container[] = JSON.parse(await docker('inspect', ...ids))
      return all.map((each) => ({
        ...each,
        service: each.Config.Labels['com.docker.compose.service'] ?? '',
      }))
    }

    test('only the gateway can be reached, and only from this machine', async () => {
      const published = (await containers()).flatMap(({ service, NetworkSettings: { Ports } }) =>
        Object.values(Ports).flatMap((bound) => (bound ?? []).map(({ HostIp }) => [service, HostIp])),
      )
      expect(published).toEqual([['api_gateway', '127.0.0.1']])
    })

    test('none has rights, or can gain any, and no service can change its program', async () => {
      const all = await containers()
      expect(all).toHaveLength(8)
      for (const { Id, service } of all) {
        const status = await docker('exec', Id, 'cat', '/proc/1/status')
        const field = (name: string) => new RegExp(`^${name}:\\s+(\\w+)`, 'm').exec(status)?.[1]
        const none = '0'.repeat(16)
        expect([service, field('CapPrm'), field('CapEff'), field('CapBnd')]).toEqual([
          ...[service, none, none, none],
        ])
        expect([service, field('NoNewPrivs'), field('Uid') === '0']).toEqual([service, '1', false])
        const write = await run('docker', ['exec', Id, 'sh', '-c', 'touch /usr/bin/x || touch /app/main.cjs'])
        expect([service, write.exitCode === 0]).toEqual([service, false])
      }
    })

    test('neither images nor logs hold the password of the databases', async () => {
      const images = new Set((await containers()).map(({ Image }) => Image))
      for (const image of images) {
        expect(await docker('image', 'inspect', image)).not.toContain(SECRET)
        expect(await docker('history', '--no-trunc', image)).not.toContain(SECRET)
      }
      const logs = (await run('docker-compose', ['logs', '--no-color'])).stdout
      expect(logs).toContain('service_orders')
      expect(logs).not.toContain(SECRET)
    })
  })

  test('down keeps the data, unless it is told not to', async () => {
    const { id } = await post('/users', { email: 'keep@example.com', name: 'Keep' })
    expect((await msctl('down')).exitCode).toBe(0)
    expect((await msctl('up')).exitCode).toBe(0)
    expect((await get(`/users/${id}`)).status).toBe(200)
    expect((await msctl('down', '--volumes')).exitCode).toBe(0)
    expect((await msctl('up')).exitCode).toBe(0)
    expect(await get('/users')).toMatchObject({ status: 200, body: '[]' })
  })
})
