import type { Language } from '@msctl/scenarios'
import type { AnyAction, Entries, MenuEntry } from '../command.ts'
import type { MenuFacts } from '../context.ts'
import { Failure } from '../failure.ts'
import { messages as common } from '../messages/common.ts'
import { LANGUAGES } from '../messages/language.ts'
import { messages } from '../messages/menu.ts'
import { nearestName } from '../nearest-name.ts'
import { asCalled } from '../print/as-called.ts'
import { isGatewayUrl } from '../settings.ts'
import { MenuCommand } from './menu-command.ts'
import { matching, oneOf } from './readers.ts'

/** Options that every command takes. */
export interface GlobalOptions {
  readonly json?: boolean
  /** Of lists: JSON, a row a line. */
  readonly jsonl?: boolean
  readonly quiet?: boolean
  readonly verbose?: boolean
  readonly lang?: string
  readonly url?: string
}

/** Runs what a command does, once its options are known. */
export type Execute = (action: AnyAction, options: object, globals: GlobalOptions) => Promise<void>

export interface MenuOptions {
  readonly language: Language
  readonly version: string
  /** How wide the terminal is that shows the help, in columns; nothing where it is no terminal. */
  readonly helpWidth?: number | undefined
  /** How msctl was called, for examples that can be typed as they stand. Default: `msctl`. */
  readonly self?: string | undefined
  readonly execute: Execute
}

/** The menu, in which each noun is filled in when it is called. */
export interface Menu extends MenuFacts {
  /** msctl itself. The nouns below it know what they do, but not yet what they take. */
  readonly msctl: MenuCommand
}

type Load = () => Promise<{ readonly entries: Entries }>
type Noun = Exclude<keyof (typeof messages)['en']['nouns'], 'help'>

const lifecycle: Load = () => import('../commands/lifecycle.ts')
const resources: Load = () => import('../commands/resources/resources.ts')

/** Each noun, the arguments that it takes by itself, and where the rest of it is. */
const NOUNS: Readonly<Record<Noun, readonly [takes: string, load: Load]>> = {
  up: ['', lifecycle],
  down: ['', lifecycle],
  restart: ['[part]', lifecycle],
  stop: ['<part>', lifecycle],
  start: ['<part>', lifecycle],
  kill: ['<part>', lifecycle],
  status: ['', () => import('../commands/status.ts')],
  logs: ['[part]', () => import('../commands/logs.ts')],
  dashboard: ['', () => import('../commands/dashboard.ts')],
  health: ['', () => import('../commands/health.ts')],
  cache: ['', () => import('../commands/cache.ts')],
  db: ['<service>', () => import('../commands/db.ts')],
  request: ['<method> <path>', () => import('../commands/request.ts')],
  load: ['', () => import('../commands/load/load.ts')],
  doctor: ['', () => import('../commands/doctor.ts')],
  users: ['', resources],
  orders: ['', resources],
  payments: ['', resources],
  verify: ['', () => import('../commands/verify/verify.ts')],
  scenario: ['[name]', () => import('../commands/scenario/scenario.ts')],
  grade: ['<submissions>', () => import('../commands/grade/grade.ts')],
  report: ['', () => import('../commands/report.ts')],
  config: ['', () => import('../commands/config.ts')],
  completion: ['<shell>', () => import('../commands/completion/completion.ts')],
  schema: ['[command...]', () => import('../commands/schema.ts')],
}

/** The menu: every command, what it takes and how it is used. */
export function createMenu({ language, version, helpWidth, self = 'msctl', execute }: MenuOptions): Menu {
  const words = messages[language]
  const msctl = new MenuCommand('msctl', language)
    .description(words.about)
    .version(version, '-V, --version', words.options.version)
    .option('--json', words.options.json)
    .option('-q, --quiet', words.options.quiet)
    .option('-v, --verbose', words.options.verbose)
    .valueOption('--lang <language>', words.options.lang, oneOf(LANGUAGES))
    .valueOption('--url <url>', words.options.url, matching(common[language].aUrl, isGatewayUrl))
    .configureOutput({ getOutHelpWidth: () => helpWidth as number })
    .addHelpText('after', () => `\n${words.exitCodes}\n${pairs(words.exits)}`)

  const nouns = new Map(
    Object.entries(NOUNS).map(([name, [takes, load]]) => {
      const noun = msctl.command(name).description(words.nouns[name as Noun]) as MenuCommand
      noun.term = `${name} ${takes}`.trimEnd()
      let filling: Promise<readonly MenuEntry[]> | undefined
      const fill = () => {
        filling ??= load().then(({ entries }) => {
          const own = entries(language).filter((entry) => entry.name.split(' ')[0] === name)
          for (const entry of own) addEntry(noun, entry, { self, execute })
          return own
        })
        return filling
      }
      return [name, fill] as const
    }),
  )
  msctl
    .hook('preSubcommand', async (_msctl, noun) => void (await nouns.get(noun.name())?.()))
    .command('help [command...]')
    .description(words.nouns.help)
    .action(async (asked: readonly string[]) => {
      await nouns.get(asked[0] ?? '')?.()
      findCommand(msctl, asked).outputHelp()
    })

  const fillAll = async () => (await Promise.all([...nouns.values()].map((fill) => fill()))).flat()
  return {
    msctl,
    async program() {
      await fillAll()
      return msctl
    },
    async schemas() {
      const entries = await fillAll()
      return Object.fromEntries(
        entries.flatMap(({ name, json }) => (json === undefined ? [] : [[name, json]])),
      )
    },
  }
}

/** The command that these words lead to. @throws Failure `usage`, with what was probably meant. */
function findCommand(from: MenuCommand, [name, ...rest]: readonly string[]): MenuCommand {
  if (name === undefined) return from
  const found = from.commands.find((each) => each.name() === name)
  if (found !== undefined) return findCommand(found as MenuCommand, rest)
  const { unknownCommand, didYouMean } = messages[from.language]
  const near = nearestName(
    name,
    from.commands.map((each) => each.name()),
  )
  const suggestion = near === undefined ? '' : ` — ${didYouMean(near)}`
  throw new Failure('usage', { detail: unknownCommand(name) + suggestion, command: from.words })
}

/** Adds a command to the menu, or to a noun that is there what it takes. */
function addEntry(
  noun: MenuCommand,
  entry: ReturnType<Entries>[number],
  { self, execute }: { readonly self: string; readonly execute: Execute },
): void {
  const { name, texts, examples, action, takesUrl = false } = entry
  const [, verb] = name.split(' ')
  const command = verb === undefined ? noun : (noun.command(verb) as MenuCommand)
  if (texts.about !== undefined) command.description(texts.about)
  entry.configure?.(command)
  const { examples: title } = messages[noun.language]
  const lines = examples.map((line, index) => [asCalled(line, self), texts.examples[index] ?? ''] as const)
  command.addHelpText(
    'after',
    () => `\n${title}\n${pairs(lines, command.configureOutput().getOutHelpWidth?.())}`,
  )
  command.takesUrl = takesUrl
  if (action === undefined) return
  command.action(() => {
    const named = command.registeredArguments.map((each, index) => [
      each.name(),
      command.processedArgs[index],
    ])
    // commander gives a command the options that one above it knows, too, wherever they stand.
    const globals = command.optsWithGlobals<GlobalOptions>()
    const options = { ...globals, ...Object.fromEntries(named) }
    refuseIdle(command, globals, {
      ...(!takesUrl && { url: messages[noun.language].noUrl }),
      ...entry.idle?.(options as never),
    })
    return execute(typeof action === 'function' ? action(options as never) : action, options, globals)
  })
}

/** @param idle Which options have no effect, and why. @throws Failure `idle-option`. */
function refuseIdle(command: MenuCommand, given: object, idle: Readonly<Record<string, string>>): void {
  for (const option of command.knownOptions()) {
    const name = option.attributeName()
    const reason = idle[name]
    if (reason === undefined || !(name in given)) continue
    throw new Failure('idle-option', { option: option.long ?? '', command: command.words, reason })
  }
}

/** Two columns, indented as commander's own; where they do not fit side by side, the right one below the left. */
function pairs(lines: readonly (readonly [string, string])[], helpWidth = Number.POSITIVE_INFINITY): string {
  const width = Math.max(...lines.map(([left]) => left.length))
  const isNarrow = lines.some(([, right]) => width + right.length + 4 > helpWidth)
  return lines
    .map(([left, right]) => (isNarrow ? `  ${left}\n      ${right}` : `  ${left.padEnd(width)}  ${right}`))
    .join('\n')
}
