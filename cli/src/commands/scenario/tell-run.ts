import { inLanguage, type Language, type ScenarioEvent, type Text } from '@msctl/scenarios'
import { openJournal, openJournalAt } from '@msctl/scenarios/journal'
import { type LabSheet, streamLab } from '@msctl/scenarios/run-lab'
import { LABS } from '@msctl/scenarios/sheets'
import { type LabPlatform, labPlatform } from '@msctl/scenarios/world'
import type { Context } from '../../context.ts'
import { Failure } from '../../failure.ts'
import { nearestName } from '../../nearest-name.ts'
import { runningPlatform } from '../../running-platform.ts'
import { createLiveLine } from './live-line.ts'

/** How a scenario is run. */
export interface ScenarioOptions {
  readonly step?: boolean | undefined
  readonly fast?: boolean | undefined
  /** `--set resetSeconds=5`, by name. */
  readonly set?: Readonly<Record<string, number>> | undefined
  readonly journal?: string | undefined
  /** Where in the file of somebody's own scenario an error happened. */
  readonly placeOf?: ((error: unknown) => string | undefined) | undefined
}

/** An event as it is told. */
export interface ToldEvent {
  readonly event: ScenarioEvent
  /** With the last one: where the journal is. */
  readonly journal?: string
}

/** The documented scenarios, in this language. */
export function describeLabs(language: Language) {
  const say = (text: Text) => inLanguage(text, language)
  return LABS.map(({ name, title, question, parameters = {}, expectations }) => ({
    name,
    title: say(title),
    question: say(question),
    parameters: Object.entries(parameters).map(([each, { value, reason }]) => ({
      name: each,
      value,
      reason: say(reason),
    })),
    expectations: Object.entries(expectations).map(([id, expectation]) => ({
      id,
      title: say(expectation.title),
    })),
  }))
}

/** The documented scenario of this name. @throws Failure `no-scenario`, with what was probably meant. */
export function findLab(name: string): LabSheet {
  const found = LABS.find((each) => each.name === name)
  if (found !== undefined) return found
  const names = LABS.map((each) => each.name)
  throw new Failure('no-scenario', { given: name, suggestion: nearestName(name, names) })
}

/** Runs a sheet on the platform that runs here, and tells of it. The run is over, and all is put back, when this ends. */
export async function* tellRun(
  sheet: LabSheet,
  { step = false, fast = false, set = {}, journal: file, placeOf }: ScenarioOptions,
  context: Context,
): AsyncGenerator<ToldEvent> {
  assertParameters(sheet, set)
  const platform = await openLabPlatform(context)
  const journal = file === undefined ? openJournal(context.home.state, sheet.name) : openJournalAt(file)
  const live = createLiveLine(context.onEvent)
  const { keyboard, onEvent } = context
  const pause = async () => {
    onEvent({ type: 'pausing' })
    await keyboard.waitForLine()
    onEvent({ type: 'resumed' })
  }
  if (step) keyboard.ignoreUntilAsked()
  const events = streamLab(sheet, {
    ...{ platform, fast, parameters: set, language: context.language, signal: context.signal },
    onEvent: journal.add,
    placeOf,
    beforeStep: step ? pause : undefined,
  })
  for await (const event of events) {
    yield event.type === 'end' ? { event, journal: journal.file } : { event }
    live.show(event)
  }
}

/** @throws Failure `unknown-parameter`, with what was probably meant. */
function assertParameters({ name, parameters = {} }: LabSheet, set: Readonly<Record<string, number>>): void {
  const known = Object.keys(parameters)
  const given = Object.keys(set).find((each) => !known.includes(each))
  if (given === undefined) return
  const suggestion = nearestName(given, known)
  throw new Failure('unknown-parameter', { scenario: name, given, known, suggestion })
}

/**
 * The platform that runs here. Its driver is not told of Ctrl-C.
 *
 * @throws Failure `not-running`; `scenario-elsewhere` when another gateway was named, whose parts and stores are out of reach.
 */
async function openLabPlatform(context: Context): Promise<LabPlatform> {
  const { home, env, command } = context
  const platform = await runningPlatform({ home, env, command, onEvent: () => undefined })
  const { url } = await platform.status()
  if (url === null) throw new Failure('not-running', {})
  if (context.url !== undefined && addressOf(context.url) !== addressOf(url))
    throw new Failure('scenario-elsewhere', { asked: context.url, here: url })
  return labPlatform(platform, url, context.apiKey)
}

/** What of an address counts: localhost is this machine by any name. */
function addressOf(url: string): string {
  const { protocol, hostname, port, pathname } = new URL(url)
  const host = ['localhost', '127.0.0.1', '[::1]'].includes(hostname) ? 'localhost' : hostname
  return `${protocol}//${host}:${port}${pathname.replace(/\/+$/, '')}`
}
