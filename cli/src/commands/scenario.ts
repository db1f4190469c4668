import { EXIT } from '@msctl/grader/exit'
import { isSheetFile, loadSheet } from '@msctl/scenarios/load-sheet'
import { LABS } from '@msctl/scenarios/sheets'
import type { Context } from '../context.ts'
import { Failure } from '../failure.ts'
import { nearestName } from '../nearest-name.ts'
import { type ScenarioOptions, type ToldEvent, tellRun } from '../scenario/tell-run.ts'

export { renderScenarioEvent as render } from '../output/scenario.ts'

/** `msctl scenario <name>`: a documented one, or the path of somebody's own. */
export async function* run(
  { name, ...options }: ScenarioOptions & { readonly name: string },
  context: Context,
): AsyncGenerator<ToldEvent> {
  const sheet = isSheetFile(name) ? await loadSheet(name) : LABS.find((each) => each.name === name)
  if (sheet === undefined) {
    const names = LABS.map((each) => each.name)
    throw new Failure('no-scenario', { given: name, suggestion: nearestName(name, names) })
  }
  yield* tellRun(sheet, options, context)
}

/** What `--json` prints: the event alone. */
export const toJson = ({ event }: ToldEvent): object => event

/** 1 unless every expectation held, 3 when the platform was not well enough to try. */
export function exitCode({ event }: ToldEvent): number {
  if (event.type !== 'end' || event.outcome === 'held') return EXIT.done
  return event.outcome === 'not-ready' ? EXIT.unreachable : EXIT.failed
}

/** What was begun is put back, even when nobody reads any more. */
export const finishesAnyway = true
