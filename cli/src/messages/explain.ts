import type { Language } from '@msctl/scenarios'
import { messages as commandErrors } from './command-errors.ts'
import type { Explanation } from './explanations.ts'
import { messages as graderErrors } from './grader-errors.ts'
import type { Texts } from './language.ts'
import { messages as platformErrors } from './platform-errors.ts'

/** The headings of the three lines. */
export const headings: Texts<Explanation> = {
  en: { what: 'Error', why: 'Why', next: 'Next' },
  ru: { what: 'Ошибка', why: 'Почему', next: 'Дальше' },
}

/** Instead of the first heading, where it goes on all the same. */
export const warning: Texts<string> = { en: 'Warning', ru: 'Внимание' }

/** What is said of an error that nobody expected. */
const unexpected: Texts<(message: string) => Explanation> = {
  en: (message) => ({
    what: 'Something went wrong that msctl did not expect.',
    why: message,
    next: 'Run it again with -v to see where it happened, and report it',
  }),
  ru: (message) => ({
    what: 'Случилось то, чего msctl не ожидал.',
    why: message,
    next: 'Повторите с параметром -v, чтобы увидеть место ошибки, и сообщите о ней',
  }),
}

/** What is said of each failure that can be explained, by its code. */
export const errors: Texts<Readonly<Record<string, ((facts: never) => Explanation) | undefined>>> = {
  en: { ...platformErrors.en, ...graderErrors.en, ...commandErrors.en },
  ru: { ...platformErrors.ru, ...graderErrors.ru, ...commandErrors.ru },
}

/** What happened, why, and what to do next. Of what no catalogue knows, `facts.message` is why. */
export function explain(
  { code, facts }: { readonly code: string; readonly facts: unknown },
  language: Language,
): Explanation {
  const found = errors[language][code]
  if (found !== undefined) return found(facts as never)
  return unexpected[language]((facts as { readonly message: string }).message)
}
