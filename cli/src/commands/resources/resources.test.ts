// The commands as functions, against a gateway that answers what a test wants.
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import type { Language } from '@msctl/scenarios'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import type { Context } from '../../context.ts'
import { exitCodeOf, type Failure } from '../../failure.ts'
import { renderError } from '../../print/error.ts'
import { runCommand } from '../../run-command.ts'
import { renderingOn } from '../../testing/rendering.ts'
import type { ResourceName } from './fields.ts'
import { create, get, type ListOptions, list, remove, update } from './resources.ts'

const ANN = { id: 1, email: 'ann@example.com', name: 'Ann', created_at: '2026-01-31T12:00:00.123Z' }
const rendering = renderingOn()

interface Seen {
  readonly method: string | undefined
  readonly url: string | undefined
  readonly key: string | string[] | undefined
  readonly body: unknown
}

/** A gateway that answers each request so, and what it was asked. */
async function gateway(answer: (response: ServerResponse, seen: Seen) => void) {
  const seen: Seen[] = []
  const server = createServer(async (request, response) => {
    const body = await text(request)
    const { method, url, headers } = request
    const one = {
      method,
      url,
      key: headers['idempotency-key'],
      body: body === '' ? undefined : JSON.parse(body),
    }
    seen.push(one)
    answer(response, one)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen }
}

const reply = (
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
) => {
  const type = status < 400 ? 'application/json' : 'application/problem+json'
  response.writeHead(status, { 'content-type': type, ...headers })
  response.end(status === 204 ? undefined : JSON.stringify(body))
}
const problem = (response: ServerResponse, status: number, name: string, more: object = {}, headers = {}) =>
  reply(response, status, { type: `urn:msctl:problem:${name}`, title: name, status, ...more }, headers)

const nobody: Context['keyboard'] = {
  isThere: false,
  ask: () => Promise.reject(new Error('Nobody is there')),
  ignoreUntilAsked: () => undefined,
  waitForLine: async () => undefined,
}

/** What was warned of. */
let warnings: Failure[] = []
beforeEach(() => {
  warnings = []
})

function contextFor(url: string, input = '', signal = new AbortController().signal): Context {
  return {
    home: { state: '/nowhere', cache: '/nowhere', projectDir: '/nowhere', packedParts: '/nowhere' },
    env: {},
    command: 'msctl',
    settings: {},
    url,
    language: 'en',
    menu: { program: () => Promise.reject(new Error('not wanted')), schemas: async () => ({}) },
    readInput: () => Promise.resolve(input),
    keyboard: nobody,
    rendering,
    signal,
    onEvent: () => undefined,
    warn: async (failure) => void warnings.push(failure),
  }
}

const failureOf = (promise: Promise<unknown>): Promise<Failure> =>
  promise.then(
    () => expect.fail('it should have failed'),
    (error: Failure) => error,
  )
const explain = (failure: unknown, language: Language = 'en') =>
  renderError(failure, { language, terminal: rendering.terminal, verbose: false })

test('a list is sorted by a column, and shows the columns that are asked for', async () => {
  const rows = [
    { ...ANN, id: 1, name: 'Bob' },
    { ...ANN, id: 2, name: 'Ann' },
    { ...ANN, id: 10, name: 'Eve' },
  ]
  const { url } = await gateway((response) => reply(response, 200, rows))
  const show = async (options: object) => {
    const texts: string[] = []
    for await (const page of list('users').run(options, contextFor(url)))
      texts.push(list('users').render(page, rendering).result)
    return texts.join('\n').replaceAll(/ +/g, ' ')
  }
  expect(await show({ sort: 'name', columns: ['name', 'id'] })).toBe('name id\nAnn 2\nBob 1\nEve 10')
  expect(await show({ sort: '-id', columns: ['id'] })).toBe('id\n10\n 2\n 1')
})

describe('create', () => {
  const echo = (response: ServerResponse, { body }: Seen) =>
    reply(response, 201, { ...ANN, ...(body as object) })

  test('sends what the flags say, over what the JSON says, from the command line or from stdin', async () => {
    const { url, seen } = await gateway(echo)
    const flags = { email: 'ann@example.com', name: 'Ann' }
    const created = await create('users').run({ ...flags, idempotencyKey: 'k1' }, contextFor(url))
    expect(created).toMatchObject({ data: ANN })
    const data = '{"email": "bob@example.com", "name": "Bob", "more": 1}'
    await create('users').run({ data, name: 'Rob' }, contextFor(url))
    await create('users').run({ data: '-' }, contextFor(url, data))
    expect(seen.map(({ body }) => body)).toEqual([
      { email: 'ann@example.com', name: 'Ann' },
      { email: 'bob@example.com', name: 'Rob', more: 1 },
      { email: 'bob@example.com', name: 'Bob', more: 1 },
    ])
    expect(seen[0]?.key).toBe('k1')
  })

  test('creates all that stand in a file, one a line, and says which it could not', async () => {
    let id = 0
    const { url, seen } = await gateway((response, { body }) => {
      const { name } = body as { name: string }
      if (name === 'Twin') return problem(response, 409, 'conflict', { detail: 'taken' })
      return reply(response, 201, { ...ANN, ...(body as object), id: ++id })
    })
    const folder = await mkdtemp(path.join(tmpdir(), 'msctl-data-'))
    onTestFinished(() => rm(folder, { recursive: true }))
    const file = path.join(folder, 'users.jsonl')
    const lines = ['Ann', 'Twin', '', 'Bob'].map(
      (name) => name && JSON.stringify({ email: `${name}@x.org`, name }),
    )
    await writeFile(file, `${lines.join('\n')}\n`)
    const batch = await create('users').run({ data: `@${file}`, idempotencyKey: 'k' }, contextFor(url))
    expect(create('users').toJson?.(batch)).toEqual({
      created: [
        expect.objectContaining({ id: 1, name: 'Ann' }),
        expect.objectContaining({ id: 2, name: 'Bob' }),
      ],
      failed: [{ line: 2, code: 'conflict', message: expect.stringContaining('taken') }],
      notSent: 0,
    })
    expect(seen.map(({ key }) => key)).toEqual(['k-1', 'k-2', 'k-4'])
    expect(create('users').exitCode?.(batch, {})).toBe(1)
    expect(create('users').render(batch, rendering).result).toMatch(/^2 created, 1 failed\n✗ line 2: .*taken/)

    const missing = { data: `@${folder}/nope.jsonl` }
    const unreadable = await failureOf(create('users').run(missing, contextFor(url)))
    expect(unreadable).toMatchObject({ code: 'data-unreadable', facts: { file: `${folder}/nope.jsonl` } })
    const broken = await failureOf(
      create('users').run({ data: '{"name": "A"}\n{"name": }' }, contextFor(url)),
    )
    expect(broken).toMatchObject({ code: 'broken-json', facts: { reason: expect.stringMatching(/^2: /) } })
    const two = await failureOf(update('users').run({ id: 1, data: '{"name": "A"}\n{}' }, contextFor(url)))
    expect(two).toMatchObject({ code: 'broken-json' })
  })

  test('sends no more once the platform cannot be used', async () => {
    const { url, seen } = await gateway((response, { body }) =>
      (body as { name: string }).name === 'Ann'
        ? reply(response, 201, ANN)
        : problem(response, 502, 'service-unreachable', { service: 'users' }),
    )
    const data = ['Ann', 'Bob', 'Eve'].map((name) => JSON.stringify({ email: 'a@x.org', name })).join('\n')
    const batch = await create('users').run({ data }, contextFor(url))
    expect(batch).toMatchObject({ failed: [{ line: 2, code: 'service-failed' }], notSent: 1 })
    expect(seen).toHaveLength(2)
  })

  test('asks somebody at the keyboard for what is missing, until it can be meant', async () => {
    const { url, seen } = await gateway(echo)
    const answers = ['', 'Lamp']
    const asked: string[] = []
    const keyboard = {
      ...nobody,
      isThere: true,
      ask: async (question: string) => {
        asked.push(question)
        return answers.shift() ?? ''
      },
    }
    await create('orders')
      .run({ userId: 7 }, { ...contextFor(url), keyboard })
      .catch(() => undefined)
    expect(seen[0]?.body).toEqual({ userId: 7, product: 'Lamp' })
    expect(asked).toEqual(['what is ordered: ', 'what is ordered: '])
    answers.push('many', '7', '9.5')
    await create('payments')
      .run({}, { ...contextFor(url), keyboard })
      .catch(() => undefined)
    expect(seen[1]?.body).toEqual({ order_id: 7, amount: 9.5 })
  })

  test('warns of a field of the JSON that the service would leave out, and sends it all the same', async () => {
    const { url, seen } = await gateway((response) =>
      reply(response, 201, { id: 1, userId: 1, product: 'Mouse', quantity: 1, created_at: ANN.created_at }),
    )
    const data = '{"userId": 1, "product": "Mouse", "quantitiy": 5}'
    await create('orders').run({ data }, contextFor(url))
    expect(seen).toHaveLength(1)
    expect(warnings.map(({ code, facts }) => ({ code, facts }))).toEqual([
      {
        code: 'unknown-fields',
        facts: {
          fields: ['quantitiy'],
          known: ['userId', 'product', 'quantity'],
          suggestion: 'quantity',
        },
      },
    ])
    await create('orders').run({ data: '{"userId": 1, "product": "Mouse", "quantity": 5}' }, contextFor(url))
    expect(warnings).toHaveLength(1)
  })

  test('names the fields as the contract does', async () => {
    const payment = {
      id: 1,
      order_id: 7,
      amount: 5,
      status: 'failed',
      created_at: ANN.created_at,
      updated_at: ANN.created_at,
    }
    const { url, seen } = await gateway((response) => reply(response, 201, payment))
    await create('payments').run({ orderId: 7, amount: 5 }, contextFor(url))
    expect(seen).toMatchObject([{ url: '/payments', body: { order_id: 7, amount: 5 } }])
  })

  test.for([
    ['{"name"', 'broken-json'],
    ['[]', 'broken-json'],
    ['null', 'broken-json'],
    ['', 'broken-json'],
    [undefined, 'missing-fields'],
  ] as const)('sends nothing for --data %j: %s', async ([data, code]) => {
    const { url, seen } = await gateway(echo)
    const failure = await failureOf(create('users').run({ data }, contextFor(url)))
    expect({ code: failure.code, exitCode: exitCodeOf(failure), seen }).toEqual({
      code,
      exitCode: 2,
      seen: [],
    })
    expect(explain(failure).split('\n')).toHaveLength(3)
  })

  test('says field by field what is wrong', async () => {
    const errors = [
      { path: 'email', message: 'Invalid email address' },
      { path: 'name', message: 'Too small' },
    ]
    const { url } = await gateway((response) => problem(response, 422, 'unprocessable-content', { errors }))
    const failure = await failureOf(create('users').run({ data: '{}' }, contextFor(url)))
    expect(exitCodeOf(failure)).toBe(1)
    expect(explain(failure)).toBe(
      [
        'Error: The platform does not accept these values (422).',
        'Why:   It said, field by field:',
        '    email: Invalid email address',
        '    name: Too small',
        'Next:  Correct them; what is possible: msctl users create --help',
      ].join('\n'),
    )
  })
})

describe('a call that fails', () => {
  const ask = async (answer: (response: ServerResponse) => void) => {
    const { url, seen } = await gateway(answer)
    const failure = await failureOf(get('users').run({ id: 7 }, contextFor(url)))
    return {
      code: failure.code,
      exitCode: exitCodeOf(failure),
      calls: seen.length,
      said: explain(failure),
      failure,
    }
  }

  test.for([
    [404, 'not-found', {}, {}, 'not-found', 1, 'There is no user 7.'],
    [409, 'conflict', { detail: 'taken' }, {}, 'conflict', 1, 'taken'],
    [502, 'service-unreachable', { service: 'users' }, {}, 'service-failed', 3, 'msctl start users'],
    [504, 'service-timeout', { service: 'users' }, {}, 'service-failed', 3, '(504)'],
    [
      503,
      'circuit-open',
      { service: 'users' },
      { 'retry-after': '17' },
      'circuit-open',
      3,
      'tries again in 17 s',
    ],
    [401, 'unauthorized', {}, {}, 'unauthorized', 1, 'MSCTL_API_KEY is not set'],
    [429, 'too-many-requests', {}, { 'retry-after': '41' }, 'too-many-requests', 1, 'again in 41 s'],
    [503, 'overloaded', {}, { 'retry-after': '1' }, 'overloaded', 3, 'again in 1 s'],
    [500, 'internal-error', {}, {}, 'refused', 1, 'msctl logs --request-id'],
    [413, 'content-too-large', {}, {}, 'refused', 1, '(413)'],
  ] as const)(
    'with %i %s is explained, and not repeated',
    async ([status, name, more, headers, code, exitCode, part]) => {
      const result = await ask((response) => problem(response, status, name, more, headers))
      expect(result).toMatchObject({ code, exitCode, calls: 1, said: expect.stringContaining(part) })
      expect(result.said.split('\n')).toHaveLength(3)
      expect(explain(result.failure, 'ru')).toMatch(/^Ошибка: .+\nПочему: .+\nДальше: .+$/)
    },
  )

  test('because another server answers says so', async () => {
    const page = await ask(
      (response) => void response.writeHead(404, { 'content-type': 'text/html' }).end('<h1>?'),
    )
    expect(page).toMatchObject({ code: 'not-the-platform' })
    const shape = await ask((response) => reply(response, 200, { hello: 'world' }))
    expect(shape).toMatchObject({ code: 'not-the-platform' })
  })

  test('because nobody listens says so', async () => {
    const failure = await failureOf(get('users').run({ id: 1 }, contextFor('http://127.0.0.1:1')))
    expect(failure).toMatchObject({ code: 'unreachable' })
  })

  test('because of Ctrl-C fails with the reason of the signal', async () => {
    const controller = new AbortController()
    const reason = new Error('Ctrl-C')
    const { url } = await gateway(() => controller.abort(reason))
    const context = contextFor(url, '', controller.signal)
    await expect(get('users').run({ id: 1 }, context)).rejects.toBe(reason)
  })
})

describe('what is shown', () => {
  test('of one object is a record, and where it came from', async () => {
    const { url } = await gateway((response) => reply(response, 200, ANN, { 'x-cache': 'HIT' }))
    const { result, hints } = get('users').render(
      await get('users').run({ id: 1 }, contextFor(url)),
      rendering,
    )
    expect(result).toBe(
      [
        'id          1',
        'email       ann@example.com',
        'name        Ann',
        'created_at  2026-01-31T12:00:00.123Z',
      ].join('\n'),
    )
    expect(hints).toMatch(/^from the cache \(HIT\), \d+ ms$/)
  })

  test('of details is the user and a table of the orders, and never silence where orders are missing', async () => {
    const answers = [
      {
        user: ANN,
        orders: [{ id: 3, userId: 1, product: 'Lap\u001b[31mtop', quantity: 2, created_at: ANN.created_at }],
      },
      { user: ANN, orders: null, degraded: ['orders'] },
    ]
    const { url } = await gateway((response) => reply(response, 200, answers.shift()))
    const show = async () =>
      get('users').render(await get('users').run({ id: 1, details: true }, contextFor(url)), rendering)
    const { result } = await show()
    expect(result.split('\n').slice(-2)).toEqual([
      'id  userId  product           quantity  created_at',
      ' 3       1  Lap\\u001b[31mtop         2  2026-01-31T12:00:00.123Z',
    ])
    expect((await show()).hints).toContain('this does not mean that there are none')
  })

  test('of a deletion is what is gone', async () => {
    const { url, seen } = await gateway((response) => reply(response, 204, undefined))
    const data = await remove('orders').run({ id: 4 }, contextFor(url))
    expect(data).toEqual({ resource: 'orders', id: 4, deleted: true })
    expect(remove('orders').render(data, rendering).result).toBe('Order 4 is deleted.')
    expect(seen).toMatchObject([{ method: 'DELETE', url: '/orders/4' }])
  })

  test('of an update is the object as it now is; without a change nothing is sent', async () => {
    const { url, seen } = await gateway((response) => reply(response, 200, ANN))
    expect((await update('users').run({ id: 1, name: 'Ann' }, contextFor(url))).data).toEqual(ANN)
    const failure = await failureOf(update('users').run({ id: 1 }, contextFor(url)))
    expect(failure).toMatchObject({ code: 'missing-fields' })
    expect(seen).toMatchObject([{ method: 'PUT', url: '/users/1', body: { name: 'Ann' } }])
  })
})

describe('a list', () => {
  const TOTAL = 1_500
  const users = Array.from({ length: TOTAL }, (_, index) => ({ ...ANN, id: index + 1 }))
  const serveUsers = () =>
    gateway((response, { url = '' }) => {
      const query = new URL(url, 'http://x').searchParams
      const after = Number(query.get('after') ?? 0)
      reply(response, 200, users.slice(after, after + Number(query.get('limit'))))
    })

  async function print(
    { resource, ...options }: ListOptions & { resource: ResourceName },
    url: string,
    json: boolean,
  ) {
    let out = ''
    let err = ''
    const sinks = {
      out: async (each: string) => {
        out += each
      },
      err: (each: string) => {
        err += each
      },
    }
    const run = {
      json,
      quiet: false,
      context: contextFor(url),
      rendering,
      sinks,
      beforeResult: () => undefined,
    }
    return { code: await runCommand(list(resource), options, run), out: () => out, err: () => err }
  }

  test('is fetched by the page, and is one JSON array with a line a row', async () => {
    const { url, seen } = await serveUsers()
    const { code, out } = await print({ resource: 'users' }, url, true)
    expect({ code, rows: JSON.parse(out()) }).toEqual({ code: 0, rows: users })
    expect(out().split('\n')).toHaveLength(TOTAL + 3)
    expect(seen.map((each) => each.url)).toEqual(['/users?limit=1000', '/users?limit=1000&after=1000'])
  })

  test('is one table for people, with one heading', async () => {
    const { url } = await serveUsers()
    const { out } = await print({ resource: 'users', limit: 1_200, after: 100 }, url, false)
    const lines = out().trimEnd().split('\n')
    expect(lines).toHaveLength(1_201)
    expect(lines.filter((line) => line.includes('email'))).toEqual([lines[0]])
  })

  test('without rows is an empty array, or a heading and a word about it', async () => {
    const { url } = await gateway((response) => reply(response, 200, []))
    expect((await print({ resource: 'orders' }, url, true)).out()).toBe('[]\n')
    const { out, err } = await print({ resource: 'orders' }, url, false)
    expect(out()).toBe('id  userId  product  quantity  created_at\n')
    expect(err()).toContain('There are no orders.')
  })

  test.for([
    ['orders', { userId: 7 }, '/orders?userId=7&limit=1000'],
    ['payments', { orderId: 7 }, '/payments?order_id=7&limit=1000'],
  ] as const)('of %s is filtered', async ([resource, filter, asked]) => {
    const { url, seen } = await gateway((response) => reply(response, 200, []))
    await print({ resource, ...filter }, url, true)
    expect(seen.map((each) => each.url)).toEqual([asked])
  })
})
