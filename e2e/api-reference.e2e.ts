// The gateway's pages, as a browser shows them that has no other network: what this is, and the API reference, which creates a user.
// Needs Debian's chromium, or another one that $CHROMIUM names.
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'

const root = path.resolve(import.meta.dirname, '..')
let home: string
let origin: string
let browser: Browser

const msctl = (...args: string[]) =>
  promisify(execFile)(path.join(root, 'msctl'), args, {
    env: { ...process.env, MSCTL_HOME: home, MSCTL_DRIVER: 'local', MSCTL_LANG: 'en' },
  })

beforeAll(async () => {
  home = await mkdtemp(path.join(tmpdir(), 'api-reference-'))
  await msctl('up', '--port', '0')
  const { parts } = JSON.parse((await msctl('status', '--json')).stdout)
  origin = parts.find(({ name }: { name: string }) => name === 'gateway').url
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    // As root, it has no sandbox; and it is to look for nothing on the network by itself.
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update'],
  })
})
afterAll(async () => {
  await browser?.close()
  await msctl('down', '--volumes')
  await rm(home, { recursive: true })
})

/** Opens the gateway's first page where nothing but the gateway can be reached; fails on whatever the page complains about. */
async function visit(width: number, look: (page: Page) => Promise<void>): Promise<void> {
  const context = await browser.newContext({ viewport: { width, height: 900 } })
  const complaints: string[] = []
  try {
    const page = await context.newPage()
    await context.route(
      (url) => url.origin !== origin && url.protocol !== 'data:',
      (route) => {
        complaints.push(`asks for ${route.request().url()}`)
        return route.abort()
      },
    )
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) complaints.push(message.text())
    })
    page.on('pageerror', (error) => void complaints.push(error.message))
    await page.goto(origin)
    await look(page)
    expect(complaints).toEqual([])
  } finally {
    await context.close()
  }
}

test.each([390, 1280])('at %d px the first page leads to the API reference, which creates a user', (width) =>
  visit(width, async (page) => {
    expect(await page.textContent('h1')).toMatch(/^msctl platform \d/)
    await page.click('text=/docs')
    const operation = page.locator('#operations-users-createUser')
    await operation.locator('.opblock-summary').click()
    const email = `reference-${width}@example.com`
    await operation.locator('textarea').fill(JSON.stringify({ email, name: 'Reference' }))
    await operation.locator('button.execute').click()
    await expect
      .poll(() => operation.locator('.live-responses-table .response .response-col_status').textContent())
      .toContain('201')
    const users = (await (await fetch(`${origin}/users`)).json()) as { email: string }[]
    expect(users.map((user) => user.email)).toContain(email)
    const overflow = 'document.documentElement.scrollWidth - document.documentElement.clientWidth'
    expect(await page.evaluate<number>(overflow)).toBeLessThanOrEqual(0)
  }),
)
