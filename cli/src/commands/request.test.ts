// `msctl request`, in the program as people run it, against a gateway that answers what a test wants.
import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import { finish, makeHome, startMsctl } from '../testing/msctl.ts'

let home: string
beforeEach(async () => {
  home = await makeHome()
  return () => rm(home, { recursive: true, force: true })
})

async function startGateway() {
  const received: unknown[] = []
  const server = createServer(async (request, response) => {
    const { method, url } = request
    received.push([method, url, await text(request)])
    if (url === '/broken') response.writeHead(200, { 'content-type': 'application/json' }).end('{"a":')
    else if (url === '/text') response.writeHead(200, { 'content-type': 'text/plain' }).end('metrics 1\n')
    else if (url === '/none') response.writeHead(204).end()
    else {
      response.writeHead(url === '/users/9' ? 404 : 200, { 'content-type': 'application/json' })
      response.end('{"a":1}')
    }
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const request = (...args: string[]) =>
    finish(startMsctl(['request', ...args, '--url', url], { home, env: { PATH: '/nowhere' } }))
  return { request, received }
}

test('prints the body of whatever is answered, and exits with 1 where that is an error', async () => {
  const { request, received } = await startGateway()
  expect(await request('GET', '/users?limit=1')).toMatchObject({ code: 0, out: '{\n  "a": 1\n}\n' })
  expect(await request('GET', '/text')).toMatchObject({ code: 0, out: 'metrics 1\n' })
  expect(await request('GET', '/broken')).toMatchObject({ code: 0, out: '{"a":\n' })
  expect(await request('DELETE', '/none', '-i')).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^204\n(.+: .+\n)+$/),
  })
  expect(await request('PUT', '/users/9', '--data', '[1]', '-i')).toMatchObject({
    code: 1,
    out: expect.stringMatching(/^404\ncontent-type: application\/json\n(.+\n)+\n\{\n {2}"a": 1\n\}\n$/),
  })
  const { out } = await request('GET', '/users/9', '--json')
  expect(JSON.parse(out)).toMatchObject({
    ...{ status: 404, headers: { 'content-type': 'application/json' }, body: { a: 1 } },
  })
  expect(received).toContainEqual(['PUT', '/users/9', '[1]'])
})

test('sends nothing that cannot be meant', async () => {
  const { request, received } = await startGateway()
  expect(await request('FETCH', '/users')).toMatchObject({ code: 2, err: expect.stringContaining('PATCH') })
  expect(await request('GET', 'users')).toMatchObject({
    code: 2,
    err: expect.stringContaining('begins with /'),
  })
  expect(await request('POST', '/users', '--data', '{a')).toMatchObject({
    ...{ code: 2, err: expect.stringContaining('JSON') },
  })
  expect(received).toEqual([])
})
