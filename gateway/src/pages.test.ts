import { expect, test } from 'vitest'
import { startGateway, startService } from './testing/start-gateway.ts'

const BROWSER = { headers: { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' } }

test('a browser sees a page, anybody else the links as JSON, and each of them leads somewhere', async () => {
  const gateway = await startGateway({})
  const page = await gateway.ask('/', BROWSER)
  expect(page).toMatchObject({ status: 200, headers: { 'content-type': 'text/html; charset=utf-8' } })
  const { links } = (await gateway.ask('/')).json() as { links: Record<string, string> }
  expect(Object.keys(links)).toEqual([
    ...['health', 'status', 'metrics', 'openapi', 'docs', 'users', 'orders', 'payments'],
  ])
  const linked = [...page.text.matchAll(/href="([^"]+)"/g)].map(([, to]) => to ?? '')
  // The services are not there.
  for (const to of [...linked, ...Object.values(links)])
    expect([200, 502]).toContain((await gateway.ask(to)).status)
})

test('the API reference loads only what the gateway has, under a policy that allows nothing else', async () => {
  const gateway = await startGateway({}, { API_KEYS: 'key-1' })
  const page = await gateway.ask('/docs', BROWSER)
  const loaded = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, from]) => from ?? '')
  expect(loaded).toHaveLength(3)
  for (const from of ['/', '/docs', ...loaded]) {
    const answer = await gateway.ask(from, BROWSER)
    expect([from, answer.status]).toEqual([from, 200])
    const policy = answer.headers['content-security-policy']
    expect(policy).toMatch(/default-src 'none'; script-src 'self';/)
    expect(policy).not.toMatch(/script-src[^;]*unsafe|https?:/)
  }
  expect(page.text).not.toMatch(/<script>|https?:/)
})

test('the pages need no key, and are limited and counted like the rest', async () => {
  const gateway = await startGateway({}, { API_KEYS: 'key-1', MAX_IN_FLIGHT: '1' })
  // A request whose body does not come to its end takes no room; one that waits for a service does.
  const stuck = await startService(() => undefined)
  const busy = await startGateway({ users: stuck }, { MAX_IN_FLIGHT: '1' })
  expect((await gateway.ask('/docs/swagger-ui-bundle.js')).status).toBe(200)
  const waiting = busy.ask('/users').catch(() => undefined)
  await expect.poll(() => stuck.seen).toHaveLength(1)
  expect((await busy.ask('/docs/swagger-ui-bundle.js')).status).toBe(503)
  expect((await busy.ask('/health')).status).toBe(200)
  await stuck.stop()
  await waiting
})
