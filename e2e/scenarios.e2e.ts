// Every documented scenario through the built msctl, on the driver that MSCTL_DRIVER names, on a platform of its own: with the breaker's real
// thirty seconds, and with a real Ctrl-C in the middle of one.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openLiveTerminal } from '../cli/src/testing/live-terminal.ts'
import { hasTmux, openTerminal } from '../cli/src/testing/terminal.ts'

const MAIN = path.resolve(import.meta.dirname, '../cli/dist/start.cjs')
const NAMES = [
  'cache-ttl',
  'persistence',
  'aggregation',
  'payments',
  'failover',
  'stale-cache',
  'stampede',
  'idempotency',
]

let home: string

const driver = process.env.MSCTL_DRIVER ?? 'local'

const start = (...args: string[]): ChildProcess =>
  spawn(process.execPath, [MAIN, ...args], {
    env: { ...process.env, MSCTL_DRIVER: driver, MSCTL_HOME: home, MSCTL_LANG: 'en' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })

interface Outcome {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

async function ended(
  child: ChildProcess,
  onOutput: (out: string) => void = () => undefined,
): Promise<Outcome> {
  let [out, err] = ['', '']
  child.stdout?.on('data', (data) => {
    out += data
    onOutput(out)
  })
  child.stderr?.on('data', (data) => (err += data))
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, out, err }
}

const msctl = (...args: string[]) => ended(start(...args))

/** How often a scenario is run that says that not all could be shown, for this machine had too much to do. */
const ATTEMPTS = 3

async function runScenario(name: string, ...options: string[]): Promise<string> {
  const args = ['scenario', name, ...options]
  for (let attempt = 1; ; attempt++) {
    const outcome = await msctl(...args)
    const isOpen = `${outcome.out}${outcome.err}`.includes('? Not everything could be shown this time')
    if (!isOpen || attempt === ATTEMPTS) return outOf(args, outcome)
  }
}

const run = async (...args: string[]): Promise<string> => outOf(args, await msctl(...args))

function outOf(args: readonly string[], { code, out, err }: Outcome): string {
  expect({ args, code, said: code === 0 ? '' : out + err }).toEqual({ args, code: 0, said: '' })
  return out
}

/** What a scenario has to leave as it was. */
async function snapshot(): Promise<unknown> {
  const status = JSON.parse(await run('status', '--json'))
  const { circuits } = JSON.parse(await run('health', '--json'))
  return {
    parts: status.parts.map(({ name, state }: { name: string; state: string }) => [name, state]),
    circuits: Object.values(circuits).map((circuit) => (circuit as { status: string }).status),
    users: JSON.parse(await run('users', 'list', '--json')),
    orders: JSON.parse(await run('orders', 'list', '--json')),
    payments: JSON.parse(await run('payments', 'list', '--json')),
    keys: JSON.parse(await run('cache', 'keys', '--json')),
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  return port
}

beforeAll(async () => {
  home = await mkdtemp(path.join(tmpdir(), 'msctl-scenarios-'))
  await chmod(home, 0o711) // as root, the servers run as somebody who has to pass through
  await run('up', '--port', String(await freePort()))
})

afterAll(async () => {
  await msctl('down', '--volumes')
  await rm(home, { recursive: true, force: true })
})

test.for(NAMES)('%s', async (name) => {
  const before = await snapshot()
  await runScenario(name, '--fast')
  expect(await snapshot()).toEqual(before)
})

test('circuit-breaker, with its thirty seconds', async () => {
  const before = await snapshot()
  const out = await runScenario('circuit-breaker')
  expect(out).toContain('8 of 8 expectations held')
  expect(await snapshot()).toEqual(before)
})

test('Ctrl-C in the middle of it puts everything back', async () => {
  const before = await snapshot()
  const child = start('scenario', 'circuit-breaker')
  let isInterrupted = false
  const { code, out } = await ended(child, (said) => {
    if (isInterrupted || !said.includes('[OPEN]')) return
    isInterrupted = true
    child.kill('SIGINT')
  })
  expect(code).toBe(130)
  expect(out).toContain('Let the circuit of users close')
  expect(await snapshot()).toEqual(before)
})

test('a reader that has seen enough leaves nothing stopped', async () => {
  const before = await snapshot()
  const child = start('scenario', 'failover')
  child.stdout?.once('data', () => child.stdout?.destroy())
  await once(child, 'close')
  expect(await snapshot()).toEqual(before)
})

describe.runIf(hasTmux)('in a terminal', () => {
  const variables = () => ({
    ...{ MSCTL_HOME: home, MSCTL_DRIVER: driver, HOME: home, LANG: 'C.UTF-8', PATH: process.env.PATH ?? '' },
  })

  test.for([
    ['aggregation', 'en', 'See it again:'],
    ['failover', 'ru', 'Посмотреть ещё раз:'],
  ] as const)('a journal of %s replays to the same screen (%s)', async ([name, lang, hint]) => {
    const file = path.join(home, `a journal of ${name}.ndjson`)
    const terminal = await openTerminal()
    const show = (...args: string[]) =>
      terminal.show([process.execPath, MAIN, 'scenario', ...args, '--lang', lang], {
        ...{ columns: 80, env: variables(), withMarks: true },
      })
    try {
      const live = (await show(name, '--fast', '--journal', file)).split('\n')
      // What a live run shows besides: how to see it again.
      const end = live.findIndex((line) => line.includes(hint))
      expect(live.slice(end).join('')).toContain(`scenario replay '${file}'`)
      expect(await show('replay', file)).toBe(`${live.slice(0, end).join('\n').trimEnd()}\n`)
    } finally {
      await terminal.close()
    }
  })

  test('with --step, each step waits for Enter; Ctrl-C before one puts everything back', async () => {
    const before = await snapshot()
    const terminal = await openLiveTerminal({ columns: 80, rows: 60, env: variables() })
    try {
      await terminal.press(
        `clear; '${process.execPath}' '${MAIN}' scenario failover --step; echo exit $?`,
        'Enter',
      )
      const first = await terminal.waitFor(/^▸ Press Enter to go on/m)
      expect(first).not.toMatch(/POST|^1\./m)
      await terminal.press('Enter')
      const second = await terminal.waitFor(
        /^1\. Create a user with an order.*\n(.*\n)* +POST +\/users +201(.*\n)+▸ Press Enter to go on/m,
      )
      expect(second).not.toMatch(/^2\./m)
      await terminal.press('Enter')
      await terminal.waitFor(/^2\. Stop the orders service\.\n +! Stop orders(.*\n)+▸ Press Enter to go on/m)
      await terminal.press('C-c')
      const last = await terminal.waitFor(/^exit 130$/m)
      expect(last).toContain('Make sure that orders runs')
      expect(last).not.toMatch(/^3\./m)
    } finally {
      await terminal.close()
    }
    expect(await snapshot()).toEqual(before)
  })
})
