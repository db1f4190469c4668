import { Command, Help, InvalidArgumentError, Option } from 'commander'
import type { CommandModule } from './context.ts'
import { LANGUAGES, type Messages } from './messages/index.ts'
import { DRIVERS } from './platform/platform.ts'

/** Options that every command takes. */
export interface GlobalOptions {
  readonly json?: boolean
  readonly quiet?: boolean
  readonly verbose?: boolean
  readonly lang?: string
  readonly url?: string
}

/** Runs a command once its options are known; the module is loaded only then. */
export type Execute = <Options, Data>(
  load: () => Promise<CommandModule<Options, Data>>,
  options: Options,
  globals: GlobalOptions,
) => Promise<void>

export interface ProgramOptions {
  readonly messages: Messages
  readonly version: string
  readonly execute: Execute
}

/** The menu: every command, what it takes and how it is used. */
export function createProgram({ messages, version, execute }: ProgramOptions): Command {
  const { help } = messages
  const { option } = help
  const program = withHelp(new Command('msctl'), messages)
    .description(help.about)
    .version(version, '-V, --version', option.version)
    .option('--json', option.json)
    .option('-q, --quiet', option.quiet)
    .option('-v, --verbose', option.verbose)
    .addOption(new Option('--lang <language>', option.lang).choices(LANGUAGES))
    .addOption(new Option('--url <url>', option.url).argParser(parseUrl(help)))
    .helpCommand('help [command]', help.command.help)
    .addHelpText('after', () => `\n${help.exitCodes}\n${pairs(help.exits)}`)

  type Name = Exclude<keyof Messages['help']['command'], 'help'>
  const add = (name: Name, usage: string, examples: readonly string[]): Command => {
    const lines = examples.map((line, index) => [line, help.example[name][index] ?? ''] as const)
    const command = withHelp(new Command(name), messages).description(help.command[name])
    for (const argument of usage.split(' ').filter(Boolean)) command.argument(argument, help.part)
    command.addHelpText('after', `\n${help.examples}\n${pairs(lines)}`)
    program.addCommand(command)
    return command
  }

  add('up', '', ['msctl up', 'msctl up --driver compose --port 8080', 'msctl up --fresh'])
    .addOption(
      new Option('--driver <driver>', option.driver).env('MSCTL_DRIVER').choices(['auto', ...DRIVERS]),
    )
    .addOption(
      new Option('--port <port>', option.port).env('MSCTL_PORT').argParser(parseNumber(help.aPort, 65_535)),
    )
    .option('--fresh', option.fresh)
    .action((options, command) =>
      execute(() => import('./commands/up.ts'), options, command.optsWithGlobals()),
    )

  add('down', '', ['msctl down', 'msctl down --volumes'])
    .option('--volumes', option.volumes)
    .action((options, command) =>
      execute(() => import('./commands/down.ts'), options, command.optsWithGlobals()),
    )

  add('restart', '[part]', ['msctl restart', 'msctl restart users']).action((part, _options, command) =>
    execute(() => import('./commands/restart.ts'), { part }, command.optsWithGlobals()),
  )

  add('stop', '<part>', ['msctl stop users', 'msctl stop cache']).action((part, _options, command) =>
    execute(() => import('./commands/stop.ts'), { part }, command.optsWithGlobals()),
  )

  add('start', '<part>', ['msctl start users', 'msctl start db']).action((part, _options, command) =>
    execute(() => import('./commands/start.ts'), { part }, command.optsWithGlobals()),
  )

  add('kill', '<part>', ['msctl kill db', 'msctl kill orders']).action((part, _options, command) =>
    execute(() => import('./commands/kill.ts'), { part }, command.optsWithGlobals()),
  )

  add('status', '', [
    'msctl status',
    `msctl status --json | jq '.parts[] | select(.name == "gateway").port'`,
  ]).action((options, command) =>
    execute(() => import('./commands/status.ts'), options, command.optsWithGlobals()),
  )

  add('logs', '[part]', ['msctl logs', 'msctl logs users --follow', 'msctl logs --level warn'])
    .option('-f, --follow', option.follow)
    .addOption(
      new Option('--level <level>', option.level).choices([
        'trace',
        'debug',
        'info',
        'warn',
        'error',
        'fatal',
      ]),
    )
    .option('--request-id <id>', option.requestId)
    .addOption(new Option('-n, --tail <lines>', option.tail).argParser(parseNumber(help.aCount)))
    .action((part, options, command) =>
      execute(() => import('./commands/logs.ts'), { part, ...options }, command.optsWithGlobals()),
    )

  add('health', '', ['msctl health', 'msctl health --watch', 'msctl health --exit-code'])
    .option('--watch', option.watch)
    .option('--exit-code', option.exitCode)
    .action((options, command) =>
      execute(() => import('./commands/health.ts'), options, command.optsWithGlobals()),
    )

  return program
}

/** Help in the language of the messages, and errors as exceptions: how these are shown is not the menu's business. */
function withHelp(command: Command, messages: Messages): Command {
  const { help } = messages
  const titles: Record<string, string> = {
    'Usage:': help.usage,
    'Options:': help.options,
    'Global Options:': help.globalOptions,
    'Commands:': help.commands,
    'Arguments:': help.arguments,
  }
  const style = new Help()
  return command
    .helpOption('-h, --help', help.option.help)
    .exitOverride()
    .showSuggestionAfterError(true)
    .configureOutput({ writeErr: () => undefined })
    .configureHelp({
      showGlobalOptions: true,
      styleTitle: (title) => titles[title] ?? title,
      // The choices stand in the description already, in its language.
      optionDescription: (option) => option.description,
      subcommandTerm: (subcommand) => style.subcommandTerm(subcommand).replace(' [options]', ''),
    })
}

/** Two columns, indented as commander's own. */
function pairs(lines: readonly (readonly [string, string])[]): string {
  const width = Math.max(...lines.map(([left]) => left.length))
  return lines.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`).join('\n')
}

function parseNumber(wanted: string, max = Number.MAX_SAFE_INTEGER) {
  return (given: string): number => {
    const value = Number(given)
    if (!/^\d+$/.test(given) || value > max) throw new InvalidArgumentError(wanted)
    return value
  }
}

function parseUrl(help: Messages['help']) {
  return (given: string): string => {
    if (!URL.canParse(given) || !/^https?:$/.test(new URL(given).protocol))
      throw new InvalidArgumentError(help.aUrl)
    return given
  }
}
