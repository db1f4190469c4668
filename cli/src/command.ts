import type { Language } from '@msctl/scenarios'
import type * as z from 'zod/mini'
import type { Context, RenderContext, Rendering } from './context.ts'
import type { MenuCommand } from './menu/menu-command.ts'
import type { Texts } from './messages/language.ts'

/**
 * What a command does. It returns its data, all at once or as a stream; `--json` prints these as they are, `render` says
 * them to people.
 */
export interface Action<Options, Data> {
  run(options: Options, context: Context): Promise<Data> | AsyncIterable<Data>
  render(data: Data, context: RenderContext): Rendering
  /** What the process exits with when that is not 0, though nothing went wrong; of a stream, asked for its last value. */
  exitCode?(data: Data, options: Options): number
  /** Whether, on a terminal, each result of a stream takes the place of the one before. Default `false`. */
  readonly isRedrawn?: boolean
  /** Whether it ends in its own time when nobody reads its results any more, as it does when told to by a signal. Default `false`. */
  readonly finishesAnyway?: boolean
  /** Whether it goes on as if nothing were when nobody reads any more: half of what it does would be worse. Default `false`. */
  readonly goesOnUnread?: boolean
  /** The values of the stream are chunks of one array, which `--json` prints as one document, a line an element. */
  readonly isArray?: boolean
  /** The JSON document, where it is not the data themselves. */
  toJson?(data: Data): unknown
}

/** An action that gives all its data at once. */
export interface SingleAction<Options, Data> extends Action<Options, Data> {
  run(options: Options, context: Context): Promise<Data>
}

/** An action that gives its data bit by bit. */
export interface StreamAction<Options, Data> extends Action<Options, Data> {
  run(options: Options, context: Context): AsyncIterable<Data>
}

/** An action that is given what its command has read. */
export type AnyAction = Action<never, unknown>

/** One line of the menu: a command, or what others stand below. */
export type MenuEntry<Name extends string = string> = {
  /** Its words, without `msctl`: `cache get`. */
  readonly name: Name
  /** Command lines that run as they stand. */
  readonly examples: readonly string[]
  /** Adds its arguments and options. */
  configure?(command: MenuCommand): unknown
  /** Whether it asks the gateway that `--url` names. Where it does not, the option is refused. Default `false`. */
  readonly takesUrl?: boolean
  /** Which options have no effect beside those that are given, by the names of their values, and why: these are refused. */
  idle?(options: never): Readonly<Record<string, string>>
} & (
  | {
      /** What it does, which may depend on its options: its arguments are among these, by their names. */
      readonly action: AnyAction | ((options: never) => AnyAction)
      /** What it prints with `--json`: the document, or of a stream each line. Scripts rely on it. */
      readonly json: z.ZodMiniType
    }
  | { readonly action?: never; readonly json?: never }
)

/** What the menu says of a command: what it does, unless the list of all says it, and what its examples do. */
export interface CommandTexts {
  readonly about?: string
  readonly examples: readonly string[]
}

/** Entries with what is said of them. */
export type Entries = (language: Language) => readonly (MenuEntry & { readonly texts: CommandTexts })[]

/** The commands of a file. What is said of each stands in `menu` of its texts, by its words. */
export function defineEntries<
  Name extends string,
  Words extends { readonly menu: Record<Name, CommandTexts> },
>(texts: Texts<Words>, entries: (words: Words, language: Language) => readonly MenuEntry<Name>[]): Entries {
  return (language) => {
    const words = texts[language]
    return entries(words, language).map((entry) => ({ ...entry, texts: words.menu[entry.name] }))
  }
}
