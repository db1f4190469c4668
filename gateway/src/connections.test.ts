import type { LookupFunction } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { errors } from 'undici'
import { expect, test } from 'vitest'
import { createConnections } from './connections.ts'
import { startService } from './testing/start-gateway.ts'

const toLocalhost: LookupFunction = (_hostname, _options, callback) =>
  callback(null, [{ address: '127.0.0.1', family: 4 }])

async function ask(lookup: LookupFunction, port: string, timeoutMs = 1000): Promise<string> {
  const { open } = createConnections({ origin: `http://service_users:${port}`, lookup, timeoutMs })
  const { client, discard } = open()
  try {
    const { body } = await client.request({ method: 'GET', path: '/' })
    return await body.text()
  } finally {
    discard()
  }
}

test('connects to the address that the name has', async () => {
  const service = await startService((_request, response) => response.end('hello'))
  expect(await ask(toLocalhost, new URL(service.origin).port)).toBe('hello')
})

test('says when there is no such name', async () => {
  const lookup: LookupFunction = (_hostname, _options, callback) => {
    callback(Object.assign(new Error('no such name'), { code: 'ENOTFOUND', syscall: 'getaddrinfo' }), '', 4)
  }
  await expect(ask(lookup, '8001')).rejects.toMatchObject({ code: 'ENOTFOUND' })
})

test('gives up when the name is not found in time', async () => {
  const error = ask(() => undefined, '8001', 100).catch((reason: unknown) => reason)
  expect(await Promise.race([error, delay(1000, 'late')])).toBeInstanceOf(errors.ConnectTimeoutError)
})
