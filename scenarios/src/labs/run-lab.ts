import { type RunOptions, type RunResult, runSheet } from '../engine/index.ts'
import * as tools from '../world/index.ts'
import type { LabSheet } from './index.ts'

/** The world of a sheet with the verbs at hand, for sheets that cannot import them: those of users. */
export interface LabWorld extends tools.World {
  readonly tools: typeof tools
}

/** How a lab is run: as any sheet, on the platform that these hands hold. */
export interface LabOptions extends Omit<RunOptions<never>, 'world'> {
  readonly hands: tools.Hands
}

/** Runs a sheet on a platform. Never rejects because of what the platform does. */
export async function runLab(sheet: LabSheet, { hands, ...options }: LabOptions): Promise<RunResult> {
  let open: tools.OpenWorld | undefined
  try {
    return await runSheet(sheet, {
      ...options,
      world: (report) => {
        open = tools.openWorld(hands, report)
        return { ...open.world, tools }
      },
    })
  } finally {
    await open?.close()
  }
}
