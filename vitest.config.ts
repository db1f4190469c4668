import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  // Workspaces are tested as they are written, not as they were built last.
  resolve: { conditions: ['@msctl/source'] },
  ssr: { resolve: { conditions: ['@msctl/source'] } },
  test: {
    globalSetup: ['./vitest.setup.ts'],
    include: [
      '**/src/**/*.test.{ts,tsx}',
      'e2e/**/*.test.ts',
      'examples/**/*.test.ts',
      'bench/**/*.test.ts',
      'test/**/*.test.ts',
    ],
    // Most tests wait for processes more than they compute.
    maxWorkers: Math.ceil(1.5 * availableParallelism()),
    // Real servers and real processes, on machines with two busy cores.
    testTimeout: 20_000,
    hookTimeout: 60_000,
    teardownTimeout: 20_000,
    // A test leaves the mocks of the next one alone.
    restoreMocks: true,
    unstubEnvs: true,
  },
})
