import { availableParallelism } from 'node:os'
import path from 'node:path'
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/**
 * The files that take more than some ten seconds, in the order in which they begin: begun late, one would go on alone when
 * all others are done. Next to one that keeps the processor busy stands one that mostly waits.
 */
const LONGEST = [
  'grader/src/self-test/sheets.test.ts',
  'cli/src/examples.test.ts',
  'grader/src/checks/circuit-breaker/late-services.test.ts',
  'grader/src/self-test/catalogue.test.ts',
  'cli/src/main.test.ts',
  'sdk/src/exactly-once.test.ts',
  'services/kit/src/cache.test.ts',
  'grader/src/checks/checks.test.ts',
  'e2e/replicas.test.ts',
  'cli/src/failures.test.ts',
  'e2e/coherence.test.ts',
  'cli/src/packed.test.ts',
  'platform/src/local/redis.test.ts',
  'test/torture/durability/durability.test.ts',
  'cli/src/tui/dashboard.test.ts',
  'test/torture/breaker/breaker.test.ts',
  'grader/src/submissions/grade.test.ts',
  'platform/src/local/postgres.test.ts',
  'grader/src/run/grading.test.ts',
  'examples/examples.test.ts',
  'sdk/src/package.test.ts',
  'sdk/src/docs.test.ts',
  'cli/src/screens.test.ts',
  'test/torture/coherence/coherence.test.ts',
]

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rankOf = ({ moduleId }: TestSpecification) =>
      LONGEST.indexOf(path.relative(import.meta.dirname, moduleId)) + 1 || LONGEST.length + 1
    return (await super.sort(files)).sort((a, b) => rankOf(a) - rankOf(b))
  }
}

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
    sequence: { sequencer: LongestFirst },
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
