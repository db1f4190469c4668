import { COMPOSE_ROLES } from '@msctl/grader/target/compose-facts'
import type { Language } from '@msctl/scenarios'
import type { MenuCommand } from '../../menu/menu-command.ts'
import { duration, matching, type Reader, repeated, text, wholeNumber, wordList } from '../../menu/readers.ts'
import { messages as common } from '../../messages/common.ts'
import { isDatabaseUrl } from '../../settings.ts'
import { messages } from './messages.ts'

/** How something is graded. */
export interface GradingOptions {
  readonly only?: readonly string[] | undefined
  readonly skip?: readonly string[] | undefined
  readonly rubric?: string | undefined
  readonly strict?: boolean | undefined
  /** A command that judges the quality of the code. */
  readonly lint?: string | undefined
  readonly seed?: number | undefined
  /** How long the circuits stay open, in seconds. */
  readonly reset?: number | undefined
}

/** What is graded. */
export interface TargetOptions {
  readonly control?: string | undefined
  readonly redis?: string | undefined
  /** `users=postgres://…` */
  readonly db?: readonly string[] | undefined
  readonly source?: string | undefined
  /** A Compose file, which services of it are which parts (`users=NAME`), and how its project is to be called. */
  readonly compose?: string | undefined
  readonly map?: readonly string[] | undefined
  readonly project?: string | undefined
  /** How long it may take to answer, in milliseconds. */
  readonly ready?: number | undefined
  readonly name?: string | undefined
}

/** The largest seed, and one more. */
export const MAX_SEED = 2 ** 31
const DAY_MS = 24 * 60 * 60_000

/** A time limit in milliseconds. */
export const timeLimit = (language: Language): Reader<number> =>
  duration(messages[language].aTimeLimit, DAY_MS)

/** Adds the options of {@link GradingOptions}. */
export function addGradingOptions(command: MenuCommand): MenuCommand {
  const { options, aReset } = messages[command.language]
  const { aCount } = common[command.language]
  return command
    .valueOption('--only <ids>', options.only, wordList)
    .valueOption('--skip <ids>', options.skip, wordList)
    .option('--rubric <file>', options.rubric)
    .option('--strict', options.strict)
    .option('--lint <command>', options.lint)
    .valueOption('--seed <n>', options.seed, wholeNumber(aCount, MAX_SEED))
    .valueOption('--reset <seconds>', options.reset, wholeNumber(aReset, 600, 1))
}

/** Adds the options of {@link TargetOptions}. */
export function addTargetOptions(command: MenuCommand): MenuCommand {
  const { options, aRedis, aDatabase, aMapping } = messages[command.language]
  const isRedis = (given: string) => /^rediss?:\/\//.test(given) && URL.canParse(given)
  const isMapping = (given: string) => {
    const [role = '', name = ''] = given.split('=', 2)
    return name !== '' && (COMPOSE_ROLES as readonly string[]).includes(role)
  }
  return command
    .option('--control <program>', options.control)
    .valueOption('--redis <url>', options.redis, matching(aRedis, isRedis))
    .valueOption('--db <service=url>', options.db, repeated(matching(aDatabase, isDatabaseUrl)))
    .option('--source <folder>', options.source)
    .option('--compose <file>', options.compose)
    .valueOption(
      '--map <part=name>',
      options.map,
      repeated(matching(aMapping(COMPOSE_ROLES.join(', ')), isMapping)),
    )
    .option('--name <name>', options.name)
    .valueOption('--project <name>', undefined, text)
    .valueOption('--ready <time>', undefined, timeLimit(command.language))
}
