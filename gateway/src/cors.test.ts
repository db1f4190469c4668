import { expect, test } from 'vitest'
import { readGatewayConfig } from './config.ts'
import { startGateway, startService } from './testing/start-gateway.ts'

const SHOP = 'https://shop.example'
const PREFLIGHT = {
  'access-control-request-method': 'PUT',
  'access-control-request-headers': 'authorization',
}

async function startShared(
  settings: Record<string, string> = { CORS_ORIGINS: `${SHOP},http://localhost:3000` },
) {
  const users = await startService((request, response) => {
    if (request.method === 'OPTIONS') response.statusCode = 405
    response.setHeader('Vary', 'Accept')
    response.setHeader('Access-Control-Allow-Origin', 'https://of-the-service.example')
    response.end('[]')
  })
  const orders = await startService((_request, response) => response.end('[]'))
  return { users, gateway: await startGateway({ users, orders }, settings) }
}

const corsOf = ({ headers }: { headers: NodeJS.Dict<string | string[]> }) =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => name.startsWith('access-control-')))

test('scripts of a listed origin may read what comes, whoever answers', async () => {
  const { gateway } = await startShared()
  for (const [path, status] of [
    ['/users', 200],
    ['/users/1/details', 502],
    ['/payments', 502],
    ['/health', 200],
    ['/nothing', 404],
  ] as const) {
    const answer = await gateway.ask(path, { headers: { origin: SHOP } })
    expect([path, answer.status]).toEqual([path, status])
    expect(corsOf(answer)).toEqual({
      'access-control-allow-origin': SHOP,
      'access-control-expose-headers': expect.stringContaining('X-Cache'),
    })
    expect(answer.headers.vary).toContain('Origin')
  }
})

test('what the service says of `Vary` stays', async () => {
  const { gateway } = await startShared()
  expect((await gateway.ask('/users')).headers.vary).toBe('Origin, Accept')
})

test('a preflight is answered without a key, and without asking a service', async () => {
  const { gateway, users } = await startShared({ CORS_ORIGINS: SHOP, API_KEYS: 'a-key' })
  for (const path of ['/users/1', '/status', '/users/1/details']) {
    const answer = await gateway.ask(path, { method: 'OPTIONS', headers: { origin: SHOP, ...PREFLIGHT } })
    expect(answer).toMatchObject({ status: 204, text: '' })
    expect(corsOf(answer)).toMatchObject({
      'access-control-allow-origin': SHOP,
      'access-control-allow-methods': 'GET, HEAD, POST, PUT, DELETE',
      'access-control-allow-headers': expect.stringContaining('Authorization'),
      'access-control-max-age': '600',
    })
    expect(answer.headers.vary).toBe('Origin')
  }
  expect(users.seen).toEqual([])
  // The script of a listed origin can read why it is not let in.
  expect(corsOf(await gateway.ask('/users/1', { headers: { origin: SHOP } }))).toMatchObject({
    'access-control-allow-origin': SHOP,
  })
})

test.each([
  'https://evil.example',
  'null',
  'https://shop.example.evil.example',
  'https://evilshop.example',
  'http://shop.example',
  'https://shop.example:444',
  'https://SHOP.example',
  'https://shop.example/',
  `${SHOP}, https://evil.example`,
  '*',
  '',
])('an origin that is not listed is given nothing: %j', async (origin) => {
  const { gateway } = await startShared({ CORS_ORIGINS: SHOP })
  const answer = await gateway.ask('/orders', { headers: { origin } })
  const preflight = await gateway.ask('/status', { method: 'OPTIONS', headers: { origin, ...PREFLIGHT } })
  for (const each of [answer, preflight]) {
    expect(corsOf(each)).toEqual({})
    expect(each.headers.vary).toBe('Origin')
  }
  expect([answer.status, preflight.status]).toEqual([200, 405])
})

test('OPTIONS that is no preflight is what it is without CORS', async () => {
  const { gateway, users } = await startShared()
  expect(await gateway.ask('/users', { method: 'OPTIONS', headers: { origin: SHOP } })).toMatchObject({
    status: 405,
  })
  expect(users.seen).toEqual(['OPTIONS /users'])
})

test('`*` lists all origins', async () => {
  const { gateway } = await startShared({ CORS_ORIGINS: '*' })
  const answer = await gateway.ask('/orders', { headers: { origin: 'https://any.example' } })
  expect(corsOf(answer)).toMatchObject({ 'access-control-allow-origin': '*' })
  expect(answer.headers).not.toHaveProperty('vary')
})

test('without the setting nothing is said, and nothing taken away', async () => {
  const { gateway } = await startShared({})
  const orders = await gateway.ask('/orders', { headers: { origin: SHOP } })
  expect(corsOf(orders)).toEqual({})
  expect(orders.headers).not.toHaveProperty('vary')
  const users = await gateway.ask('/users', { headers: { origin: SHOP } })
  expect(corsOf(users)).toEqual({ 'access-control-allow-origin': 'https://of-the-service.example' })
})

test('what is no origin is refused', () => {
  const services = { USERS_URL: 'http://u', ORDERS_URL: 'http://o', PAYMENTS_URL: 'http://p' }
  for (const CORS_ORIGINS of ['shop.example', 'https://shop.example/', 'https://shop.example/a', 'null', ','])
    expect(() => readGatewayConfig({ ...services, CORS_ORIGINS })).toThrow(
      /CORS_ORIGINS=.*: expected origins/,
    )
})
