// What is no student's failure: a target that goes away, a control that fails, hangs or lies, addresses that are wrong.
import { once } from 'node:events'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { type AddressInfo, createConnection } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Control } from '@msctl/platform/control'
import { defineSheet } from '@msctl/scenarios'
import { expect, inject, onTestFinished, test } from 'vitest'
import { circuitBreaker } from '../checks/circuit-breaker/experiment.ts'
import { persistence } from '../checks/persistence/experiment.ts'
import type { ComposeFacts } from '../target/compose-facts.ts'
import { controlProgram } from '../target/control-program.ts'
import { TargetNotReady } from '../target/target.ts'
import type { GradingEvent } from './events.ts'
import { type Check, type Experiment, type Grader, GradingError, TargetFailure } from './grader.ts'
import type { Report } from './report.ts'
import { type GradingOptions, runGrading } from './run-grading.ts'

/** A gateway and three services as short as they can be: what is stored in each, and which are down. */
interface Sketch {
  readonly url: string
  readonly down: Set<string>
  readonly server: Server
  /** Called before each request is answered, which waits for what it promises. */
  onRequest: (path: string, whole: string) => void | Promise<void>
}

async function startSketch(): Promise<Sketch> {
  const rows = new Map<string, Record<string, unknown>>()
  const down = new Set<string>()
  let ids = 0
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', async () => {
      const { pathname } = new URL(request.url ?? '/', 'http://sketch')
      await sketch.onRequest(pathname, `${request.method} ${request.url}`)
      const [, service = '', id] = pathname.split('/')
      const answer = (status: number, body: unknown) => {
        if (response.destroyed) return
        response.writeHead(status, { 'content-type': 'application/json' })
        response.end(JSON.stringify(body))
      }
      if (service === 'health') {
        const circuit = { status: 'CLOSED', failure_count: 0 }
        return answer(200, { circuits: { users: circuit, orders: circuit, payments: circuit } })
      }
      if (down.has(service)) return answer(503, { detail: 'away' })
      const body = chunks.length === 0 ? {} : JSON.parse(Buffer.concat(chunks).toString())
      const key = `${service}/${id}`
      const row = rows.get(key)
      if (request.method === 'POST') {
        const created = { id: ++ids, ...body }
        rows.set(`${service}/${created.id}`, created)
        return answer(201, created)
      }
      if (id === undefined)
        return answer(
          200,
          [...rows].flatMap(([name, each]) => (name.startsWith(service) ? [each] : [])),
        )
      if (row === undefined) return answer(404, {})
      if (request.method === 'PUT') rows.set(key, { ...row, ...body })
      if (request.method === 'DELETE') rows.delete(key)
      return answer(200, rows.get(key) ?? {})
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  const sketch: Sketch = { url: `http://127.0.0.1:${port}`, down, server, onRequest: () => undefined }
  return sketch
}

/** Takes the whole sketch off the air: whoever asks is refused. */
function vanish({ server }: Sketch): void {
  server.close()
  server.closeAllConnections()
}

const check: Check = { criterion: 'correctness', title: 'It answers', why: 'Why.', hint: 'Hint.' }

/** An experiment that asks for something again and again, and expects it to be answered well. */
function asks(times: number, more: Partial<Experiment> = {}): Experiment {
  return {
    ...{ needs: ['http'], uses: ['users'] },
    sheet: defineSheet<Grader, Record<never, never>>({
      ...{ name: 'asks', title: 'Asks', question: '?', idea: '', state: () => ({}), steadyState: [] },
      expectations: { 'correctness.asks': check },
      steps: [
        {
          title: 'Ask',
          run: async ({ world, ...lab }) => {
            for (let index = 0; index < times; index++) {
              const answer = await world.request('GET', '/users')
              lab.expect('correctness.asks', {
                ...{ held: answer.status === 200, expected: '200', actual: String(answer.status) },
                ...{ evidence: [answer.evidence] },
              } as never)
            }
          },
        },
      ],
    }) as Experiment['sheet'],
    ...more,
  }
}

function grade(
  url: string,
  experiments: readonly Experiment[],
  more: Partial<GradingOptions> = {},
): Promise<Report> {
  return runGrading({
    ...{ target: { kind: 'url', url }, experiments, seed: 1, version: '0', resetSeconds: 1 },
    ...{ signal: new AbortController().signal, lostAfterMs: 300, readyWithinMs: 1_000 },
    ...more,
  })
}

const statusesOf = ({ checks }: Report) => [...new Set(checks.map(({ status }) => status))]
const reasonsOf = ({ checks }: Report) => checks.map(({ cause }) => cause?.actual ?? '').join('\n')

test('what answers well passes', async () => {
  const { url } = await startSketch()
  const report = await grade(url, [asks(3)])
  expect(report).toMatchObject({ checks: [{ id: 'correctness.asks', status: 'pass' }] })
})

test('a target that is not there is not graded', async () => {
  const sketch = await startSketch()
  vanish(sketch)
  await expect(grade(sketch.url, [asks(1)])).rejects.toBeInstanceOf(TargetNotReady)
})

test.for([1, 2, 5, 10, 20, 25])(
  'a target that goes away at request %d is nobody’s failure',
  async (count) => {
    const sketch = await startSketch()
    let seen = 0
    sketch.onRequest = () => {
      if (++seen === count) vanish(sketch)
    }
    const report = await grade(sketch.url, [asks(40)]).catch((error: unknown) => error)
    // Gone before it was ready, or while it was graded.
    if (report instanceof TargetNotReady) return
    expect(statusesOf(report as Report)).toEqual(['error'])
    expect(reasonsOf(report as Report)).toContain('stopped answering')
    expect(report).toMatchObject({ passed: false, score: 0, assessable: 0 })
  },
)

test('services that fail just before the gateway goes away are nobody’s failure', async () => {
  const sketch = await startSketch()
  let seen = 0
  sketch.onRequest = (pathname) => {
    if (pathname === '/users' && ++seen === 5) {
      sketch.down.add('users')
      setTimeout(() => vanish(sketch), 50)
    }
  }
  const report = await grade(sketch.url, [asks(5)])
  expect(statusesOf(report)).toEqual(['error'])
})

test('a target that does not answer at all any more is given up, and what it never came to is an error', async () => {
  const sketch = await startSketch()
  sketch.server.on('request', (_, response) => {
    if (seen > 22) response.destroy()
  })
  let seen = 0
  sketch.onRequest = () => void seen++
  const report = await grade(sketch.url, [
    asks(30),
    { ...asks(1), sheet: { ...asks(1).sheet, name: 'later' } },
  ])
  expect(statusesOf(report)).toEqual(['error'])
})

test('a service that fails, in front of a gateway that is there, is a failure', async () => {
  const sketch = await startSketch()
  let seen = 0
  sketch.onRequest = (pathname) => {
    if (pathname === '/users' && ++seen === 3) sketch.down.add('users')
  }
  const report = await grade(sketch.url, [asks(5)])
  expect(report.checks).toMatchObject([{ status: 'fail', cause: { actual: '503' } }])
  expect(report.checks[0]?.repro).toContain('curl')
})

test('a service that is out of reach for a moment is asked again, which is told', async () => {
  const sketch = await startSketch()
  let seen = 0
  sketch.onRequest = (_, whole) => {
    if (whole === 'GET /users' && ++seen === 3) sketch.down.add('users')
    // Then it is looked whether it is back.
    if (whole === 'GET /users?limit=1') sketch.down.delete('users')
  }
  const notes: string[] = []
  const onEvent = (event: GradingEvent) => void (event.type === 'note' && notes.push(event.text))
  const report = await grade(sketch.url, [asks(5)], { onEvent })
  expect(report.checks).toMatchObject([{ status: 'pass' }])
  expect(notes).toEqual(['Asks: tried again, because a service was unavailable'])
  expect(report.timeline.map((entry) => 'label' in entry && entry.label)).toContain(notes[0])
})

test('a service that is out of reach where ordinary requests take seconds is nobody’s failure', async () => {
  const sketch = await startSketch()
  let seen = 0
  let looks = 0
  sketch.onRequest = async (pathname, whole) => {
    if (whole === 'GET /users' && ++seen === 3) sketch.down.add('users')
    // Once it has been asked three times five times, it is looked at how long things take.
    if (pathname === '/health' && seen === 15 && ++looks === 1) await delay(1_100)
  }
  const report = await grade(sketch.url, [asks(5)], { lostAfterMs: 5_000 })
  expect(statusesOf(report)).toEqual(['error'])
  expect(reasonsOf(report)).toContain('too busy')
})

test('what is not given is not assessed, and says how to give it', async () => {
  const { url } = await startSketch()
  const report = await grade(url, [asks(1, { needs: ['redis'] }), circuitBreaker])
  expect(statusesOf(report)).toEqual(['not-assessed'])
  expect(reasonsOf(report)).toContain('--redis')
  expect(reasonsOf(report)).toContain('--control')
})

test('a Redis or a database that cannot be reached is an error, and one of somebody else is no failure', async () => {
  const { url } = await startSketch()
  const needsRedis = asks(1, { needs: ['redis'] })
  const dead = 'redis://127.0.0.1:1'
  expect(statusesOf(await grade(url, [needsRedis], { target: { kind: 'url', url, redis: dead } }))).toEqual([
    'error',
  ])

  const foreign = await grade(url, [needsRedis], { target: { kind: 'url', url, redis: inject('redisUrl') } })
  expect(statusesOf(foreign)).toEqual(['error'])
  expect(reasonsOf(foreign)).toContain('asks nothing of this Redis')

  const needsDatabase = asks(1, { needs: ['db'] })
  const closed = { users: 'postgres://user:secret@127.0.0.1:1/users_db' }
  expect(
    statusesOf(await grade(url, [needsDatabase], { target: { kind: 'url', url, databases: closed } })),
  ).toEqual(['error'])
  const other = await grade(url, [needsDatabase], {
    target: { kind: 'url', url, databases: { users: inject('postgresUrl') } },
  })
  expect(statusesOf(other)).toEqual(['not-assessed'])
  expect(reasonsOf(other)).toContain('not in the database')
})

test('a Redis that hears nothing is the target’s where the target is connected to it', {
  skip: process.platform !== 'linux',
}, async () => {
  const { url } = await startSketch()
  const redis = inject('redisUrl')
  const used = createConnection({ host: '127.0.0.1', port: Number(new URL(redis).port) })
  onTestFinished(() => void used.destroy())
  await once(used, 'connect')
  const report = await grade(url, [asks(1, { needs: ['redis'] })], { target: { kind: 'url', url, redis } })
  expect(statusesOf(report)).toEqual(['pass'])
})

test('a Redis that hears nothing is the target’s where the target’s control stops it', async () => {
  const { url } = await startSketch()
  let isUp = true
  const redis = {
    ask: async (...[command]: readonly string[]) => {
      if (!isUp) throw new Error('ECONNREFUSED')
      return command === 'CLIENT' ? '' : command === 'PING' ? 'PONG' : 'none'
    },
  }
  const switched = (isOn: boolean) => async (part: string) => {
    if (part === 'cache') isUp = isOn
  }
  const control: Control = { stop: switched(false), start: switched(true), restart: said }
  const needsRedis = [asks(1, { needs: ['redis'] })]
  const graded = (own: Control) =>
    grade(url, needsRedis, { target: { kind: 'url', url, redis, control: own } })
  expect(statusesOf(await graded(control))).toEqual(['pass'])
  expect(isUp).toBe(true)
  const lies = await graded({ ...control, stop: said })
  expect(statusesOf(lies)).toEqual(['error'])
  expect(reasonsOf(lies)).toContain('stop cache')
})

const said = async () => ''

test.for<[string, Control, string]>([
  [
    'fails',
    {
      stop: () => Promise.reject(new Error('no such unit')),
      start: said,
      restart: () => Promise.reject(new Error('no such unit')),
    },
    'no such unit',
  ],
  ['lies', { stop: said, start: said, restart: said }, 'The control said'],
])('a control that %s is nobody’s failure', async ([, control, reason]) => {
  const { url } = await startSketch()
  const report = await grade(url, [persistence], { target: { kind: 'url', url, control } })
  expect(statusesOf(report)).toEqual(['error'])
  expect(reasonsOf(report)).toContain(reason)
})

test('a control program that hangs is ended, and is nobody’s failure', async () => {
  const { url } = await startSketch()
  const folder = await mkdtemp(path.join(tmpdir(), 'msctl-control-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const program = path.join(folder, 'ctl')
  await writeFile(program, '#!/bin/sh\nexec sleep 60\n')
  await chmod(program, 0o755)
  const control = controlProgram({ program, timeoutMs: 300, env: process.env })
  const report = await grade(url, [persistence, circuitBreaker], { target: { kind: 'url', url, control } })
  // One that needs a database as well is not assessed, as there is none.
  const withControl = report.checks.filter(({ id }) => id !== 'circuit-breaker.one-trial')
  expect(new Set(withControl.map(({ status }) => status))).toEqual(new Set(['error']))
  expect(reasonsOf(report)).toContain('not done within 0.3 s')
  expect(report).toMatchObject({ passed: false, assessable: 0 })
})

test('a control that says it has stopped a service, which answers on, is nobody’s failure', async () => {
  const { url } = await startSketch()
  const control: Control = { stop: said, start: said, restart: said }
  const report = await grade(url, [circuitBreaker], { target: { kind: 'url', url, control } })
  const withControl = report.checks.filter(({ id }) => id !== 'circuit-breaker.one-trial')
  expect(new Set(withControl.map(({ status }) => status))).toEqual(new Set(['error']))
  expect(reasonsOf(report)).toContain('still answers')
})

test('a control program is ended when it hangs, and what it said is told when it fails', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'msctl-control-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const program = path.join(folder, 'ctl')
  await writeFile(
    program,
    '#!/bin/sh\ncase "$1 $2" in\n"stop users") exec sleep 60;;\n"stop orders") echo broken; exit 3;;\nesac\necho "$@"\n',
  )
  await chmod(program, 0o755)
  const control = controlProgram({ program, timeoutMs: 300, env: process.env })
  await expect(control.stop('users')).rejects.toThrow('not done within 0.3 s')
  await expect(control.stop('orders')).rejects.toThrow(/exit code 3: broken/)
  await expect(control.start('users')).resolves.toBe('start users')
  const missing = controlProgram({ program: path.join(folder, 'none'), env: process.env })
  await expect(missing.restart()).rejects.toThrow('ENOENT')
})

test('what is interrupted is reported as far as it came, and put back', async () => {
  const { url } = await startSketch()
  const controller = new AbortController()
  const done: string[] = []
  const waits: Experiment = {
    ...{ needs: ['http'], uses: [] },
    sheet: defineSheet<Grader, Record<never, never>>({
      ...{ name: 'waits', title: 'Waits', question: '?', idea: '', state: () => ({}), steadyState: [] },
      expectations: { 'correctness.waits': check },
      steps: [
        {
          title: 'Wait',
          run: async (lab) => {
            lab.cleanUp('Put back', async () => void done.push('put back'))
            const made = await lab.world.request('POST', '/users', { json: { email: 'a@b.c', name: 'a' } })
            lab.world.created.note('users', (made.json as { id: number }).id)
            controller.abort(new Error('interrupted'))
            await lab.waitFor('for ever', async () => undefined, { withinMs: 60_000 })
          },
        },
      ],
    }) as Experiment['sheet'],
  }
  const report = await grade(url, [asks(1), waits], { signal: controller.signal })
  expect(report.run.complete).toBe(false)
  expect(report.passed).toBe(false)
  expect(report.checks.find(({ id }) => id === 'correctness.waits')?.status).toBe('not-assessed')
  expect(done).toEqual(['put back'])
  // Whatever was created is deleted, and only that.
  const left = (await (await fetch(`${url}/users`)).json()) as unknown[]
  expect(left).toEqual([])
})

test('a check that comes out differently is marked, and has failed', async () => {
  const sketch = await startSketch()
  let attempts = 0
  const flaky = asks(1)
  const { steps } = flaky.sheet
  const report = await grade(
    sketch.url,
    [
      {
        ...flaky,
        sheet: {
          ...flaky.sheet,
          steps: [
            {
              title: 'Once',
              run: async (lab) => {
                // Away also when it is tried again.
                if ([2, 3, 4].includes(++attempts)) sketch.down.add('users')
                await steps[0]?.run(lab)
                sketch.down.delete('users')
              },
            },
          ],
        },
      },
    ],
    { repeat: 3 },
  )
  expect(report.run.attempts).toBe(3)
  expect(report.checks).toMatchObject([{ status: 'fail', unstable: true }])
})

test('what a Compose project does not have fails what rests on it', async () => {
  const { url } = await startSketch()
  const services = [{ name: 'gateway', image: undefined }] as unknown as ComposeFacts['services']
  const compose = { roles: { gateway: 'gateway' }, services } as ComposeFacts
  const target = { kind: 'compose', url, isOurs: true, isDisposable: true, compose } as const
  for (const [need, because] of [
    ['redis', 'compose.redis'],
    ['db', 'compose.databases'],
  ] as const) {
    const report = await grade(url, [asks(1, { needs: ['http', need] })], { target })
    expect(report.checks).toMatchObject([{ status: 'fail', because }])
  }
})

/** An experiment of two checks that settles the first, and ends or throws before the second. */
function stopsEarly(held: boolean, error?: Error): Experiment {
  const sheet = asks(1).sheet
  return {
    ...asks(1),
    sheet: {
      ...sheet,
      expectations: { 'correctness.first': check, 'correctness.second': check },
      steps: [
        {
          title: 'Stop',
          run: async ({ expect: settle }) => {
            settle('correctness.first', { held, expected: '1', actual: '2' })
            if (error !== undefined) throw error
          },
        },
      ],
    },
  }
}
const secondOf = ({ checks }: Report) => checks.find(({ id }) => id === 'correctness.second')

test('a check that was not reached fails with what failed before it, and is an error of ours otherwise', async () => {
  const { url } = await startSketch()
  expect(secondOf(await grade(url, [stopsEarly(false)]))).toMatchObject({
    ...{ status: 'fail', because: 'correctness.first' },
  })
  expect(secondOf(await grade(url, [stopsEarly(true)]))).toMatchObject({ status: 'error' })
})

test('what the target makes impossible fails, and what we cannot do is an error', async () => {
  const { url } = await startSketch()
  const failed = new TargetFailure('It did not come back.', { because: 'compose.ready' })
  expect(secondOf(await grade(url, [stopsEarly(true, failed)]))).toMatchObject({
    ...{ status: 'fail', because: 'compose.ready', cause: { actual: 'It did not come back.' } },
  })
  const ours = new GradingError('internal', { en: 'Ours.', ru: 'Наше.' })
  const russian = await grade(url, [stopsEarly(true, ours)], { language: 'ru' })
  expect(secondOf(russian)).toMatchObject({ status: 'error', cause: { actual: 'Наше.' } })
})

test('an interrupt while the target is waited for ends the waiting', async () => {
  const controller = new AbortController()
  const grading = grade('http://127.0.0.1:1', [asks(1)], {
    ...{ signal: controller.signal, readyWithinMs: 60_000 },
  })
  controller.abort(new Error('Ctrl-C'))
  await expect(grading).rejects.toThrow('Ctrl-C')
})
