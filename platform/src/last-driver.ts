import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DRIVERS, type Driver } from './platform.ts'

/** Remembers by which driver the platform was started last: its data are there, and nowhere else. */
export interface LastDriver {
  /** `undefined` when none has been, or its data were deleted since. */
  read(): Driver | undefined
  remember(driver: Driver): void
  forget(): void
}

/** @param home The state folder. */
export function createLastDriver(home: string): LastDriver {
  const file = join(home, 'driver')
  return {
    read: () => {
      try {
        const text = readFileSync(file, 'utf8').trim()
        return DRIVERS.find((driver) => driver === text)
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
        throw error
      }
    },
    remember: (driver) => {
      mkdirSync(home, { recursive: true, mode: 0o700 })
      writeFileSync(file, `${driver}\n`)
    },
    forget: () => rmSync(file, { force: true }),
  }
}
