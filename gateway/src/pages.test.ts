import { expect, test } from 'vitest'
import { startGateway } from './testing/start-gateway.ts'

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
