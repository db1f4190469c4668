import type { ScenarioEvent } from '@msctl/scenarios'
import { type LabSheet, runLab } from '@msctl/scenarios/sheets'
import type { Context } from '../context.ts'
import { Failure } from '../failure.ts'
import { nearestName } from '../nearest-name.ts'
import { createEventQueue } from './event-queue.ts'
import { openJournal, openJournalAt } from './journal.ts'
import { openLabPlatform } from './lab-platform.ts'
import { createLiveLine } from './live-line.ts'

/** How a scenario is run. */
export interface ScenarioOptions {
  readonly step?: boolean | undefined
  readonly fast?: boolean | undefined
  /** `--set resetSeconds=5`, by name. */
  readonly set?: Readonly<Record<string, number>> | undefined
  readonly journal?: string | undefined
}

/** An event as it is told. */
export interface ToldEvent {
  readonly event: ScenarioEvent
  /** With the last one: where the journal is. */
  readonly journal?: string
}

/** Runs a sheet on the platform that runs here, and tells of it. The run is over, and all is put back, when this ends. */
export async function* tellRun(
  sheet: LabSheet,
  { step = false, fast = false, set = {}, journal: file }: ScenarioOptions,
  context: Context,
): AsyncGenerator<ToldEvent> {
  assertParameters(sheet, set)
  const platform = await openLabPlatform(context)
  const journal = file === undefined ? openJournal(context.home.state, sheet.name) : openJournalAt(file)
  const live = createLiveLine(context.onEvent)
  const events = createEventQueue<ScenarioEvent>()
  const running = runLab(sheet, {
    ...{ platform, fast, parameters: set, language: context.language, signal: context.signal },
    onEvent: (event) => {
      journal.add(event)
      events.add(event)
    },
    ...(step && {
      beforeStep: async (title: string) => {
        await events.drained()
        context.onEvent({ type: 'pausing', what: title })
        await context.readLine()
      },
    }),
  }).finally(events.end)
  try {
    for await (const event of events) {
      yield event.type === 'end' ? { event, journal: journal.file } : { event }
      live.show(event)
    }
  } finally {
    await running
  }
}

/** @throws Failure `unknown-parameter`, with what was probably meant. */
function assertParameters({ name, parameters = {} }: LabSheet, set: Readonly<Record<string, number>>): void {
  const known = Object.keys(parameters)
  for (const given of Object.keys(set)) {
    if (!known.includes(given))
      throw new Failure('unknown-parameter', {
        scenario: name,
        given,
        known,
        suggestion: nearestName(given, known),
      })
  }
}
