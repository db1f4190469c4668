import { setTimeout as delay } from 'node:timers/promises'
import { readJournal } from '@msctl/scenarios/journal'
import type { Context } from '../context.ts'
import { createLiveLine, type ToldEvent } from '../scenario/tell-run.ts'

export { renderScenarioEvent as render } from '../output/scenario.ts'
export { toJson } from './scenario.ts'

export interface ReplayOptions {
  readonly file: string
  readonly fast?: boolean | undefined
}

/** `msctl scenario replay <file>`: on a terminal as fast as it happened, elsewhere and with `--fast` at once. */
export async function* run(
  { file, fast = false }: ReplayOptions,
  context: Context,
): AsyncGenerator<ToldEvent> {
  const { signal, rendering } = context
  const events = readJournal(file)
  const isPaced = !fast && rendering.terminal.isLive
  const offsetMs = Date.now() - (events[0]?.at ?? 0)
  const live = createLiveLine(context.onEvent, offsetMs)
  for (const event of events) {
    const inMs = event.at + offsetMs - Date.now()
    if (isPaced && inMs > 0) await delay(inMs, undefined, { signal })
    yield { event }
    if (isPaced) live.show(event)
  }
}
