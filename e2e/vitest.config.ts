import { defineConfig } from 'vitest/config'

// What takes port 8000, Docker or minutes is no part of `npm test`: see the scripts of package.json that name this file.
export default defineConfig({
  resolve: { conditions: ['@msctl/source'] },
  ssr: { resolve: { conditions: ['@msctl/source'] } },
  test: {
    root: import.meta.dirname,
    include: ['*.e2e.ts'],
    // Images are built in some, on machines that do other things as well. This ends what hangs, and says nothing of how long it may take.
    testTimeout: 900_000,
    hookTimeout: 900_000,
    // Those that are concurrent wait for circuits and processes most of their time.
    maxConcurrency: 6,
    bail: 1,
    reporters: ['verbose'],
  },
})
