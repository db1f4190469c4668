import { once } from 'node:events'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { until } from '@msctl/kit/testing'
import { Problem } from '@msctl/sdk/contract'
import { describe, expect, test } from 'vitest'
import { exchangeBytes, startGateway, startService, startSocketService } from './testing/start-gateway.ts'

describe('a request that is passed on', () => {
  test.each(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND'])(
    'keeps the method %s',
    async (method) => {
      const users = await startService((_, response) => response.end('ok'))
      const gateway = await startGateway({ users })
      expect((await gateway.ask('/users/1', { method })).status).toBe(200)
      expect(users.seen).toEqual([`${method} /users/1`])
    },
  )

  test.each([
    '/users',
    '/users?limit=2&after=10&x=%20%2F+%41',
    '/users/',
    '/users/%31/a%2Fb//c;d=e?q=1?2',
    '/users/1/../2',
    '/users/~%E2%82%AC',
    `/users/${'9'.repeat(300)}`,
  ])('keeps the path %s', async (path) => {
    const users = await startService((_, response) => response.end('ok'))
    const gateway = await startGateway({ users })
    expect((await gateway.ask(path)).status).toBe(200)
    expect(users.seen).toEqual([`GET ${path}`])
  })

  test('tells the service path and query when the caller names the whole URL', async () => {
    const users = await startService((_, response) => response.end('ok'))
    const gateway = await startGateway({ users })
    await gateway.ask('http://somewhere.example/users/1?a=b')
    expect(users.seen).toEqual(['GET /users/1?a=b'])
  })

  test('goes to the service that its prefix names, and to no other', async () => {
    const [users, orders, payments] = await Promise.all(
      ['users', 'orders', 'payments'].map((name) => startService((_, response) => response.end(name))),
    )
    const gateway = await startGateway({ users, orders, payments } as never)
    for (const name of ['users', 'orders', 'payments']) {
      expect((await gateway.ask(`/${name}/1`)).text).toBe(name)
    }
    for (const path of ['/nothing', '/user', '/usersx', '/Users/1', '/api/users/1']) {
      const { status, headers, json } = await gateway.ask(path)
      expect([path, status]).toEqual([path, 404])
      expect(headers['content-type']).toContain('application/problem+json')
      expect(Problem.parse(json()).type).toBe('urn:msctl:problem:not-found')
    }
    expect(users?.seen).toHaveLength(1)
  })

  test('keeps its headers, but for those of the connection', async () => {
    let received: string[] = []
    const users = await startService((request, response) => {
      received = request.rawHeaders
      response.end()
    })
    const gateway = await startGateway({ users })
    await exchangeBytes(
      gateway.port,
      [
        'GET /users/1 HTTP/1.1',
        'Host: shop.example:8000',
        'Accept: text/plain;q=0.5',
        'X-Twice: 1',
        'X-Twice: 2',
        'x-latin: caf\xe9',
        'Keep-Alive: timeout=5',
        'TE: trailers',
        'Trailer: X-Sum',
        'Upgrade: h2c',
        'Proxy-Authorization: Basic eDp5',
        'Proxy-Connection: keep-alive',
        'Expect: 100-continue',
        'X-Private: mine',
        'X-Forwarded-For: 192.0.2.1, 192.0.2.2',
        'X-Forwarded-Proto: gopher',
        'X-Forwarded-Host: spoofed.example',
        'Connection: close, X-Private',
        '',
        '',
      ]
        .join('\r\n')
        .replace('caf\xe9', 'caf\u00e9'),
    )
    const pairs = received.flatMap((name, i) => (i % 2 === 0 ? [[name.toLowerCase(), received[i + 1]]] : []))
    const names = pairs.map(([name]) => name)
    expect(pairs).toEqual(
      expect.arrayContaining([
        ['host', new URL(users.origin).host],
        ['accept', 'text/plain;q=0.5'],
        ['x-twice', '1'],
        ['x-twice', '2'],
        ['x-forwarded-for', '192.0.2.1, 192.0.2.2, 127.0.0.1'],
        ['x-forwarded-proto', 'http'],
        ['x-forwarded-host', 'shop.example:8000'],
      ]),
    )
    for (const name of [
      'keep-alive',
      'te',
      'trailer',
      'upgrade',
      'proxy-authorization',
      'proxy-connection',
      'expect',
      'x-private',
    ]) {
      expect(names).not.toContain(name)
    }
    expect(names.filter((name) => name === 'x-forwarded-proto')).toHaveLength(1)
  })

  test("carries the caller's request id and trace, or new ones", async () => {
    const users = await startService((request, response) => {
      const { 'x-request-id': id, traceparent, tracestate } = request.headers
      response.setHeader('x-request-id', 'the service has none of its own')
      response.end(JSON.stringify({ id, traceparent, tracestate }))
    })
    const gateway = await startGateway({ users })
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
    const kept = await gateway.ask('/users/1', {
      headers: { 'X-Request-Id': 'mine-1', traceparent, tracestate: 'a=b' },
    })
    expect(kept.json()).toEqual({ id: 'mine-1', traceparent, tracestate: 'a=b' })
    expect(kept.headers['x-request-id']).toBe('mine-1')

    const made = await gateway.ask('/users/1', {
      headers: { 'X-Request-Id': 'has space', traceparent: '00-bad', tracestate: 'a=b' },
    })
    const { id, traceparent: begun, tracestate } = made.json() as Record<string, string>
    expect(id).toMatch(/^[0-9a-f-]{36}$/)
    expect(made.headers['x-request-id']).toBe(id)
    expect(begun).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/)
    expect(tracestate).toBeUndefined()
  })

  test('brings its body, of whatever type, with its length', async () => {
    const bodies: { type: string | undefined; length: string | undefined; body: string }[] = []
    const users = await startService(async (request, response) => {
      let body = ''
      for await (const chunk of request.setEncoding('latin1')) body += chunk
      bodies.push({ type: request.headers['content-type'], length: request.headers['content-length'], body })
      response.end()
    })
    const gateway = await startGateway({ users })
    const post = (body: Buffer | string, headers: Record<string, string>) =>
      gateway.ask('/users', { method: 'POST', body, headers })
    await post('{"a":1}', { 'content-type': 'application/json' })
    await post(Buffer.from([0, 255, 10]), { 'content-type': 'image/png', 'transfer-encoding': 'chunked' })
    await post('no type', {})
    await gateway.ask('/users', { method: 'POST', headers: { 'content-type': 'application/json' } })
    expect(bodies).toEqual([
      { type: 'application/json', length: '7', body: '{"a":1}' },
      { type: 'image/png', length: '3', body: '\x00\xff\n' },
      { type: undefined, length: '7', body: 'no type' },
      { type: 'application/json', length: '0', body: '' },
    ])
  })

  test('is refused with 413 when its body is larger than 64 KiB, and the service sees nothing', async () => {
    const users = await startService((_, response) => response.end())
    const gateway = await startGateway({ users })
    const post = (size: number, headers: Record<string, string> = {}) =>
      gateway.ask('/users', { method: 'POST', body: Buffer.alloc(size, 'x'), headers })
    expect((await post(64 * 1024)).status).toBe(200)
    for (const headers of [{}, { 'transfer-encoding': 'chunked' }]) {
      const { status, json } = await post(64 * 1024 + 1, headers)
      expect(status).toBe(413)
      expect(Problem.parse(json()).type).toBe('urn:msctl:problem:content-too-large')
    }
    expect(users.seen).toHaveLength(1)
  })

  test('reaches the service, and its breaker, only when its body is there', async () => {
    const users = await startService((_, response) => response.end())
    const gateway = await startGateway({ users }, { UPSTREAM_TIMEOUT_SECONDS: '0.5' })
    const slow = httpRequest(`${gateway.origin}/users`, { method: 'POST', headers: { 'content-length': 4 } })
    slow.write('ab')
    await new Promise((resolve) => setTimeout(resolve, 700))
    expect(users.seen).toEqual([])
    slow.end('cd')
    const [response] = (await once(slow, 'response')) as [IncomingMessage]
    response.resume()
    expect(response.statusCode).toBe(200)
    expect((await gateway.health()).circuits.users.failure_count).toBe(0)
  })
})

describe('an answer that is passed back', () => {
  test('keeps status, headers and body, but for the headers of the connection', async () => {
    const users = await startService((_, response) => {
      response.sendDate = false
      response.writeHead(
        418,
        [
          ['Content-Type', 'text/plain'],
          ['Set-Cookie', 'a=1'],
          ['Set-Cookie', 'b=2'],
          ['X-Latin', 'caf\u00e9'],
          ['X-Private', 'mine'],
          ['Connection', 'close, x-private'],
          ['Proxy-Authenticate', 'Basic'],
        ].flat(),
      )
      response.end('short and stout')
    })
    const gateway = await startGateway({ users })
    const { status, headers, text } = await gateway.ask('/users/1')
    expect(status).toBe(418)
    expect(text).toBe('short and stout')
    expect(headers).toMatchObject({
      'content-type': 'text/plain',
      'set-cookie': ['a=1', 'b=2'],
      'x-latin': 'caf\u00e9',
    })
    expect(headers).not.toHaveProperty('x-private')
    expect(headers).not.toHaveProperty('proxy-authenticate')
    for (const name of ['x-powered-by', 'server', 'via']) expect(headers).not.toHaveProperty(name)
  })

  test.each([
    ['with a length', (body: Buffer) => ({ 'content-length': body.length })],
    ['in chunks', () => ({})],
  ])('is complete, %s', async (_, headersOf) => {
    const sizes = [0, 1, 87, 65_535, 65_536, 1_000_003]
    const bodyOf = (size: number) => Buffer.from(Array.from({ length: size }, (_unused, i) => i % 251))
    const users = await startService((request, response) => {
      const body = bodyOf(Number(request.url?.slice('/users/'.length)))
      response.writeHead(200, headersOf(body))
      for (let i = 0; i < body.length; i += 40_000) response.write(body.subarray(i, i + 40_000))
      response.end()
    })
    const gateway = await startGateway({ users })
    for (const size of sizes) {
      const received = await fetch(`${gateway.origin}/users/${size}`)
      expect(Buffer.compare(Buffer.from(await received.arrayBuffer()), bodyOf(size))).toBe(0)
    }
  })

  test('has no body where there is none: HEAD, 204, 304', async () => {
    const users = await startService((request, response) => {
      if (request.method === 'HEAD') response.writeHead(200, { 'content-length': 87, 'x-kept': 'yes' })
      else response.writeHead(Number(request.url?.slice('/users/'.length)), { etag: '"a"' })
      response.end()
    })
    const gateway = await startGateway({ users })
    const raw = await exchangeBytes(
      gateway.port,
      'HEAD /users/1 HTTP/1.1\r\nHost: x\r\n\r\n',
      'GET /users/204 HTTP/1.1\r\nHost: x\r\n\r\n',
      'GET /users/304 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
    )
    const heads = raw.split('\r\n\r\n')
    expect(heads.map((head) => head.split('\r\n')[0])).toEqual([
      'HTTP/1.1 200 OK',
      'HTTP/1.1 204 No Content',
      'HTTP/1.1 304 Not Modified',
      '',
    ])
    expect(heads[0]).toMatch(/content-length: 87/i)
    expect(raw).not.toMatch(/transfer-encoding/i)
  })

  test('follows an interim answer, which is not passed on', async () => {
    const users = await startSocketService((socket) => {
      socket.write(
        'HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok',
      )
    })
    const gateway = await startGateway({ users })
    const raw = await exchangeBytes(
      gateway.port,
      'GET /users/1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
    )
    expect(raw).toMatch(/^HTTP\/1.1 200 OK\r\n/)
    expect(raw).toMatch(/ok$/)
  })

  test('comes piece by piece, as the service sends it', async () => {
    let sendRest = () => {}
    const users = await startService((_, response) => {
      response.flushHeaders()
      sendRest = () => response.end('rest')
    })
    const gateway = await startGateway({ users })
    const outgoing = httpRequest(`${gateway.origin}/users`).end()
    const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage]
    expect(incoming.statusCode).toBe(200)
    sendRest()
    expect(await text(incoming)).toBe('rest')
  })

  test('is put into a form that HTTP/1.0 knows', async () => {
    const users = await startService((_, response) => {
      response.write('one ')
      response.end('two')
    })
    const gateway = await startGateway({ users })
    const raw = await exchangeBytes(gateway.port, 'GET /users/1 HTTP/1.0\r\n\r\n')
    expect(raw).not.toMatch(/transfer-encoding/i)
    expect(raw).toMatch(/\r\n\r\none two$/)
  })

  test('costs bounded memory, however long it is and however slowly it is read', async () => {
    const SIZE = 50 * 1024 * 1024
    let sent = 0
    const users = await startService((_, response) => {
      const piece = Buffer.alloc(64 * 1024, 'x')
      const send = () => {
        while (sent < SIZE) {
          sent += piece.length
          if (!response.write(piece)) return response.once('drain', send)
        }
        return response.end()
      }
      send()
    })
    const gateway = await startGateway({ users }, { UPSTREAM_TIMEOUT_SECONDS: '0.5' })
    const socket = connect(gateway.port, '127.0.0.1')
    socket.write('GET /users HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')
    await once(socket, 'readable')
    // Nobody reads: what the gateway does not hold back lies in the sockets' buffers, which the system bounds.
    let before = -1
    await until(async () => {
      const isStill = sent === before
      before = sent
      await new Promise((resolve) => setTimeout(resolve, 600))
      return isStill
    })
    expect(sent).toBeLessThan(SIZE / 2)
    let received = 0
    socket.on('data', (chunk) => {
      received += chunk.length
    })
    await once(socket, 'close')
    expect(received).toBeGreaterThan(SIZE)
    expect((await gateway.health()).circuits.users.failure_count).toBe(0)
  })

  test('is not mixed up with those of 100 callers at once', async () => {
    const users = await startService((request, response) => {
      setTimeout(() => response.end(request.url), Math.random() * 20)
    })
    const gateway = await startGateway({ users })
    const paths = Array.from({ length: 300 }, (_, i) => `/users/${i}`)
    const texts: string[] = []
    const queue = [...paths]
    await Promise.all(
      Array.from({ length: 100 }, async () => {
        for (let path = queue.shift(); path !== undefined; path = queue.shift()) {
          texts.push((await gateway.ask(path)).text)
        }
      }),
    )
    expect(texts.sort()).toEqual(paths.sort())
  })
})

describe('a caller that hangs up', () => {
  test('ends the call of the service, which counts for nothing', async () => {
    const users = await startService(() => undefined)
    const gateway = await startGateway({ users })
    const outgoing = httpRequest(`${gateway.origin}/users/1`).end()
    const hungUp = once(outgoing, 'error')
    await until(() => users.seen.length === 1)
    outgoing.destroy()
    await hungUp
    await until(() => users.sockets.size === 0)
    expect((await gateway.health()).circuits.users.failure_count).toBe(0)
  })

  test('ends it in the middle of the answer, too', async () => {
    const users = await startService((_, response) => {
      const timer = setInterval(() => response.write('x'.repeat(1000)), 5)
      response.once('close', () => clearInterval(timer))
    })
    const gateway = await startGateway({ users })
    const outgoing = httpRequest(`${gateway.origin}/users/1`).end()
    const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage]
    await once(incoming, 'data')
    incoming.destroy()
    await until(() => users.sockets.size === 0)
  })
})

test('a caller that sends its requests ahead gets the answers in their order', async () => {
  const users = await startService((request, response) => {
    setTimeout(() => response.end(`answer to ${request.url} `), request.url === '/users/1' ? 100 : 0)
  })
  const gateway = await startGateway({ users })
  const raw = await exchangeBytes(
    gateway.port,
    'GET /users/1 HTTP/1.1\r\nHost: x\r\n\r\nGET /users/2 HTTP/1.1\r\nHost: x\r\n\r\n',
    'GET /users/3 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
  )
  expect(raw.match(/answer to \S+/g)).toEqual([
    'answer to /users/1',
    'answer to /users/2',
    'answer to /users/3',
  ])
})
