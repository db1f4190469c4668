// The page that `--report html=…` writes, as a browser shows it: on a phone and a desktop, light and dark, on paper, in both
// languages, without a network. Needs Debian's chromium, or another one that $CHROMIUM names.
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { exampleReport } from '../grader/src/reports/example-report.ts'
import { renderReport } from '../grader/src/reports/render-report.ts'
import { randomReport } from '../grader/src/reports/sample-report.ts'

const PAGES: Readonly<Record<string, string>> = {
  '/en': renderReport('html', exampleReport('en'), {}),
  '/ru': renderReport('html', exampleReport('ru'), {}),
  // With hostile texts, long ones, and checks that could not be judged.
  ...Object.fromEntries(
    [3, 4, 9].map((seed) => [`/random-${seed}`, renderReport('html', randomReport(seed), {})]),
  ),
}
const PATHS = Object.keys(PAGES)
const PHONE = { width: 360, height: 740 }
const DESKTOP = { width: 1280, height: 900 }
/** What is left of an A4 page between its margins, at 96 dots an inch. */
const PAPER = { width: 688, height: 1000 }

let browser: Browser
let server: Server
let origin: string
const asked: string[] = []

beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push(request.url ?? '')
    response.setHeader('content-type', 'text/html; charset=utf-8').end(PAGES[request.url ?? ''] ?? '')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    // As root, it has no sandbox; and it is to look for nothing on the network by itself.
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update'],
  })
})
afterAll(async () => {
  await browser?.close()
  server?.close()
})

/** Opens a page, and fails on whatever it complains about. */
async function withPage(path: string, options: BrowserContextOptions, look: (page: Page) => Promise<void>) {
  const context = await browser.newContext(options)
  try {
    const page = await context.newPage()
    const complaints: string[] = []
    page.on('console', (message) => void complaints.push(message.text()))
    page.on('pageerror', (error) => void complaints.push(error.message))
    page.on('dialog', (dialog) => void complaints.push(dialog.message()))
    await page.goto(origin + path)
    await look(page)
    expect(complaints).toEqual([])
  } finally {
    await context.close()
  }
}

// What is evaluated in the page is text: the types of a browser are not those of this project.

/** How many points wider than the window the page is. */
const overflowOf = (page: Page) =>
  page.evaluate<number>('document.documentElement.scrollWidth - document.documentElement.clientWidth')

const openAll = (page: Page) =>
  page.evaluate("document.querySelectorAll('details').forEach((details) => { details.open = true })")

const backgroundOf = (page: Page) => page.evaluate<string>('getComputedStyle(document.body).backgroundColor')

/** Texts that are harder to read than WCAG's AA allows (4.5 : 1, large ones 3 : 1), with how hard. */
const faintTexts = (page: Page) =>
  page.evaluate<string[]>(`
    const channels = (colour) => (colour.match(/[\\d.]+/g) ?? []).map(Number)
    const luminance = (colour) => {
      const [red, green, blue] = channels(colour).map((value) =>
        value / 255 <= 0.03928 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4,
      )
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue
    }
    const behind = (element) => {
      if (element === null) return 'rgb(255, 255, 255)'
      const { backgroundColor } = getComputedStyle(element)
      return channels(backgroundColor)[3] === 0 ? behind(element.parentElement) : backgroundColor
    };
    [...document.querySelectorAll('body *')].flatMap((element) => {
      const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim() !== '')
      if (!own || element.closest('svg, .hidden, script') !== null || !element.checkVisibility()) return []
      const { color, fontSize } = getComputedStyle(element)
      const [one, other] = [luminance(color), luminance(behind(element))]
      const contrast = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05)
      const enough = Number.parseFloat(fontSize) >= 24 ? 3 : 4.5
      return contrast >= enough ? [] : [contrast.toFixed(2) + ' ' + element.className + ': ' + element.textContent.slice(0, 40)]
    })`)

/** What does not fit into its box at the side. */
const cutOff = (page: Page) =>
  page.evaluate<string[]>(`[...document.querySelectorAll('pre, .scroll')]
    .filter((element) => element.checkVisibility() && element.scrollWidth > element.clientWidth + 1)
    .map((element) => element.textContent.slice(0, 60))`)

/** Where the keyboard is: within something of that kind? */
const isIn = (page: Page, selector: string) =>
  page.evaluate<boolean>(`document.activeElement.closest(${JSON.stringify(selector)}) !== null`)

describe.each(['light', 'dark'] as const)('%s', (colorScheme) => {
  test.each([
    ['a phone', PHONE],
    ['a desktop', DESKTOP],
  ] as const)('fits %s, with everything opened, and can be read', async (_, viewport) => {
    for (const path of PATHS) {
      await withPage(path, { viewport, colorScheme }, async (page) => {
        await openAll(page)
        expect({ path, overflow: await overflowOf(page) }).toEqual({ path, overflow: 0 })
        expect(await faintTexts(page)).toEqual([])
      })
    }
  })
})

test('is as light or dark as the reader wishes, and always white on paper', async () => {
  const colours = new Set<string>()
  for (const colorScheme of ['light', 'dark'] as const) {
    await withPage('/en', { colorScheme }, async (page) => {
      colours.add(await backgroundOf(page))
      await page.emulateMedia({ media: 'print' })
      expect(await backgroundOf(page)).toBe('rgb(255, 255, 255)')
    })
  }
  expect(colours.size).toBe(2)
})

test('can be printed: nothing is cut off at the side, and no button or menu is left', async () => {
  for (const path of PATHS) {
    await withPage(path, { viewport: PAPER, colorScheme: 'dark' }, async (page) => {
      await page.emulateMedia({ media: 'print' })
      expect({ path, overflow: await overflowOf(page) }).toEqual({ path, overflow: 0 })
      expect(await page.locator('nav:visible, button:visible').count()).toBe(0)
      expect(await cutOff(page)).toEqual([])
      expect((await page.pdf({ format: 'A4' })).subarray(0, 5).toString()).toBe('%PDF-')
    })
  }
})

test('asks nobody for anything', async () => {
  asked.length = 0
  for (const path of PATHS) {
    await withPage(path, {}, async (page) => {
      const requests: string[] = []
      page.on('request', (request) => void requests.push(request.url()))
      await openAll(page)
      await page.mouse.wheel(0, 20_000)
      await page.waitForLoadState('networkidle')
      expect(requests).toEqual([])
    })
  }
  expect(asked).toEqual(PATHS)
})

test('speaks the language of the report', async () => {
  for (const [path, lang, heading] of [
    ['/en', 'en', 'What failed (2)'],
    ['/ru', 'ru', 'Что не пройдено (2)'],
  ] as const) {
    await withPage(path, {}, async (page) => {
      expect(await page.getAttribute('html', 'lang')).toBe(lang)
      expect(await page.locator('#failed h2').textContent()).toBe(heading)
    })
  }
})

test('can be used with the keyboard alone, and copies a script', async () => {
  await withPage('/en', { permissions: ['clipboard-read', 'clipboard-write'] }, async (page) => {
    // From the links at the top to the first piece of evidence, and on to the script.
    for (let press = 0; press < 60 && !(await isIn(page, 'summary')); press++)
      await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    expect(await page.locator('.evidence details').first().getAttribute('open')).toBe('')
    for (let press = 0; press < 20 && !(await isIn(page, '.repro')); press++) await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await page.getByText('Copied').first().waitFor()
    const copied = await page.evaluate<string>('navigator.clipboard.readText()')
    expect(copied).toBe(await page.locator('.repro code').first().textContent())
    expect(copied).toContain('curl -s -X PUT')
  })
})

test('a link to a check opens it', async () => {
  await withPage('/en#check-payments.failure-rate', {}, async (page) => {
    expect(await page.locator('details[id="check-payments.failure-rate"]').getAttribute('open')).toBe('')
  })
})

test('says all there is to say without its script', async () => {
  await withPage('/en', { javaScriptEnabled: false }, async (page) => {
    expect(await page.locator('.repro code').first().isVisible()).toBe(true)
    expect(await page.locator('button:visible').count()).toBe(0)
  })
})
