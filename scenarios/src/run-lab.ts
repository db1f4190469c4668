import { type RunOptions, type RunResult, runSheet, type ScenarioEvent, type Sheet } from './engine/index.ts'
import * as tools from './world/index.ts'

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

/**
 * Runs a sheet on a platform, and gives its events as they come. The run is over, and all is put back, when this ends.
 *
 * @param options `beforeStep` is called once whoever reads has taken in all that came before; `onEvent` is told at once.
 */
export async function* streamLab(sheet: LabSheet, options: LabOptions): AsyncGenerator<ScenarioEvent> {
  const { onEvent, beforeStep } = options
  const waiting: ScenarioEvent[] = []
  let isOver = false
  let isRead = true
  let wake = () => {}
  let tellTakenIn = () => {}
  const takenIn = () => new Promise<void>((resolve) => (tellTakenIn = resolve))

  const running = runLab(sheet, {
    ...options,
    onEvent: (event) => {
      onEvent(event)
      waiting.push(event)
      wake()
    },
    beforeStep:
      beforeStep &&
      (async (title) => {
        const isTakenIn = takenIn()
        wake()
        if (isRead) await isTakenIn
        await beforeStep(title)
      }),
  }).finally(() => {
    isOver = true
    wake()
  })
  try {
    for (;;) {
      const next = waiting.shift()
      if (next !== undefined) {
        yield next
        continue
      }
      if (isOver) return
      tellTakenIn()
      await new Promise<void>((resolve) => (wake = resolve))
    }
  } finally {
    isRead = false
    tellTakenIn()
    await running
  }
}
