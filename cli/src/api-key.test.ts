// The key that msctl sends, in the program as people run it: to the gateway, and nowhere else.
import { once } from 'node:events'
import { readdir, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import { finish, makeHome, startMsctl } from './testing/msctl.ts'

const KEY = 'secret-key.0123'

let home: string
beforeEach(async () => {
  home = await makeHome()
  return () => rm(home, { recursive: true, force: true })
})

/** A gateway that asks for the key, and what it was sent. */
async function startGateway() {
  const received: (string | undefined)[] = []
  const server = createServer((request, response) => {
    received.push(request.headers.authorization)
    const isKnown = request.url === '/health' || request.headers.authorization === `Bearer ${KEY}`
    response.writeHead(isKnown ? 404 : 401, { 'content-type': 'application/problem+json' })
    response.end(
      JSON.stringify({ type: 'urn:msctl:problem:unauthorized', title: 'No', status: isKnown ? 404 : 401 }),
    )
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, received }
}

const msctl = (args: string[], MSCTL_API_KEY: string) =>
  finish(startMsctl(args, { home, env: { PATH: '/nowhere', MSCTL_API_KEY } }))

async function filesOf(folder: string): Promise<string> {
  const files = await readdir(folder, { recursive: true, withFileTypes: true })
  const texts = files
    .filter((file) => file.isFile() && !file.parentPath.includes('redis'))
    .map((file) => readFile(path.join(file.parentPath, file.name), 'latin1'))
  return (await Promise.all(texts)).join('\n')
}

test('goes to the gateway, and is in no output and no file', async () => {
  const { url, received } = await startGateway()
  const known = await msctl(['users', 'get', '1', '--url', url, '--verbose'], KEY)
  expect(known).toMatchObject({ code: 1, err: expect.stringContaining('There is no user 1') })
  const wrong = await msctl(['users', 'get', '1', '--url', url, '--verbose', '--lang', 'ru'], `${KEY}-not`)
  expect(wrong).toMatchObject({ code: 1, err: expect.stringContaining('(401)') })
  const nobody = await msctl(['users', 'get', '1', '--url', 'http://127.0.0.1:1', '--json', '-v'], KEY)
  expect(nobody.code).toBe(3)
  const config = await msctl(['config', '--json'], KEY)
  expect(received).toEqual([`Bearer ${KEY}`, `Bearer ${KEY}-not`])
  const shown = [known, wrong, nobody, config].map(({ out, err }) => out + err).join('')
  expect(shown + (await filesOf(home))).not.toContain(KEY)
})

test('that cannot be one is not sent, and not shown', async () => {
  const { url, received } = await startGateway()
  const { code, err } = await msctl(['users', 'get', '1', '--url', url, '-v'], `${KEY}\r\nX-Admin: 1`)
  expect(code).toBe(2)
  expect(err).toContain('MSCTL_API_KEY cannot be an API key')
  expect(err).not.toContain(KEY)
  expect(received).toEqual([])
})
