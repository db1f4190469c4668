import { EventEmitter, once } from 'node:events'
import { Agent, get, type IncomingMessage } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import pino from 'pino'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { createApp } from './app.ts'
import { ConfigError } from './config.ts'
import { createMetrics } from './metrics.ts'
import { run, start } from './run.ts'

/** More than the buffers of a connection hold. */
const SIZE = 30_000_000

/** A process that can be told to stop, and says how it left. */
function createProcess() {
  const emitter = new EventEmitter()
  const left = once(emitter, 'left').then(([code]) => code as number)
  const self = Object.assign(emitter, { exit: (code: number) => emitter.emit('left', code) })
  return {
    self: self as unknown as NodeJS.Process,
    left,
    stop: (signal = 'SIGTERM') => emitter.emit(signal, signal),
  }
}

async function startServer(closers: (() => Promise<unknown>)[] = []) {
  const { self, left, stop } = createProcess()
  const done: string[] = []
  const log = pino({ level: 'silent' })
  const app = createApp({
    log,
    metrics: createMetrics('things'),
    isReady: async () => ({}),
    routes: (routes) => {
      routes.get('/quick', async () => 'quick')
      routes.get('/slow', async () => {
        await delay(300)
        return 'slow'
      })
      routes.get('/large', async () => Buffer.alloc(SIZE))
      routes.get('/hanging', () => new Promise(() => undefined))
    },
  })
  await run({
    app,
    host: '127.0.0.1',
    port: 0,
    log,
    closers: closers.length > 0 ? closers : [async () => done.push('closed')],
    flush: () => done.push('flushed'),
    process: self,
  })
  onTestFinished(() => {
    app.server.closeAllConnections()
    app.server.close()
  })
  const { port } = app.server.address() as AddressInfo
  return { app, port, left, stop, done }
}

async function ask(port: number, path: string, agent?: Agent): Promise<string> {
  const outgoing = get({ host: '127.0.0.1', port, path, agent })
  const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage]
  let text = ''
  for await (const chunk of incoming) text += chunk
  return text
}

describe('a process that is told to stop', () => {
  test.each(['SIGTERM', 'SIGINT'])(
    'by %s answers what is in flight, then closes what it holds, and exits with 0',
    async (signal) => {
      const server = await startServer()
      const asked = ask(server.port, '/slow')
      await delay(100)
      server.stop(signal)
      await expect.poll(() => server.app.server.listening).toBe(false)
      await expect(ask(server.port, '/quick')).rejects.toThrow('ECONNREFUSED')
      expect(await asked).toBe('slow')
      expect(await server.left).toBe(0)
      expect(server.done).toEqual(['closed', 'flushed'])
    },
  )

  test('does not wait for callers that keep their connection', async () => {
    const agent = new Agent({ keepAlive: true })
    onTestFinished(() => agent.destroy())
    const server = await startServer()
    // One connection has been idle, and one becomes so meanwhile.
    const asked = ask(server.port, '/slow', agent)
    await ask(server.port, '/quick', agent)
    const startedAt = performance.now()
    await delay(100)
    server.stop()
    expect(await asked).toBe('slow')
    expect(await server.left).toBe(0)
    expect(performance.now() - startedAt).toBeLessThan(2000)
  })

  test('does not wait for connections on which nothing was asked', async () => {
    const server = await startServer()
    const socket = connect(server.port, '127.0.0.1')
    socket.on('error', () => undefined)
    await once(socket, 'connect')
    await delay(50)
    server.stop()
    expect(await Promise.race([server.left, delay(3000, 'still there')])).toBe(0)
  })

  test('waits for a caller that takes its answer slowly', async () => {
    const server = await startServer()
    const socket = connect(server.port, '127.0.0.1')
    socket.write('GET /large HTTP/1.1\r\nHost: x\r\n\r\n')
    await once(socket, 'readable')
    server.stop()
    await delay(200)
    let received = 0
    socket.on('data', (chunk) => {
      received += chunk.length
    })
    await once(socket, 'close')
    expect(received).toBeGreaterThan(SIZE)
    expect(await server.left).toBe(0)
  })

  test('leaves with 1 after ten seconds when something does not end', async () => {
    const server = await startServer()
    const asked = ask(server.port, '/hanging').catch(() => 'lost')
    await delay(100)
    vi.useFakeTimers({ toFake: ['setTimeout'] })
    onTestFinished(() => {
      vi.useRealTimers()
    })
    server.stop()
    vi.advanceTimersByTime(9999)
    expect(server.done).toEqual([])
    vi.advanceTimersByTime(1)
    expect(await server.left).toBe(1)
    expect(server.done).toEqual(['flushed'])
    vi.useRealTimers()
    server.app.server.closeAllConnections()
    await asked
  })

  test('leaves at once at the second signal', async () => {
    const server = await startServer()
    const asked = ask(server.port, '/hanging').catch(() => 'lost')
    await delay(100)
    server.stop('SIGTERM')
    server.stop('SIGINT')
    expect(await server.left).toBe(1)
    expect(server.done).toEqual(['flushed'])
    server.app.server.closeAllConnections()
    await asked
  })

  test('leaves with 1 when something cannot be closed', async () => {
    const server = await startServer([
      async () => {
        throw new Error('stuck')
      },
    ])
    server.stop()
    expect(await server.left).toBe(1)
  })
})

describe('a process that cannot start', () => {
  test('says that its port is taken', async () => {
    const server = await startServer()
    const { self } = createProcess()
    const log = pino({ level: 'silent' })
    const app = createApp({
      log,
      metrics: createMetrics('x'),
      isReady: async () => ({}),
      routes: () => undefined,
    })
    const running = run({
      app,
      host: '127.0.0.1',
      port: server.port,
      log,
      closers: [],
      flush: () => undefined,
      process: self,
    })
    await expect(running).rejects.toMatchObject({ code: 'EADDRINUSE' })
    await app.close()
  })

  test.each([
    [2, new ConfigError(['PORT=x: expected a port'])],
    [1, new Error('no such host')],
  ])('exits with %i', async (code, error) => {
    const { self, left } = createProcess()
    start('things', () => Promise.reject(error), self)
    expect(await left).toBe(code)
  })
})
