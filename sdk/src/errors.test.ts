import { inspect } from 'node:util'
import { expect, test, vi } from 'vitest'
import * as sdk from './index.ts'
import { answer, answerProblem, serve } from './testing/server.ts'

/** Raises the error that an answer gives. */
async function errorOf(respond: Parameters<typeof serve>[0]): Promise<unknown> {
  const { url } = await serve(respond)
  await using ms = sdk.createClient({ baseUrl: url, maxRetries: 0 })
  return ms.users.get(7).then(
    () => undefined,
    (error: unknown) => error,
  )
}

test('404, 409 and 422 have kinds of their own, which are all API errors', async () => {
  const notFound = await errorOf((_, response) => answerProblem(response, 404, 'not-found'))
  expect(sdk.isNotFoundError(notFound) && sdk.isApiError(notFound) && sdk.isSdkError(notFound)).toBe(true)
  expect(notFound).toBeInstanceOf(sdk.NotFoundError)
  expect(notFound).toMatchObject({ name: 'NotFoundError', status: 404, code: 'not-found' })

  const conflict = await errorOf((_, response) => answerProblem(response, 409, 'conflict'))
  expect(sdk.isConflictError(conflict)).toBe(true)
  expect(sdk.isNotFoundError(conflict)).toBe(false)

  const errors = [{ path: 'email', message: 'Invalid email address' }]
  const invalid = await errorOf((_, response) =>
    answerProblem(response, 422, 'unprocessable-content', { errors }),
  )
  expect(sdk.isValidationError(invalid) && invalid.errors).toEqual(errors)
})

test('an open circuit names its service and when to come again', async () => {
  const error = await errorOf((_, response) =>
    answerProblem(response, 503, 'circuit-open', { service: 'users' }, { 'retry-after': '12' }),
  )
  expect(sdk.isCircuitOpenError(error) && [error.service, error.retryAfterMs]).toEqual(['users', 12_000])
})

test('a 429 says when to come again', async () => {
  const error = await errorOf((_, response) =>
    answerProblem(response, 429, 'too-many-requests', {}, { 'retry-after': '41' }),
  )
  expect(error).toBeInstanceOf(sdk.RateLimitError)
  expect(error).toMatchObject({ name: 'RateLimitError', status: 429, code: 'too-many-requests' })
  expect(sdk.isRateLimitError(error) && error.retryAfterMs).toBe(41_000)
  const bare = await errorOf((_, response) => response.writeHead(429).end())
  expect(sdk.isRateLimitError(bare) && [bare.code, bare.retryAfterMs]).toEqual(['http-429', undefined])
})

test('a key is in no error, whatever fails', async () => {
  const apiKey = 'secret-key-0123'
  const { url } = await serve((request, response) => {
    if (request.url === '/users/1') response.socket?.destroy()
    else if (request.url === '/users/2') response.end('{}')
    else answerProblem(response, 401, 'unauthorized')
  })
  await using ms = sdk.createClient({ baseUrl: url, apiKey, maxRetries: 0 })
  await using nowhere = sdk.createClient({ baseUrl: 'http://127.0.0.1:1', apiKey, maxRetries: 0 })
  const calls = [ms.users.get(1), ms.users.get(2), ms.users.get(3), nowhere.users.get(4)]
  const failed = await Promise.allSettled(calls)
  const kinds = failed.map((each) => each.status === 'rejected' && each.reason.name)
  expect(kinds).toEqual(['ConnectionError', 'ContractError', 'ApiError', 'ConnectionError'])
  const options = { depth: Number.POSITIVE_INFINITY, showHidden: true }
  expect(inspect(failed, options) + inspect(ms, options) + JSON.stringify(failed)).not.toContain(apiKey)
  for (const bad of ['', 'secret key', 'secret\r\nx: y', 'sëcret'])
    expect(() => sdk.createClient({ apiKey: bad })).toThrow(/^apiKey must be visible ASCII[^ëx]*$/)
})

test('a 503 that is no open circuit is none', async () => {
  const error = await errorOf((_, response) => answerProblem(response, 503, 'unavailable'))
  expect(sdk.isApiError(error) && error.code).toBe('unavailable')
  expect(sdk.isCircuitOpenError(error)).toBe(false)
})

test('the message says which call, what came back, and the request id', async () => {
  const error = await errorOf((_, response) =>
    answerProblem(response, 404, 'not-found', { detail: 'There is no user 7.' }, { 'x-request-id': 'abc-1' }),
  )
  expect((error as Error).message).toMatch(
    /^GET http:\/\/127\.0\.0\.1:\d+\/users\/7 answered 404 not-found: There is no user 7\. \(users\.get, request abc-1\)$/,
  )
  expect(error).toMatchObject({ call: 'users.get', method: 'GET', requestId: 'abc-1', attempts: 1 })
})

test('an answer of somebody else’s making is shown as it is', async () => {
  const html = await errorOf((_, response) => {
    response.writeHead(502, { 'content-type': 'text/html' })
    response.end('<h1>Bad gateway</h1>')
  })
  expect(html).toMatchObject({ code: 'http-502', problem: undefined, body: '<h1>Bad gateway</h1>' })
  expect((html as Error).message).toContain('answered 502: <h1>Bad gateway</h1> (users.get')

  const fastApi = await errorOf((_, response) => answer(response, 404, { detail: 'User not found' }))
  expect((fastApi as Error).message).toContain('answered 404: User not found (users.get')

  const empty = await errorOf((_, response) => response.writeHead(500).end())
  expect((empty as Error).message).toContain('answered 500 (users.get')
})

test('without a request id in the answer, the id is the one that was sent', async () => {
  const { url, received } = await serve((_, response) => answer(response, 404, {}))
  await using ms = sdk.createClient({ baseUrl: url })
  const error = await ms.users.get(7).catch((reason: unknown) => reason)
  expect(sdk.isApiError(error) && error.requestId).toBe(received[0]?.headers['x-request-id'])
})

test('the stack names the code that made the call', async () => {
  const { url } = await serve((_, response) => answerProblem(response, 404, 'not-found'))
  await using ms = sdk.createClient({ baseUrl: url })
  async function findMyUser() {
    await ms.users.get(7)
  }
  const error = await findMyUser().catch((reason: unknown) => reason)
  expect((error as Error).stack).toContain('findMyUser')
})

test('printed, it shows its facts and no bodies or headers; as JSON likewise', async () => {
  const error = await errorOf((_, response) =>
    answer(response, 404, { secret: 'body' }, { 'set-cookie': 'secret=1', 'x-request-id': 'abc-1' }),
  )
  expect(inspect(error)).toContain("code: 'http-404'")
  expect(inspect(error)).not.toContain('set-cookie')
  expect(JSON.parse(JSON.stringify(error))).toMatchObject({
    name: 'NotFoundError',
    message: expect.stringContaining('answered 404'),
    code: 'http-404',
    status: 404,
    requestId: 'abc-1',
  })
})

test('the guards know errors of another copy of the package', async () => {
  vi.resetModules()
  const copy = await import('./index.ts')
  expect(copy.ApiError).not.toBe(sdk.ApiError)
  const error = await copy
    .createClient({ baseUrl: 'http://127.0.0.1:1', maxRetries: 0 })
    .users.get(1)
    .catch((reason: unknown) => reason)
  expect(error).not.toBeInstanceOf(sdk.ConnectionError)
  expect(sdk.isConnectionError(error)).toBe(true)
})

test.each([null, undefined, 'error', 404, new Error('other'), { name: 'ApiError', status: 404 }])(
  'the guards are not taken in by %s',
  (value) => {
    const { isSdkError, isApiError, isTimeoutError } = sdk
    expect([isSdkError(value), isApiError(value), isTimeoutError(value)]).toEqual([false, false, false])
  },
)
