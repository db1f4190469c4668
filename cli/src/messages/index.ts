import { en, type Messages } from './en.ts'

export type { Messages }

/** The languages that msctl speaks. */
export const LANGUAGES = ['en', 'ru'] as const
export type Language = (typeof LANGUAGES)[number]

/** The language that is asked for, else that of the locale. Unknown ones mean English. */
export function chooseLanguage(asked: string | undefined, env: NodeJS.ProcessEnv): Language {
  const wanted = asked ?? env.MSCTL_LANG ?? (env.LC_ALL || env.LC_MESSAGES || env.LANG || '')
  return /^ru(?![a-z])/i.test(wanted) ? 'ru' : 'en'
}

/** What msctl says in that language. */
export async function loadMessages(language: Language): Promise<Messages> {
  return language === 'ru' ? (await import('./ru.ts')).ru : en
}
