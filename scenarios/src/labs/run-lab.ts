import { type RunOptions, type RunResult, runSheet } from '../engine/index.ts'
import { type Hands, type OpenWorld, openWorld } from '../world/index.ts'
import type { LabSheet } from './index.ts'

/** How a lab is run: as any sheet, on the platform that these hands hold. */
export interface LabOptions extends Omit<RunOptions<never>, 'world'> {
  readonly hands: Hands
}

/** Runs a sheet on a platform. Never rejects because of what the platform does. */
export async function runLab(sheet: LabSheet, { hands, ...options }: LabOptions): Promise<RunResult> {
  let open: OpenWorld | undefined
  try {
    return await runSheet(sheet, {
      ...options,
      world: (report) => {
        open = openWorld(hands, report)
        return open.world
      },
    })
  } finally {
    await open?.close()
  }
}
