import type { AddressInfo, LookupFunction } from 'node:net'
import { errors } from 'undici'
import { expect, test } from 'vitest'
import { createConnector } from './connect.ts'
import { startService } from './test-rig.ts'

const toLocalhost: LookupFunction = (_hostname, _options, callback) =>
  callback(null, [{ address: '127.0.0.1', family: 4 }])

const connectTo = (lookup: LookupFunction, port: string, timeoutMs = 1000) =>
  new Promise<{ error: Error | null; socket: import('node:net').Socket | null }>((resolve) => {
    const { connect } = createConnector({ lookup, timeoutMs })
    connect({ hostname: 'service_users', protocol: 'http:', port }, (error, socket) =>
      resolve({ error, socket }),
    )
  })

test('connects to the address that the name has', async () => {
  const service = await startService(() => undefined)
  const { error, socket } = await connectTo(toLocalhost, new URL(service.origin).port)
  expect(error).toBeNull()
  expect((socket?.address() as AddressInfo | undefined)?.address).toBe('127.0.0.1')
  socket?.destroy()
})

test('says when there is no such name', async () => {
  const { error } = await connectTo((_hostname, _options, callback) => {
    callback(Object.assign(new Error('no such name'), { code: 'ENOTFOUND', syscall: 'getaddrinfo' }), '', 4)
  }, '8001')
  expect(error).toMatchObject({ code: 'ENOTFOUND' })
})

test('gives up when the name is not found in time', async () => {
  const startedAt = performance.now()
  const { error } = await connectTo(() => undefined, '8001', 100)
  expect(error).toBeInstanceOf(errors.ConnectTimeoutError)
  expect(performance.now() - startedAt).toBeLessThan(1000)
})
