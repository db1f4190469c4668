import { expect, test } from 'vitest'
import { createClient, isApiError, isConflictError } from './index.ts'
import { answer, serve } from './testing/server.ts'

test('any request gives what it is answered, as what it says that it is', async () => {
  const { url, received } = await serve((request, response) => {
    if (request.url === '/text') response.setHeader('content-type', 'text/plain').end('{"a": 1}')
    else if (request.url === '/nothing') response.writeHead(204).end()
    else answer(response, 200, { a: 1 })
  })
  await using ms = createClient({ baseUrl: `${url}/base`.replace('/base', '') })
  expect(await ms.request<{ a: number }>('GET', '/json?b=2')).toEqual({ a: 1 })
  expect(await ms.request('GET', '/text')).toBe('{"a": 1}')
  expect(await ms.request('DELETE', '/nothing')).toBeUndefined()
  const { response } = await ms.request('PATCH', '/json', { body: { c: 3 } }).withResponse()
  expect(response.status).toBe(200)
  expect(received.map(({ method, url: path, body }) => [method, path, body])).toEqual([
    ['GET', '/json?b=2', ''],
    ['GET', '/text', ''],
    ['DELETE', '/nothing', ''],
    ['PATCH', '/json', '{"c":3}'],
  ])
})

test('its errors are those of every call, and a PATCH is not repeated', async () => {
  const { url, received } = await serve(({ method }, response) => {
    response.writeHead(method === 'POST' ? 409 : 503, { 'content-type': 'text/plain' }).end('no')
  })
  await using ms = createClient({ baseUrl: url, backoff: { baseMs: 1 } })
  expect(isConflictError(await ms.request('POST', '/users').catch((error) => error))).toBe(true)
  const refused = await ms.request('PATCH', '/users/1').catch((error) => error)
  expect(isApiError(refused) && [refused.status, refused.body]).toEqual([503, 'no'])
  expect(received.map(({ method }) => method)).toEqual(['POST', 'PATCH'])
  expect(() => ms.request('GET', 'users')).toThrow(TypeError)
})
