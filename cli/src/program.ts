import {
  isReportFormat,
  parseReportRequest,
  REPORT_FORMATS,
  type ReportFormat,
  type ReportRequest,
} from '@msctl/grader/reports/formats'
import { BY_HAND, type ManualPoints } from '@msctl/grader/run/manual-points'
import { COMPOSE_ROLES } from '@msctl/grader/target/compose-facts'
import { Argument, Command, Help, InvalidArgumentError, Option } from 'commander'
import { SHELLS } from './completion/shells.ts'
import type { CommandModule } from './context.ts'
import { LANGUAGES, type Messages } from './messages/index.ts'
import { FIELDS, type Field, type ResourceName, VERBS, type Verb } from './resources.ts'
import { DRIVER_CHOICES, isDatabaseUrl, isGatewayUrl, isPort } from './settings.ts'

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

/** The verbs that concern one object, named by its id. */
const NAMES_ONE: ReadonlySet<Verb> = new Set(['get', 'update', 'delete'])

/** How long a load may last at the most, in milliseconds. */
const MAX_LOAD_MS = 600_000

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
  // A name of two words is that of a command below another one.
  const add = (name: Name, usage: string, examples: readonly string[]): Command => {
    const lines = examples.map((line, index) => [line, help.example[name][index] ?? ''] as const)
    const words = name.split(' ')
    const command = withHelp(new Command(words.at(-1)), messages).description(help.command[name])
    for (const argument of usage.split(' ').filter(Boolean)) {
      const subject = argument.replace(/[^a-z]/g, '') as keyof typeof help.argument
      if (subject === 'id') command.argument(argument, help.argument.id, parseNumber(help.anId))
      else if (subject === 'shell')
        command.addArgument(new Argument(argument, help.argument.shell).choices(SHELLS))
      else command.argument(argument, help.argument[subject])
    }
    command.addHelpText('after', () => `\n${help.examples}\n${pairs(lines, widthOf(command))}`)
    const above = words.length === 1 ? program : program.commands.find((each) => each.name() === words[0])
    above?.addCommand(command)
    return command
  }

  add('up', '', ['msctl up', 'msctl up --driver compose --port 8080', 'msctl up --fresh'])
    .addOption(new Option('--driver <driver>', option.driver).choices(DRIVER_CHOICES))
    .addOption(new Option('--port <port>', option.port).argParser(parsePort(help)))
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

  add('dashboard', '', ['msctl dashboard', 'msctl dashboard --json | jq .gateway.services.users']).action(
    (_options, command) => {
      const globals: GlobalOptions = command.optsWithGlobals()
      return execute(() => import('./commands/dashboard.ts'), { once: globals.json ?? false }, globals)
    },
  )

  add('health', '', ['msctl health', 'msctl health --watch', 'msctl health --exit-code'])
    .option('--watch', option.watch)
    .option('--exit-code', option.exitCode)
    .action((options, command) =>
      execute(() => import('./commands/health.ts'), options, command.optsWithGlobals()),
    )

  add('cache', '', ['msctl cache keys', 'msctl cache get user:1', 'msctl cache flush'])

  add('cache keys', '', [
    'msctl cache keys',
    `msctl cache keys --json | jq '.keys[] | select(.ttlSeconds < 60).key'`,
  ]).action((options, command) =>
    execute(() => import('./commands/cache-keys.ts'), options, command.optsWithGlobals()),
  )

  add('cache get', '<key>', ['msctl cache get user:1', 'msctl cache get order:1 --json']).action(
    (key, _options, command) =>
      execute(() => import('./commands/cache-get.ts'), { key }, command.optsWithGlobals()),
  )

  add('cache ttl', '<key>', ['msctl cache ttl user:1', 'msctl cache ttl payment:1 --json']).action(
    (key, _options, command) =>
      execute(() => import('./commands/cache-ttl.ts'), { key }, command.optsWithGlobals()),
  )

  add('cache watch', '', ['msctl cache watch', 'msctl cache watch --json | head -n 1']).action(
    (options, command) =>
      execute(() => import('./commands/cache-watch.ts'), options, command.optsWithGlobals()),
  )

  add('cache flush', '', ['msctl cache flush', 'msctl cache flush --json']).action((options, command) =>
    execute(() => import('./commands/cache-flush.ts'), options, command.optsWithGlobals()),
  )

  add('db', '<service>', [
    'msctl db users',
    `msctl db users --sql 'SELECT * FROM users LIMIT 5'`,
    `msctl db payments --sql 'SELECT status, count(*) FROM payments GROUP BY status' --json`,
  ])
    .option('--sql <statement>', option.sql)
    .action((service, options, command) => {
      if (command.optsWithGlobals().json === true && options.sql === undefined) command.error(help.needsSql)
      return execute(() => import('./commands/db.ts'), { service, ...options }, command.optsWithGlobals())
    })

  add('load', '', ['msctl load', 'msctl load --rps 200 --duration 5s', `msctl load --path '/users?limit=10'`])
    .addOption(new Option('--rps <n>', option.rps).argParser(parseNumber(help.aRate, 10_000, 1)))
    .addOption(new Option('--duration <time>', option.duration).argParser(parseDuration(help)))
    .addOption(new Option('--path <path>', option.path).argParser(parsePath(help)))
    .option('--allow-remote', option.allowRemote)
    .action((options, command) =>
      execute(() => import('./commands/load.ts'), options, command.optsWithGlobals()),
    )

  add('doctor', '', ['msctl doctor', 'msctl doctor --json | jq .drivers']).action((options, command) =>
    execute(() => import('./commands/doctor.ts'), options, command.optsWithGlobals()),
  )

  /** The five commands of one kind of object. */
  const addResource = (resource: ResourceName, examples: Readonly<Record<Verb, readonly string[]>>): void => {
    add(resource, '', [examples.create[0] ?? '', examples.list[0] ?? '', examples.get[0] ?? ''])
    const { create, update, filter } = FIELDS[resource]
    const flag = (field: Field) =>
      new Option(`--${field.flag} <${field.kind}>`, help.field[field.name]).argParser(parseField(field, help))
    const aCount = parseNumber(help.aCount)

    const commands = VERBS.map((verb) =>
      add(`${resource} ${verb}`, NAMES_ONE.has(verb) ? '<id>' : '', examples[verb]),
    )
    const [creating, listing, getting, updating, deleting] = commands as [
      Command,
      Command,
      Command,
      Command,
      Command,
    ]
    for (const field of create) creating.addOption(flag(field))
    creating
      .option('--data <json>', option.data)
      .addOption(new Option('--idempotency-key <key>', option.idempotencyKey).argParser(parseKey(help)))
      .action((options, command) =>
        execute(() => import('./commands/create.ts'), { resource, ...options }, command.optsWithGlobals()),
      )
    if (filter !== undefined) listing.addOption(flag(filter))
    listing
      .addOption(new Option('--limit <n>', option.limit).argParser(aCount))
      .addOption(new Option('--after <id>', option.after).argParser(aCount))
      .action((options, command) =>
        execute(() => import('./commands/list.ts'), { resource, ...options }, command.optsWithGlobals()),
      )
    if (resource === 'users') getting.option('--details', option.details)
    getting.action((id, options, command) =>
      execute(() => import('./commands/get.ts'), { resource, id, ...options }, command.optsWithGlobals()),
    )
    for (const field of update) updating.addOption(flag(field))
    updating
      .option('--data <json>', option.data)
      .action((id, options, command) =>
        execute(
          () => import('./commands/update.ts'),
          { resource, id, ...options },
          command.optsWithGlobals(),
        ),
      )
    deleting.action((id, _options, command) =>
      execute(() => import('./commands/delete.ts'), { resource, id }, command.optsWithGlobals()),
    )
  }

  addResource('users', {
    create: [
      'msctl users create --email ann@example.com --name Ann',
      `msctl users create --data '{"email": "bob@example.com", "name": "Bob"}'`,
      `echo '{"email": "eve@example.com", "name": "Eve"}' | msctl users create --data -`,
    ],
    list: [
      'msctl users list',
      'msctl users list --limit 10 --after 1',
      `msctl users list --json | jq -r '.[].email'`,
    ],
    get: ['msctl users get 1', 'msctl users get 1 --details', 'msctl users get 1 --json | jq .name'],
    update: [
      'msctl users update 1 --name Anna',
      `msctl users update 1 --data '{"email": "anna@example.com"}'`,
    ],
    delete: ['msctl users delete 2', 'msctl users delete 3 --json'],
  })
  addResource('orders', {
    create: [
      'msctl orders create --user-id 1 --product Laptop --quantity 2',
      `msctl orders create --data '{"userId": 1, "product": "Mouse"}'`,
      'msctl orders create --user-id 1 --product Cable --idempotency-key order-42',
    ],
    list: ['msctl orders list', 'msctl orders list --user-id 1', 'msctl orders list --limit 10 --after 1'],
    get: ['msctl orders get 1', 'msctl orders get 1 --json | jq .product'],
    update: ['msctl orders update 1 --quantity 3', `msctl orders update 1 --data '{"product": "Desktop"}'`],
    delete: ['msctl orders delete 2', 'msctl orders delete 3 --json'],
  })
  addResource('payments', {
    create: [
      'msctl payments create --order-id 1 --amount 999.99',
      `msctl payments create --data '{"order_id": 1, "amount": 20}'`,
      'msctl payments create --order-id 1 --amount 5 --idempotency-key pay-42',
    ],
    list: [
      'msctl payments list',
      'msctl payments list --order-id 1',
      `msctl payments list --json | jq -r '.[].status'`,
    ],
    get: ['msctl payments get 1', 'msctl payments get 1 --json | jq .status'],
    update: ['msctl payments update 1 --status completed', 'msctl payments update 1 --amount 899.99'],
    delete: ['msctl payments delete 2', 'msctl payments delete 3 --json'],
  })

  add('verify', '', [
    'msctl verify',
    'msctl verify --url http://127.0.0.1:9000 --control ./ctl --redis redis://127.0.0.1:6379',
    'msctl verify --only caching,payments --report html=report.html',
  ])
    .option('--control <program>', option.control)
    .addOption(new Option('--redis <url>', option.redis).argParser(parseRedis(help)))
    .addOption(new Option('--db <service=url>', option.db).argParser(parseDatabase(help)))
    .option('--source <folder>', option.source)
    .option('--compose <file>', option.compose)
    .addOption(new Option('--map <part=name>', option.map).argParser(parseMap(help)))
    .option('--name <name>', option.submission)
    .addOption(new Option('--project <name>').hideHelp())
    .addOption(new Option('--ready <time>').argParser(parseTimeLimit(help)).hideHelp())
    .addOption(new Option('--manual <criterion=points>', option.manual).argParser(parseManual(help)))
    .option('--lint <command>', option.lint)
    .addOption(new Option('--only <ids>', option.only).argParser(parseList))
    .addOption(new Option('--skip <ids>', option.skip).argParser(parseList))
    .addOption(new Option('--report <format=file>', option.report).argParser(parseReport(help)))
    .option('--rubric <file>', option.rubric)
    .option('--strict', option.strict)
    .addOption(new Option('--seed <n>', option.seed).argParser(parseNumber(help.aCount, 2 ** 31)))
    .addOption(new Option('--repeat <n>', option.repeat).argParser(parseNumber(help.aRepeat, 100, 1)))
    .addOption(new Option('--reset <seconds>', option.reset).argParser(parseNumber(help.aReset, 600, 1)))
    .option('--self-test', option.selfTest)
    .addOption(new Option('--jobs <n>', option.jobs).argParser(parseNumber(help.aRepeat, 100, 1)))
    .action(({ selfTest, ...options }, command) =>
      selfTest === true
        ? execute(() => import('./commands/self-test.ts'), options, command.optsWithGlobals())
        : execute(() => import('./commands/verify.ts'), options, command.optsWithGlobals()),
    )

  const withScenarioOptions = (command: Command): Command =>
    command
      .option('--step', option.step)
      .option('--fast', option.fast)
      .addOption(new Option('--set <name=value>', option.set).argParser(parseParameter(help)))
      .option('--journal <file>', option.journal)

  withScenarioOptions(
    add('scenario', '[name]', [
      'msctl scenario circuit-breaker',
      'msctl scenario cache-ttl --step',
      'msctl scenario payments --fast --journal journal.ndjson',
    ]),
  ).action((name, options, command) => {
    const globals: GlobalOptions = command.optsWithGlobals()
    return name === undefined
      ? execute(() => import('./commands/scenario-list.ts'), {}, globals)
      : execute(() => import('./commands/scenario.ts'), { name, ...options }, globals)
  })

  add('scenario list', '', [
    'msctl scenario list',
    `msctl scenario list --json | jq -r '.scenarios[].expectations[].title'`,
  ]).action((options, command) =>
    execute(() => import('./commands/scenario-list.ts'), options, command.optsWithGlobals()),
  )

  add('scenario new', '[newname]', ['msctl scenario new', 'msctl scenario new mine.mjs']).action(
    (name, _options, command) =>
      execute(() => import('./commands/scenario-new.ts'), { name }, command.optsWithGlobals()),
  )

  // commander gives `scenario` the options that both know, wherever they stand.
  withScenarioOptions(
    add('scenario run', '<file>', [
      'msctl scenario run ./my-scenario.ts',
      'msctl scenario run ./mine.mjs --set orders=50',
    ]),
  ).action((file, _options, command) =>
    execute(
      () => import('./commands/scenario-run.ts'),
      { ...command.optsWithGlobals(), file },
      command.optsWithGlobals(),
    ),
  )

  add('scenario replay', '<file>', [
    'msctl scenario replay journal.ndjson',
    'msctl scenario replay journal.ndjson --fast',
  ])
    .option('--fast', option.fast)
    .action((file, _options, command) =>
      execute(
        () => import('./commands/scenario-replay.ts'),
        { fast: command.optsWithGlobals().fast, file },
        command.optsWithGlobals(),
      ),
    )

  add('grade', '<submissions>', [
    'msctl grade submissions',
    'msctl grade submissions --jobs 2 --out grades-again',
    'msctl grade submissions --shard 2/5 --out grades-2',
  ])
    .option('--out <folder>', option.gradesOut)
    .addOption(new Option('--jobs <n>', option.gradeJobs).argParser(parseNumber(help.aCount, 64, 1)))
    .addOption(new Option('--shard <part>', option.shard).argParser(parseShard(help)))
    .option('--again', option.again)
    .addOption(new Option('--time-limit <time>', option.timeLimit).argParser(parseTimeLimit(help)))
    .addOption(new Option('--ready <time>', option.readyLimit).argParser(parseTimeLimit(help)))
    .addOption(new Option('--report <formats>', option.formats).argParser(parseFormats(help)))
    .addOption(new Option('--only <ids>', option.only).argParser(parseList))
    .addOption(new Option('--skip <ids>', option.skip).argParser(parseList))
    .option('--rubric <file>', option.rubric)
    .option('--strict', option.strict)
    .option('--lint <command>', option.lint)
    .addOption(new Option('--seed <n>', option.seed).argParser(parseNumber(help.aCount, 2 ** 31)))
    .addOption(new Option('--reset <seconds>', option.reset).argParser(parseNumber(help.aReset, 600, 1)))
    .action((folder, options, command) =>
      execute(() => import('./commands/grade.ts'), { folder, ...options }, command.optsWithGlobals()),
    )

  add('report', '', [
    'msctl report show report.json',
    'msctl report show report.json --report html=report.html',
    'msctl report merge shard-1 shard-2',
  ])

  add('report show', '<report>', [
    'msctl report show report.json',
    'msctl report show report.json --report html=report.html --report junit=junit.xml',
    'msctl report show report.json --json | jq .score',
  ])
    .addOption(new Option('--report <format=file>', option.report).argParser(parseReport(help)))
    .action((file, options, command) =>
      execute(() => import('./commands/report-show.ts'), { file, ...options }, command.optsWithGlobals()),
    )

  add('report merge', '<shards...>', [
    'msctl report merge shard-1 shard-2',
    'msctl report merge shard-1 shard-2 --out all',
    `msctl report merge shard-1 shard-2 --json | jq '.submissions[] | select(.passed).id'`,
  ])
    .option('--out <folder>', option.out)
    .action((shards, options, command) =>
      execute(() => import('./commands/report-merge.ts'), { shards, ...options }, command.optsWithGlobals()),
    )

  add('config', '', [
    'msctl config',
    `msctl config --json | jq -r '.settings[] | select(.name == "url").value'`,
  ]).action((options, command) =>
    execute(() => import('./commands/config.ts'), options, command.optsWithGlobals()),
  )

  add('completion', '<shell>', [
    'msctl completion bash',
    'msctl completion zsh',
    'msctl completion fish',
  ]).action((shell, _options, command) =>
    execute(() => import('./commands/completion.ts'), { shell, program }, command.optsWithGlobals()),
  )

  add('schema', '[command...]', [
    'msctl schema',
    'msctl schema users get',
    'msctl schema status | jq .properties',
  ]).action((words, _options, command) =>
    execute(() => import('./commands/schema.ts'), { words }, command.optsWithGlobals()),
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
  return (
    command
      .helpOption('-h, --help', help.option.help)
      // msctl itself has one, in its language.
      .helpCommand(false)
      .exitOverride()
      .showSuggestionAfterError(true)
      .configureOutput({ writeErr: () => undefined })
      .configureHelp({
        showGlobalOptions: true,
        minWidthToWrap: 20,
        styleTitle: (title) => titles[title] ?? title,
        // The choices stand in the description already, in its language.
        optionDescription: (option) => option.description,
        subcommandTerm: (subcommand) => style.subcommandTerm(subcommand).replace(' [options]', ''),
      })
  )
}

/** How wide the help of a command may be. */
function widthOf(command: Command): number | undefined {
  return command.configureOutput().getOutHelpWidth?.()
}

/** Two columns, indented as commander's own; where they do not fit side by side, the right one below the left. */
function pairs(lines: readonly (readonly [string, string])[], helpWidth = Number.POSITIVE_INFINITY): string {
  const width = Math.max(...lines.map(([left]) => left.length))
  const isNarrow = lines.some(([, right]) => width + right.length + 4 > helpWidth)
  return lines
    .map(([left, right]) => (isNarrow ? `  ${left}\n      ${right}` : `  ${left.padEnd(width)}  ${right}`))
    .join('\n')
}

function parseNumber(wanted: string, max = Number.MAX_SAFE_INTEGER, min = 0) {
  return (given: string): number => {
    const value = Number(given)
    if (!/^\d+$/.test(given) || value > max || value < min) throw new InvalidArgumentError(wanted)
    return value
  }
}

/** Words that are parted by commas, in one option or in several. */
function parseList(given: string, before: readonly string[] = []): readonly string[] {
  return [...before, ...given.split(',').map((word) => word.trim())].filter(Boolean)
}

function parseReport(help: Messages['help']) {
  return (given: string, before: readonly ReportRequest[] = []): readonly ReportRequest[] => {
    const request = parseReportRequest(given)
    if (request === undefined) throw new InvalidArgumentError(help.aReport(REPORT_FORMATS.join(', ')))
    return [...before, request]
  }
}

/** A list of `ROLE=NAME`: which service of a Compose file is which part. */
function parseMap(help: Messages['help']) {
  return (given: string, before: readonly string[] = []): readonly string[] => {
    const [role = '', name] = given.split('=', 2)
    if (name === undefined || name === '' || !(COMPOSE_ROLES as readonly string[]).includes(role))
      throw new InvalidArgumentError(help.aMapping(COMPOSE_ROLES.join(', ')))
    return [...before, given]
  }
}

/** Points that somebody gave. */
function parseManual(help: Messages['help']) {
  return (given: string, before: readonly ManualPoints[] = []): readonly ManualPoints[] => {
    const [, name, points] = /^([a-z-]+)=(\d{1,3})$/.exec(given) ?? []
    const criterion = BY_HAND.find((each) => each === name)
    if (criterion === undefined) throw new InvalidArgumentError(help.aMark(BY_HAND.join(', ')))
    return [...before, { criterion, points: Number(points) }]
  }
}

function parseRedis(help: Messages['help']) {
  return (given: string): string => {
    if (!/^rediss?:\/\//.test(given) || !URL.canParse(given)) throw new InvalidArgumentError(help.aRedis)
    return given
  }
}

function parseDatabase(help: Messages['help']) {
  return (given: string, before: readonly string[] = []): readonly string[] => {
    if (!isDatabaseUrl(given)) throw new InvalidArgumentError(help.aDatabase)
    return [...before, given]
  }
}

function parseUrl(help: Messages['help']) {
  return (given: string): string => {
    if (!isGatewayUrl(given)) throw new InvalidArgumentError(help.aUrl)
    return given
  }
}

/** `2/5`: the second of five. */
function parseShard(help: Messages['help']) {
  return (given: string): { index: number; of: number } => {
    const [, index, of] = (/^(\d{1,4})\/(\d{1,4})$/.exec(given) ?? []).map(Number)
    if (index === undefined || of === undefined || index < 1 || index > of)
      throw new InvalidArgumentError(help.aShard)
    return { index, of }
  }
}

function parseFormats(help: Messages['help']) {
  return (given: string): readonly ReportFormat[] => {
    const formats = given.split(',').filter(isReportFormat)
    if (formats.length !== given.split(',').length)
      throw new InvalidArgumentError(help.someFormats(REPORT_FORMATS.join(', ')))
    return formats
  }
}

function parseTimeLimit(help: Messages['help']) {
  return parseDuration({ ...help, aDuration: help.aTimeLimit }, 24 * 60 * 60_000)
}

/** A time span in milliseconds, from `500ms`, `10s`, `10` (seconds) or `2m`. */
function parseDuration(help: Messages['help'], maxMs = MAX_LOAD_MS) {
  const units: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000 }
  return (given: string): number => {
    const [, amount = '', unit = 's'] = /^(\d{1,7}(?:\.\d+)?)(ms|s|m)?$/.exec(given) ?? []
    const ms = Math.round(Number(amount) * (units[unit] ?? 0))
    if (amount === '' || ms < 1 || ms > maxMs) throw new InvalidArgumentError(help.aDuration)
    return ms
  }
}

/** `resetSeconds=5`, beside those before it. */
function parseParameter(help: Messages['help']) {
  return (given: string, before: Readonly<Record<string, number>> = {}): Readonly<Record<string, number>> => {
    const [, name = '', value = ''] = /^(\w+)=(\d+(?:\.\d+)?)$/.exec(given) ?? []
    if (name === '') throw new InvalidArgumentError(help.aParameter)
    return { ...before, [name]: Number(value) }
  }
}

function parsePath(help: Messages['help']) {
  return (given: string): string => {
    if (!/^\/[^\s#]*$/.test(given)) throw new InvalidArgumentError(help.aPath)
    return given
  }
}

function parsePort(help: Messages['help']) {
  return (given: string): number => {
    if (!isPort(given)) throw new InvalidArgumentError(help.aPort)
    return Number(given)
  }
}

/** Whether a number makes sense is the service's to say; that it is one is ours. */
function parseField({ kind }: Field, help: Messages['help']) {
  return (given: string): string | number => {
    if (kind === 'text') return given
    if (given.trim() === '' || !Number.isFinite(Number(given))) throw new InvalidArgumentError(help.aNumber)
    return Number(given)
  }
}

/** What HTTP lets a header hold, and the contract an idempotency key. */
function parseKey(help: Messages['help']) {
  return (given: string): string => {
    if (!/^[\x21-\x7e]{1,255}$/.test(given)) throw new InvalidArgumentError(help.aKey)
    return given
  }
}
