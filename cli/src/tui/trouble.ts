import type { Explanation } from '../messages/en.ts'
import type { Messages } from '../messages/index.ts'
import type { Trouble } from './state.ts'

/** What happened, why, and what to do next, in the language of the messages. */
export function explainTrouble({ code, facts }: Trouble, { errors, error }: Messages): Explanation {
  const explain = (errors as Record<string, ((facts: unknown) => Explanation) | undefined>)[code]
  if (explain !== undefined) return explain(facts)
  return { what: error.unexpected, why: (facts as { message: string }).message, next: error.report }
}
