import { readLastDriver } from '@msctl/platform/home'
import type { Context } from './context.ts'
import { Failure } from './failure.ts'
import type { Texts } from './messages/language.ts'

const texts: Texts<{ question: (folder: string) => string }> = {
  en: {
    question: (folder) =>
      `This deletes all users, orders and payments of the platform in ${folder}. Go on? [y/N] `,
  },
  ru: {
    question: (folder) =>
      `Это удалит всех пользователей, все заказы и платежи платформы в ${folder}. Продолжить? [y/N] `,
  },
}

const YES = /^(y|yes|д|да)$/i

/**
 * Asks before the platform's data are deleted. Only people are asked, and only where there are data; a script has said
 * what it wants.
 *
 * @throws {Failure} `not-confirmed`.
 */
export async function confirmDeletion({ keyboard, home, language }: Context): Promise<void> {
  if (!keyboard.isThere || readLastDriver(home.state) === undefined) return
  if (!YES.test(await keyboard.ask(texts[language].question(home.state))))
    throw new Failure('not-confirmed', {})
}
