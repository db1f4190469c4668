import { en, type Messages } from './en.ts'
import type { Language } from './language.ts'

export { chooseLanguage, LANGUAGES, type Language } from './language.ts'
export type { Messages }

/** What msctl says in that language. */
export async function loadMessages(language: Language): Promise<Messages> {
  return language === 'ru' ? (await import('./ru.ts')).ru : en
}
