import { loadSheet } from '@msctl/scenarios/load-sheet'
import type { Context } from '../context.ts'
import { type ScenarioOptions, type ToldEvent, tellRun } from '../scenario/tell-run.ts'

export { renderScenarioEvent as render } from '../output/scenario.ts'
export { exitCode, finishesAnyway, toJson } from './scenario.ts'

/** `msctl scenario run <file>` */
export async function* run(
  { file, ...options }: ScenarioOptions & { readonly file: string },
  context: Context,
): AsyncGenerator<ToldEvent> {
  yield* tellRun(await loadSheet(file), options, context)
}
