import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { createHttp } from './http.ts'
import { createRecorder } from './recorder.ts'

async function serve(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<number> {
  const server = createServer(answer)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return (server.address() as AddressInfo).port
}

/** A gateway that redirects everything but its health, and what is asked elsewhere. */
async function redirecting(to: (port: number) => string, aliases?: (port: number) => readonly string[]) {
  const port = await serve((request, response) => {
    const { url = '', method } = request
    if (url === '/health' || url.startsWith('/there')) return void response.end(`${method} ${url}`)
    response.writeHead(307, { location: to(port) }).end()
  })
  const { signal } = new AbortController()
  const http = createHttp({
    ...{ url: `http://127.0.0.1:${port}`, recorder: createRecorder(), signal, lostAfterMs: 200 },
    ...(aliases !== undefined && { aliases: aliases(port) }),
  })
  onTestFinished(http.close)
  return http
}

test('a redirect on the target is followed, with method and body', async () => {
  const http = await redirecting(() => '/there/?a=1')
  expect(await http.request('POST', '/users', { json: {} })).toMatchObject({
    ...{ status: 200, text: 'POST /there/?a=1' },
  })
})

test('one to another port of the machine leads there, as it does for curl', async () => {
  const other = await serve((request, response) => void response.end(`other ${request.url}`))
  const there = await redirecting(() => `http://localhost:${other}/there`)
  expect(await there.request('GET', '/users')).toMatchObject({ status: 200, text: 'other /there' })
  const nowhere = await redirecting(() => 'http://127.0.0.1:1/there')
  const { status, error } = await nowhere.request('GET', '/users')
  expect(status).toBeNull()
  expect(error).toMatch(/redirected to http:\/\/127\.0\.0\.1:1\/there: .*ECONNREFUSED/)
})

test('one to the port on which the target is published by itself leads to the target', async () => {
  const http = await redirecting(
    () => 'http://localhost:8000/there',
    () => ['http://localhost:8000'],
  )
  expect(await http.request('GET', '/users')).toMatchObject({ status: 200, text: 'GET /there' })
})

test('one to somebody else is an answer, and nobody else is asked', async () => {
  const http = await redirecting(() => 'http://users.invalid/there')
  expect(await http.request('GET', '/users')).toMatchObject({
    status: 307,
    headers: { location: 'http://users.invalid/there' },
  })
})

test('whoever waits for the target is told when the run is ended', async () => {
  const controller = new AbortController()
  const http = createHttp({
    ...{ url: 'http://127.0.0.1:1', recorder: createRecorder(), signal: controller.signal },
  })
  onTestFinished(http.close)
  const waiting = http.isAlive(60_000)
  controller.abort(new Error('Ctrl-C'))
  await expect(waiting).rejects.toThrow('Ctrl-C')
})

test('a target that takes long to answer is not taken for lost, and one where nobody listens is', async () => {
  let isSlow = true
  const held: ServerResponse[] = []
  const port = await serve((_request, response) => {
    if (isSlow) held.push(response)
    else response.end('here')
  })
  const { signal } = new AbortController()
  const lostAfterMs = 1_000
  const there = createHttp({
    url: `http://127.0.0.1:${port}`,
    recorder: createRecorder(),
    signal,
    lostAfterMs,
  })
  onTestFinished(there.close)
  const asked = there.request('GET', '/users', { timeoutMs: 200 })
  // The request, a look for as long as one that is gone is given, and another.
  await expect.poll(() => held.length, { timeout: 10_000 }).toBeGreaterThan(2)
  isSlow = false
  for (const response of held) response.end('here')
  expect(await asked).toMatchObject({ status: null })
  expect(there.lost).toBeUndefined()

  const gone = createHttp({ url: 'http://127.0.0.1:1', recorder: createRecorder(), signal, lostAfterMs })
  onTestFinished(gone.close)
  await expect(gone.request('GET', '/users')).rejects.toThrow('stopped answering')
})
