import type { GradingEvent } from '@msctl/grader/run/events'
import type { GradeEvent } from '@msctl/grader/submissions/grade-all'
import type { Home } from '@msctl/platform/home'
import type { PlatformEvent } from '@msctl/platform/platform'
import type { Language, Messages } from './messages/index.ts'
import type { Terminal } from './output/terminal.ts'
import type { Settings } from './settings.ts'

/** What happens while a command works, for whoever shows it. */
export type ProgressEvent =
  | PlatformEvent
  | { readonly type: 'loading'; readonly sent: number; readonly total: number; readonly failed: number }
  /** A line that stays, and what goes on now. */
  | { readonly type: 'told'; readonly line: string; readonly activity: string }
  | { readonly type: 'grading'; readonly event: GradingEvent }
  /** One of many submissions. */
  | { readonly type: 'grade'; readonly event: GradeEvent }
  /** Something that takes its time, since when, and if that is known until when, in epoch milliseconds. */
  | { readonly type: 'working'; readonly what: string; readonly since: number; readonly until?: number }
  /** Somebody is asked to press Enter. */
  | { readonly type: 'pausing'; readonly what: string }

/** The world that a command works in. */
export interface Context {
  readonly home: Home
  readonly env: NodeJS.ProcessEnv
  /** The command as it was given, for others who wait for it. */
  readonly command: string
  /** What is set, and where. */
  readonly settings: Settings
  /** The gateway that was named by `--url`, `MSCTL_URL` or the configuration file. */
  readonly url?: string | undefined
  /** Loads the drivers, for commands that seldom need them: they are large. */
  readonly loadDrivers: () => Promise<typeof import('@msctl/platform/choose-platform')>
  /** In which messages are said. */
  readonly language: Language
  /** All of stdin, as text. */
  readonly readInput: () => Promise<string>
  /** Waits for a line of stdin, or its end. */
  readonly readLine: () => Promise<void>
  /** How to speak, for commands that take the terminal over instead of giving data. */
  readonly rendering: RenderContext
  /** Aborted when msctl is told to end. */
  readonly signal: AbortSignal
  readonly onEvent: (event: ProgressEvent) => void
}

/** What a renderer may use. */
export interface RenderContext {
  readonly messages: Messages
  readonly terminal: Terminal
  readonly quiet: boolean
  /** Now, in epoch milliseconds. */
  readonly now: number
  /** How msctl was called, for hints that can be typed as they are: `./msctl` or `msctl`. */
  readonly self: string
}

/** What a renderer gives: the result for stdout, and hints for stderr. */
export interface Rendering {
  readonly result: string
  readonly hints?: string
}

/**
 * One command. It returns its data, all at once or as a stream; `--json` prints these as they are, `render` says them
 * to people.
 */
export interface CommandModule<Options, Data> {
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
