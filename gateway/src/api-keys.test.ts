import { Problem } from '@msctl/sdk/contract'
import { expect, test } from 'vitest'
import { readGatewayConfig } from './config.ts'
import { exchangeBytes, startGateway, startService } from './testing/start-gateway.ts'

const KEY = 'first-key.0123'
const OTHER = 'c2Vjb25kLWtleQ=='

/** A gateway that asks for a key, and the `Authorization` headers that its service got. */
async function startGuarded() {
  const authorizations: (string | undefined)[] = []
  const users = await startService((request, response) => {
    authorizations.push(request.headers.authorization)
    response.end('{}')
  })
  return { users, authorizations, gateway: await startGateway({ users }, { API_KEYS: `${KEY}, ${OTHER}` }) }
}

test('whoever has a key is let in, and the key goes no further', async () => {
  const { gateway, authorizations } = await startGuarded()
  for (const authorization of [`Bearer ${KEY}`, `bearer  ${OTHER} `])
    expect(await gateway.ask('/users/1', { headers: { authorization } })).toMatchObject({ status: 200 })
  expect(authorizations).toEqual([undefined, undefined])
  expect(JSON.stringify(gateway.lines)).not.toMatch(new RegExp(`${KEY}|${OTHER}`))
})

test('without keys to ask for, `Authorization` is passed on as it came', async () => {
  const authorizations: (string | undefined)[] = []
  const users = await startService((request, response) => {
    authorizations.push(request.headers.authorization)
    response.end('{}')
  })
  const gateway = await startGateway({ users })
  await gateway.ask('/users/1', { headers: { authorization: `Bearer ${KEY}` } })
  expect(authorizations).toEqual([`Bearer ${KEY}`])
})

test.each([
  ['none', {}],
  ['an empty one', { authorization: '' }],
  ['no more than the scheme', { authorization: 'Bearer' }],
  ['an empty key', { authorization: 'Bearer  ' }],
  ['the beginning of a key', { authorization: `Bearer ${KEY.slice(0, -1)}` }],
  ['a key with more behind it', { authorization: `Bearer ${KEY}0` }],
  ['a key in other letters', { authorization: `Bearer ${KEY.toUpperCase()}` }],
  ['two keys in one header', { authorization: `Bearer ${KEY}, Bearer ${OTHER}` }],
  ['the whole list', { authorization: `Bearer ${KEY},${OTHER}` }],
  ['a key without its scheme', { authorization: KEY }],
  ['another scheme', { authorization: `Basic ${Buffer.from(`:${KEY}`).toString('base64')}` }],
  ['other headers', { 'x-api-key': KEY, 'proxy-authorization': `Bearer ${KEY}`, cookie: `key=${KEY}` }],
])('with %s as a key nobody is let in', async (_, headers) => {
  const { gateway, users } = await startGuarded()
  const { status, headers: answered, json } = await gateway.ask('/users/1', { headers })
  expect(status).toBe(401)
  expect(answered['www-authenticate']).toMatch(/^Bearer realm="msctl"/)
  expect(answered['content-type']).toContain('application/problem+json')
  expect(Problem.parse(json())).toMatchObject({ type: 'urn:msctl:problem:unauthorized', status: 401 })
  expect(users.seen).toEqual([])
})

test('two `Authorization` headers are no key, whichever of them is right', async () => {
  const { gateway, users } = await startGuarded()
  for (const [first, second] of [
    [KEY, 'wrong'],
    ['wrong', KEY],
    [KEY, KEY],
  ]) {
    const answer = await exchangeBytes(
      gateway.port,
      `GET /users/1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer ${first}\r\nAuthorization: Bearer ${second}\r\n\r\n`,
    )
    expect(answer).toMatch(/^HTTP\/1.1 401 /)
  }
  expect(users.seen).toEqual([])
})

test('a key in the path or in the query is none', async () => {
  const { gateway } = await startGuarded()
  for (const path of [`/users?key=${KEY}`, `/users?access_token=${KEY}`, `http://:${KEY}@x/users`])
    expect(await gateway.ask(path)).toMatchObject({ status: 401 })
})

test('what tells how the gateway is stays open', async () => {
  const { gateway } = await startGuarded()
  for (const path of ['/', '/docs', '/health', '/ready', '/metrics', '/openapi.json'])
    expect(await gateway.ask(path)).toMatchObject({ status: 200 })
  expect(await gateway.ask('/health?x=1', { method: 'HEAD' })).toMatchObject({ status: 200 })
})

test('no spelling of an open path opens another one', async () => {
  const { gateway, users } = await startGuarded()
  for (const path of [
    ...[
      '/status',
      '/nothing',
      '//',
      '/docs/',
      '/docs/nothing.js',
      '/docs/../status',
      '/users/1/details',
      '/users/',
      '//health',
      '/health/',
      '/HEALTH',
      '/health%00',
    ],
    ...['/health/../users', '/users/../health', '/users/%2e%2e/health', '/users?/health', '/users;/health'],
    ...['http://x/users', '/users%2f..%2fhealth'],
  ])
    expect([path, (await gateway.ask(path)).status]).toEqual([path, 401])
  for (const method of ['POST', 'OPTIONS', 'TRACE'])
    expect(await gateway.ask('/status', { method })).toMatchObject({ status: 401 })
  expect(users.seen).toEqual([])
})

test('a list of keys that holds none, or what cannot be a key, is refused without being shown', () => {
  const services = { USERS_URL: 'http://u', ORDERS_URL: 'http://o', PAYMENTS_URL: 'http://p' }
  for (const API_KEYS of [',', ' ', 'hunter2, "quoted-hunter"', 'hünter']) {
    const read = () => readGatewayConfig({ ...services, API_KEYS })
    expect(read).toThrow(/^ {2}API_KEYS: expected keys/m)
    expect(read).not.toThrow(/hunter|hünter|quoted/)
  }
})
