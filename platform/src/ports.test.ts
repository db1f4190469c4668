import { once } from 'node:events'
import { createServer, type Server } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { Failure } from './failure.ts'
import { portHolder } from './port-holder.ts'
import { choosePorts, freePort, freePorts, isPortFree, startOnFreePort } from './ports.ts'

async function listen(host = '127.0.0.1', port = 0): Promise<number> {
  const server = createServer().listen(port, host)
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return (server.address() as { port: number }).port
}

test('free ports are free and all different', async () => {
  const ports = await freePorts(20)
  expect(new Set(ports).size).toBe(20)
  expect(await Promise.all(ports.map((port) => isPortFree(port)))).toEqual(ports.map(() => true))
})

test('a port that somebody listens on is not free, on whichever address he does', async () => {
  expect(await isPortFree(await listen('127.0.0.1'))).toBe(false)
  expect(await isPortFree(await listen('0.0.0.0'))).toBe(false)
})

test('who listens on a port is named by pid and command', async () => {
  const holder = await portHolder(await listen())
  expect(holder).toEqual({ pid: process.pid, command: expect.stringContaining('node') })
})

test('nobody is named for a port that nobody holds', async () => {
  expect(await portHolder(await freePort())).toBeUndefined()
})

test('a taken gateway port is an error that names the holder', async () => {
  const port = await listen()
  await expect(choosePorts(port)).rejects.toMatchObject({
    code: 'port-taken',
    facts: { part: 'gateway', port, holder: { pid: process.pid } },
  })
})

test('a gateway port that is taken on ::1 alone is taken, too, for localhost leads there', async ({
  skip,
}) => {
  const port = await listen('::1').catch(() => skip('this machine has no IPv6'))
  await expect(choosePorts(port)).rejects.toMatchObject({ code: 'port-taken' })
})

test('the services follow the gateway, and step aside where somebody is', async () => {
  // A gateway port with three free neighbours of which we take the middle one.
  const gateway = await gatewayWithFreeNeighbours()
  await listen('127.0.0.1', gateway + 2)
  const ports = await choosePorts(gateway)
  expect(ports).toMatchObject({ gateway, users: gateway + 1, payments: gateway + 3 })
  expect(ports.orders).not.toBe(gateway + 2)
  expect(new Set(Object.values(ports)).size).toBe(6)
})

test('port 0 means any free port, for all parts', async () => {
  const ports = await choosePorts(0)
  expect(new Set(Object.values(ports)).size).toBe(6)
  expect(Object.values(ports)).not.toContain(6379)
})

async function gatewayWithFreeNeighbours(): Promise<number> {
  for (;;) {
    const port = await freePort()
    const neighbours = await Promise.all([1, 2, 3].map((step) => isPortFree(port + step)))
    if (neighbours.every(Boolean)) return port
  }
}

async function occupy(port: number): Promise<Server> {
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
  const [server, port] = await startOnFreePort(undefined, async (free) => {
    if (asked.push(free) < 3) await occupy(free)
    return occupy(free)
  })
  expect(asked).toHaveLength(3)
  expect(server.address()).toMatchObject({ port })
  expect(port).toBe(asked[2])
})

test('a port that was asked for is not exchanged', async () => {
  const { port } = (await occupy(0)).address() as { port: number }
  await expect(startOnFreePort(port, occupy)).rejects.toMatchObject({ code: 'port-taken', facts: { port } })
})

test('it is not tried for ever, nor again after anything else', async () => {
  let asked = 0
  const fail = (error: Error) =>
    startOnFreePort(undefined, async () => {
      asked++
      throw error
    })
  await expect(fail(new Failure('port-taken', { part: 'db', port: 1 }))).rejects.toThrow()
  expect(asked).toBe(5)
  await expect(fail(new TypeError('ours'))).rejects.toThrow('ours')
  expect(asked).toBe(6)
})
