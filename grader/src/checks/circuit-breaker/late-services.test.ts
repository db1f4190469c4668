import { setTimeout as delay } from 'node:timers/promises'
import type { Control } from '@msctl/platform/control'
import { expect, test } from 'vitest'
import { runGrading } from '../../run/run-grading.ts'
import type { FaultyPlatform } from '../../self-test/platform.ts'
import { startTestPlatform } from '../../testing/start-test-platform.ts'
import { EXPERIMENTS } from '../index.ts'

/** How long a service takes to come up after its start was said to be done, in milliseconds: as in a container. */
const LATE_MS = 500
const TIMEOUT_MS = 180_000

/** A control that says that a service is started while it is still coming up. */
function hastyControl({ control }: FaultyPlatform, lateMs: Readonly<Record<string, number>>): Control {
  const coming = new Map<string, Promise<void>>()
  const afterStart = async (part: string, work: () => Promise<void>) => {
    await coming.get(part)
    return work()
  }
  return {
    stop: (part) => afterStart(part, () => control.stop(part)),
    kill: (part) => afterStart(part, () => control.kill(part)),
    start: async (part) => {
      coming.set(
        part,
        delay(lateMs[part] ?? LATE_MS).then(() => control.start(part)),
      )
    },
    restart: async () => {
      await Promise.all(coming.values())
      return control.restart()
    },
  }
}

/** Those that have services started: what only asks meets none that comes up late. */
const STARTING = EXPERIMENTS.filter(({ needs }) => needs.includes('control'))

const opensAtFifth = [
  'circuit-breaker.health',
  ...['orders', 'payments', 'users'].map((name) => `circuit-breaker.${name}.opens-at-fifth`),
]

type Case = [
  name: string,
  faults: string[],
  resetSeconds: number,
  wanted: string[],
  lateMs?: Record<string, number>,
]

test.concurrent.each<Case>([
  ['the platform as it is', [], 10, []],
  // What is known of the others is not enough: its circuit opens where it is only to see four failures.
  ['one that needs longer than the others', [], 14, [], { payments: 3_000 }],
  // Its circuits open while it is seen how long the services take to come up.
  ['breaker-opens-at-third', ['breaker-opens-at-third'], 10, opensAtFifth],
  ['breaker-opens-at-sixth', ['breaker-opens-at-sixth'], 10, opensAtFifth],
  ['breaker-missing', ['breaker-missing'], 10, opensAtFifth],
])(
  '%s, with services that come up late',
  async (_, faults, resetSeconds, wanted, lateMs = {}) => {
    const endings: (() => Promise<void>)[] = []
    try {
      const platform = await startTestPlatform({ faults, resetSeconds }, (end) => endings.unshift(end))
      const { checks } = await runGrading({
        target: {
          ...{ kind: 'throw-away', url: platform.url, isOurs: true, isDisposable: true },
          ...{
            redis: platform.redisUrl,
            databases: platform.databaseUrls,
            control: hastyControl(platform, lateMs),
          },
        },
        ...{ experiments: STARTING, seed: 1, version: '0', resetSeconds },
        signal: new AbortController().signal,
      })
      const whatIs = (status: string) =>
        checks.filter((check) => check.status === status && check.because === undefined).map(({ id }) => id)
      expect(checks.filter(({ status }) => status === 'error').map(({ cause }) => cause?.actual)).toEqual([])
      expect(whatIs('fail').sort()).toEqual(wanted)
    } finally {
      for (const end of endings) await end()
    }
  },
  TIMEOUT_MS,
)
