import { type RunOptions, type RunResult, runSheet, type Sheet } from '../engine/index.ts'
import * as tools from '../world/index.ts'

/** The world of a sheet with the verbs at hand, for sheets that cannot import them: those of users. */
export interface LabWorld extends tools.World {
  readonly tools: typeof tools
}

/** A sheet about the platform, whatever its steps remember. */
// biome-ignore lint/suspicious/noExplicitAny: what a sheet remembers is its own affair, and differs from sheet to sheet.
export type LabSheet = Sheet<LabWorld, any>

/** How a lab is run: as any sheet, on a platform. */
export interface LabOptions extends Omit<RunOptions<never>, 'world'> {
  readonly platform: tools.LabPlatform
}

/** Runs a sheet on a platform. Never rejects because of what the platform does. */
export async function runLab(sheet: LabSheet, { platform, ...options }: LabOptions): Promise<RunResult> {
  let open: tools.OpenWorld | undefined
  try {
    return await runSheet(sheet, {
      ...options,
      world: (report) => {
        open = tools.openWorld(platform, report)
        return { ...open.world, tools }
      },
    })
  } finally {
    await open?.close()
  }
}
