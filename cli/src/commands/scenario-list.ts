import { inLanguage } from '@msctl/scenarios'
import { LABS } from '@msctl/scenarios/sheets'
import type { Context } from '../context.ts'

export { renderScenarioList as render } from '../output/scenario-list.ts'

/** `msctl scenario list --json`, in the language asked for. */
export interface ScenarioList {
  readonly scenarios: readonly {
    readonly name: string
    readonly title: string
    readonly question: string
    readonly parameters: readonly { readonly name: string; readonly value: number; readonly reason: string }[]
    readonly expectations: readonly { readonly id: string; readonly title: string }[]
  }[]
}

/** `msctl scenario list` */
export async function run(_options: object, { language }: Context): Promise<ScenarioList> {
  return {
    scenarios: LABS.map(({ name, title, question, parameters = {}, expectations }) => ({
      name,
      title: inLanguage(title, language),
      question: inLanguage(question, language),
      parameters: Object.entries(parameters).map(([each, { value, reason }]) => ({
        name: each,
        value,
        reason: inLanguage(reason, language),
      })),
      expectations: Object.entries(expectations).map(([id, expectation]) => ({
        id,
        title: inLanguage(expectation.title, language),
      })),
    })),
  }
}
