import { defineConfig } from 'vitest/config'

// What takes port 8000, Docker or minutes is no part of `npm test`: see the scripts of package.json that name this file.
export default defineConfig({
  resolve: { conditions: ['@msctl/source'] },
  ssr: { resolve: { conditions: ['@msctl/source'] } },
  test: {
    root: import.meta.dirname,
    include: ['*.e2e.ts'],
    testTimeout: 180_000,
    hookTimeout: 300_000,
    // Those that are concurrent wait for circuits and processes most of their time.
    maxConcurrency: 6,
    bail: 1,
    reporters: ['verbose'],
  },
})
