import type { Command, Option } from 'commander'
import { type Offer, offerOfArgument, offerOfOption } from './offers.ts'

/** Something that can be typed, and what it does. */
export interface Word {
  readonly word: string
  readonly description: string
}

/** An option that wants a value. */
export interface ValueOption {
  readonly words: readonly string[]
  readonly offer: Offer
}

/** One command, and what may follow it. */
export interface CommandWords {
  /** The words that lead to it: none for msctl itself, `users get`. */
  readonly path: readonly string[]
  readonly subcommands: readonly Word[]
  readonly options: readonly Word[]
  readonly valueOptions: readonly ValueOption[]
  /** What its first argument can be. */
  readonly offer: Offer
}

/** What the menu offers, command by command, msctl itself first. */
export function describeCommands(program: Command): CommandWords[] {
  const describe = (
    command: Command,
    path: readonly string[],
    inherited: readonly Option[],
  ): CommandWords[] => {
    const options = [...command.options, ...inherited].filter(({ hidden }) => !hidden)
    const subcommands = command.commands.filter((each) => each.name() !== 'help')
    const [argument] = command.registeredArguments
    const own: CommandWords = {
      path,
      subcommands: subcommands.map((each) => ({ word: each.name(), description: each.description() })),
      options: [
        ...options.flatMap(({ short, long, description }) =>
          [short, long].flatMap((word) => (word === undefined ? [] : [{ word, description }])),
        ),
        { word: '--help', description: helpText(command) },
      ],
      valueOptions: options
        .filter(({ required, optional }) => required || optional)
        .map(({ short, long, flags, argChoices }) => ({
          words: [short, long].filter((word) => word !== undefined),
          offer: argChoices ?? offerOfOption(flags),
        })),
      offer: argument?.argChoices ?? offerOfArgument(argument?.name() ?? ''),
    }
    // The version is msctl's alone.
    const passedOn = options.filter(({ long }) => long !== '--version')
    return [own, ...subcommands.flatMap((each) => describe(each, [...path, each.name()], passedOn))]
  }
  return describe(program, [], [])
}

/** commander tells of the option for help only through its help. */
function helpText(command: Command): string {
  const help = command.createHelp()
  const option = help.visibleOptions(command).find(({ long }) => long === '--help')
  return option?.description ?? ''
}
