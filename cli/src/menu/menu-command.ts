import type { Language } from '@msctl/scenarios'
import { Command, type CommanderError, Help, type Option, type ParseOptionsResult } from 'commander'
import { Failure } from '../failure.ts'
import { messages } from '../messages/menu.ts'
import { nearestName } from '../nearest-name.ts'
import type { Reader } from './readers.ts'

/** Thrown where the command line ends before it names a command that does something. */
export class NothingAsked extends Error {
  readonly command: MenuCommand

  constructor(command: MenuCommand) {
    super('Nothing was asked for')
    this.command = command
  }
}

/** A command of commander's that speaks our languages, and throws what is wrong with a command line as a failure of ours. */
export class MenuCommand extends Command {
  readonly language: Language

  constructor(name: string, language: Language) {
    super(name)
    this.language = language
    const words = messages[language]
    const titles: Readonly<Record<string, string>> = {
      'Usage:': words.usage,
      'Options:': words.optionsTitle,
      'Global Options:': words.globalOptions,
      'Commands:': words.commands,
      'Arguments:': words.arguments,
    }
    const plain = new Help()
    const plainWithGlobals = Object.assign(new Help(), { showGlobalOptions: true })
    this.helpOption('-h, --help', words.options.help)
      .helpCommand(false) // ours has to load what it tells of
      .showSuggestionAfterError(false)
      .configureOutput({ writeErr: () => undefined })
      .configureHelp({
        showGlobalOptions: true,
        minWidthToWrap: 20,
        styleTitle: (title) => titles[title] ?? title,
        commandUsage: (command) =>
          plain
            .commandUsage(command)
            .replace('[options]', words.optionsUsage)
            .replace('[command]', words.commandUsage),
        // The choices stand in the description already, in its language.
        optionDescription: (option) => option.description,
        visibleGlobalOptions: (command) =>
          plainWithGlobals
            .visibleGlobalOptions(command)
            .filter(({ long }) => long !== '--url' || (command as MenuCommand).takesUrl),
        subcommandTerm: (command) =>
          (command as MenuCommand).term ?? plain.subcommandTerm(command).replace(' [options]', ''),
      })
      .throwOurs()
  }

  /** How it stands in the list of its parent, where that is known before its arguments are. */
  term: string | undefined

  /** Whether it heeds `--url`. What has commands below it leaves that to them. */
  takesUrl = true

  private lastWord = ''

  override createCommand(name = ''): MenuCommand {
    return new MenuCommand(name, this.language)
  }

  override parseOptions(words: string[]): ParseOptionsResult {
    this.lastWord = words.at(-1) ?? ''
    return super.parseOptions(words)
  }

  override copyInheritedSettings(parent: Command): this {
    return super.copyInheritedSettings(parent).throwOurs()
  }

  /** `msctl users get` */
  get words(): string {
    return this.parent === null ? this.name() : `${(this.parent as MenuCommand).words} ${this.name()}`
  }

  /** Adds an option whose value is read, or refused with what it has to be. Without a description, help does not tell of it. */
  valueOption<T>(flags: string, description: string | undefined, reader: Reader<T>): this {
    const option = this.createOption(flags, description).hideHelp(description === undefined)
    if (reader.choices !== undefined) option.choices(reader.choices)
    return this.addOption(
      option.argParser((given, before: T | undefined) => this.read(flags, given, reader, before)),
    )
  }

  /** Adds an argument that is read, or refused with what it has to be. */
  valueArgument<T>(name: string, description: string, reader: Reader<T>): this {
    const argument = this.createArgument(name, description)
    if (reader.choices !== undefined) argument.choices(reader.choices)
    return this.addArgument(argument.argParser((given) => this.read(name, given, reader, undefined)))
  }

  private read<T>(
    name: string,
    given: string,
    { wanted, choices, read }: Reader<T>,
    before: T | undefined,
  ): T {
    const value = read(given, before)
    if (value !== undefined) return value
    const { invalidValue, oneOf } = messages[this.language]
    throw this.usageFailure(
      invalidValue(name, given, choices === undefined ? wanted : oneOf(choices.join(', '))),
    )
  }

  private throwOurs(): this {
    return this.exitOverride((error) => {
      if (error.code === 'commander.help') throw new NothingAsked(this)
      throw error.exitCode === 0 ? error : this.usageFailure(this.explain(error), error)
    })
  }

  private usageFailure(detail: string, cause?: unknown): Failure<'usage'> {
    return new Failure('usage', { detail, command: this.words }, { cause })
  }

  /** What commander found wrong: the kind is its code, the facts are those that it had. */
  private explain({ code, message }: CommanderError): string {
    const words = messages[this.language]
    const suggested = (text: string, near: string | undefined) =>
      near === undefined ? text : `${text} — ${words.didYouMean(near)}`
    const [first = ''] = this.args
    const option = this.args.find((word) => /^-./.test(word)) ?? ''
    switch (code) {
      case 'commander.unknownCommand':
        return suggested(
          words.unknownCommand(first),
          nearestName(
            first,
            this.commands.map((each) => each.name()),
          ),
        )
      case 'commander.unknownOption':
        return suggested(words.unknownOption(option), this.nearestOption(option))
      case 'commander.missingArgument': {
        const missing = this.registeredArguments.find(
          ({ required }, index) => required && index >= this.args.length,
        )
        return words.missingArgument(missing?.name() ?? '')
      }
      case 'commander.excessArguments':
        return words.excessArguments
      case 'commander.optionMissingArgument':
        return words.missingValue(this.lastOption())
      default:
        return message
    }
  }

  private nearestOption(given: string): string | undefined {
    const names = this.knownOptions().flatMap(({ long, hidden }) =>
      long == null || hidden ? [] : [long.slice(2)],
    )
    const near = nearestName(given.replace(/^-+/, ''), names)
    return near === undefined ? undefined : `--${near}`
  }

  /** Its own options, and those of all above it. */
  knownOptions(): readonly Option[] {
    return [...this.options, ...((this.parent as MenuCommand | null)?.knownOptions() ?? [])]
  }

  /** The option that the words end with: it is the one without a value. */
  private lastOption(): string {
    const option = this.options.find(
      ({ long, short }) => long === this.lastWord || short === `-${this.lastWord.at(-1)}`,
    )
    return option?.flags ?? this.lastWord
  }
}
