import type { Language } from '@msctl/scenarios'

/** The languages that msctl speaks. */
export const LANGUAGES = ['en', 'ru'] as const satisfies readonly Language[]

/** Something in each language: what one of them lacks is a type error. */
export type Texts<T> = Readonly<Record<Language, T>>

/**
 * The language that is asked for, else that of the locale. Unknown ones mean English.
 *
 * @param inFile What the configuration file says, which the environment overrules.
 */
export function chooseLanguage(
  asked: string | undefined,
  env: NodeJS.ProcessEnv,
  inFile?: unknown,
): Language {
  const isSaidByFile = !env.MSCTL_LANG && inFile !== undefined && inFile !== null
  const wanted =
    asked ??
    (isSaidByFile ? String(inFile) : undefined) ??
    env.MSCTL_LANG ??
    (env.LC_ALL || env.LC_MESSAGES || env.LANG || '')
  return /^ru(?![a-z])/i.test(wanted) ? 'ru' : 'en'
}
