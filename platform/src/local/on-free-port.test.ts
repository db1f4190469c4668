import { once } from 'node:events'
import { createServer, type Server } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { Failure } from '../failure.ts'
import { onFreePort } from './on-free-port.ts'

async function listen(port: number): Promise<Server> {
  const server = createServer()
  onTestFinished(() => void server.close())
  server.listen(port, '127.0.0.1')
  await once(server, 'listening').catch(() => {
    throw new Failure('port-taken', { part: 'cache', port })
  })
  return server
}

test('where somebody was quicker, another port is taken', async () => {
  const asked: number[] = []
  const [server, port] = await onFreePort(undefined, async (free) => {
    if (asked.push(free) < 3) await listen(free)
    return listen(free)
  })
  expect(asked).toHaveLength(3)
  expect(server.address()).toMatchObject({ port })
  expect(port).toBe(asked[2])
})

test('a port that was asked for is not exchanged', async () => {
  const { port } = (await listen(0)).address() as { port: number }
  await expect(onFreePort(port, listen)).rejects.toMatchObject({ code: 'port-taken', facts: { port } })
})

test('it is not tried for ever, nor again after anything else', async () => {
  let asked = 0
  const fail = (error: Error) =>
    onFreePort(undefined, async () => {
      asked++
      throw error
    })
  await expect(fail(new Failure('port-taken', { part: 'db', port: 1 }))).rejects.toThrow()
  expect(asked).toBe(5)
  await expect(fail(new TypeError('ours'))).rejects.toThrow('ours')
  expect(asked).toBe(6)
})
