import type { Home } from '@msctl/platform/home'
import type { PlatformEvent } from '@msctl/platform/platform'
import type { Language } from '@msctl/scenarios'
import type { Command } from 'commander'
import type * as z from 'zod/mini'
import type { Failure } from './failure.ts'
import type { Keyboard } from './print/keyboard.ts'
import type { Terminal } from './print/terminal.ts'
import type { Settings } from './settings.ts'

/** What happens while a command works, for whoever shows it. */
export type ProgressEvent =
  | PlatformEvent
  | { readonly type: 'loading'; readonly sent: number; readonly total: number; readonly failed: number }
  /** Lines that stay, if there are any, and what goes on now, which is found each time that it is shown. */
  | {
      readonly type: 'told'
      readonly lines: (terminal: Terminal) => string | undefined
      readonly activity: () => string
    }
  /** Something that takes its time, since when, and if that is known until when, in epoch milliseconds. */
  | { readonly type: 'working'; readonly what: string; readonly since: number; readonly until?: number }
  /** Somebody is asked to press Enter. */
  | { readonly type: 'pausing' }
  /** It was pressed. */
  | { readonly type: 'resumed' }

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
  /** The key that the gateway is sent, from `MSCTL_API_KEY` alone: a flag would show in the list of processes. */
  readonly apiKey?: string | undefined
  /** What msctl can be asked, for commands that tell of it. */
  readonly menu: MenuFacts
  readonly language: Language
  /** All of stdin, as text. */
  readonly readInput: () => Promise<string>
  /** Who may be asked. */
  readonly keyboard: Keyboard
  /** How to speak, for commands that take the terminal over instead of giving data. */
  readonly rendering: RenderContext
  /** Aborted when msctl is told to end. */
  readonly signal: AbortSignal
  readonly onEvent: (event: ProgressEvent) => void
  /** Tells of something that is probably not as it was meant, and goes on all the same. */
  readonly warn: (failure: Failure) => Promise<void>
}

/** Everything that is in the menu. */
export interface MenuFacts {
  /** msctl itself, with all commands below it. */
  program(): Promise<Command>
  /** What each command prints with `--json`, by its words. */
  schemas(): Promise<Readonly<Record<string, z.ZodMiniType>>>
}

/** What a renderer may use. */
export interface RenderContext {
  readonly language: Language
  readonly terminal: Terminal
  readonly quiet: boolean
  readonly verbose: boolean
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
