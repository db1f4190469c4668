import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import { createPlatform, type DriverOptions, type DriverSteps, orUndo } from './create-platform.ts'
import { readLastDriver, readLastPort } from './home.ts'
import type { PlatformEvent, PlatformStatus, UpOptions } from './platform.ts'

let home: string
beforeEach(async () => {
  home = await mkdtemp(path.join(tmpdir(), 'msctl-create-'))
  return () => rm(home, { recursive: true, force: true })
})

const status: PlatformStatus = { driver: 'compose', url: null, dataDir: '', parts: [] }

/** A driver that does nothing but tell what it was asked. */
function recorder() {
  const asked: string[] = []
  const events: string[] = []
  let isUp = false
  const options: DriverOptions = {
    ...{ home, env: {}, command: 'a test' },
    onEvent: ({ type }: PlatformEvent) => events.push(type),
  }
  const onePart = (name: string) => async (part: string) => {
    asked.push(`${name} ${part}`)
    return name === 'stop' ? [] : [part]
  }
  const steps = {
    driver: 'compose',
    up: async ({ port }: UpOptions) => {
      asked.push(`up ${port}`)
      isUp = true
      return ['users']
    },
    down: async () => {
      isUp = false
      return ['users']
    },
    isRunning: async () => isUp,
    restart: async () => ['users', 'orders'],
    ...{ start: onePart('start'), stop: onePart('stop'), kill: onePart('kill') },
    status: async () => status,
  } as unknown as DriverSteps
  return { platform: createPlatform(steps, options), asked, events, options }
}

test('what changed is reported with what runs then', async () => {
  const { platform } = recorder()
  expect(await platform.kill('orders')).toEqual({ changed: ['orders'], status })
  expect(await platform.restart()).toEqual({ changed: ['users', 'orders'], status })
})

test('a part is restarted by stopping and starting it, whether or not it ran', async () => {
  const { platform, asked } = recorder()
  expect(await platform.restart('users')).toMatchObject({ changed: ['users'] })
  expect(asked).toEqual(['stop users', 'start users'])
})

test('the driver that has the data is remembered until they are removed', async () => {
  const { platform } = recorder()
  await platform.up()
  expect(readLastDriver(home)).toBe('compose')
  await platform.down()
  expect(readLastDriver(home)).toBe('compose')
  await platform.down({ volumes: true })
  expect(readLastDriver(home)).toBeUndefined()
})

test('the port that was chosen is taken again, until another one is, or the data are removed', async () => {
  const { platform, asked } = recorder()
  await platform.up()
  await platform.down()
  await platform.up({ port: 19_400 })
  await platform.up() // it runs, so there is nothing to choose
  await platform.down()
  await platform.up()
  await platform.down()
  await platform.up({ port: 0 })
  await platform.down()
  await platform.up()
  expect(readLastPort(home)).toBe(0)
  await platform.down({ volumes: true })
  await platform.up()
  expect(asked).toEqual([
    ...['up undefined', 'up 19400', 'up undefined', 'up 19400', 'up 0', 'up 0', 'up undefined'],
  ])
})

test('work that fails is undone, and its error is the reason', async () => {
  const { options, events } = recorder()
  let undone = 0
  const failing = orUndo(
    () => Promise.reject(new Error('no')),
    async () => undone++,
    options,
  )
  await expect(failing).rejects.toThrow('no')
  expect([undone, events]).toEqual([1, ['undoing']])
})

test('work that is interrupted is undone, and the interrupt is the reason', async () => {
  const { options } = recorder()
  let undone = 0
  const controller = new AbortController()
  const interrupted = orUndo(
    async () => {
      controller.abort(new Error('interrupted'))
      throw new Error('a consequence')
    },
    async () => undone++,
    { ...options, signal: controller.signal },
  )
  await expect(interrupted).rejects.toThrow('interrupted')
  expect(undone).toBe(1)
})
