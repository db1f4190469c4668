import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'
import type { Reporter } from 'vitest/node'

/** Names the tests that passed only when they were tried again, and what was wrong before: the default reporter does not. */
function tellFlaky(): Reporter {
  const flaky: string[] = []
  return {
    onTestCaseResult: (test) => {
      if (!test.diagnostic()?.flaky) return
      const errors = test
        .result()
        .errors?.map(({ message, stacks }) => `${message} ${stacks?.[0]?.line ?? ''}`)
      flaky.push([`${test.module.relativeModuleId} > ${test.fullName}`, ...(errors ?? [])].join('\n  '))
    },
    onTestRunEnd: () => {
      for (const name of flaky) process.stderr.write(`Passed only when it was tried again: ${name}\n`)
    },
  }
}

export default defineConfig({
  // Workspaces are tested as they are written, not as they were built last.
  resolve: { conditions: ['@msctl/source'] },
  ssr: { resolve: { conditions: ['@msctl/source'] } },
  test: {
    globalSetup: ['./vitest.setup.ts'],
    include: ['**/src/**/*.test.{ts,tsx}', 'e2e/**/*.test.ts', 'examples/**/*.test.ts', 'bench/**/*.test.ts'],
    // Most tests wait for processes more than they compute.
    maxWorkers: Math.ceil(1.5 * availableParallelism()),
    // Real servers and real processes, on machines with two busy cores.
    testTimeout: 20_000,
    // A machine that stood still at the wrong moment is no mistake of ours; what is one fails again.
    retry: 1,
    reporters: ['default', tellFlaky()],
    hookTimeout: 60_000,
    teardownTimeout: 20_000,
    // A test leaves the mocks of the next one alone.
    restoreMocks: true,
    unstubEnvs: true,
  },
})
