/** The languages in which scenarios and checks speak. */
export type Language = 'en' | 'ru'

/** Words in both languages; a plain string says the same in each, as an address or a number does. */
export type Text = string | Readonly<Record<Language, string>>

/** The words in one language. */
export function inLanguage(text: Text, language: Language): string {
  return typeof text === 'string' ? text : text[language]
}
