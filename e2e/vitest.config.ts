import { defineConfig } from 'vitest/config'

// The walk-through takes port 8000 and minutes, so it is no part of `npm test`: see `npm run walk-through`.
export default defineConfig({
  test: {
    root: import.meta.dirname,
    include: ['platform.e2e.ts'],
    testTimeout: 180_000,
    hookTimeout: 300_000,
    bail: 1,
    reporters: ['verbose'],
  },
})
