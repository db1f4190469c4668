import { EXIT } from '@msctl/grader/exit'
import { findHome, type Home } from '@msctl/platform/home'
import { CommanderError } from 'commander'
import manifest from '../package.json' with { type: 'json' }
import type { Context } from './context.ts'
import { exitCodeOf, Failure } from './failure.ts'
import { createMenu, type Execute } from './menu/menu.ts'
import { NothingAsked } from './menu/menu-command.ts'
import { chooseLanguage } from './messages/language.ts'
import { createKeyboard } from './print/keyboard.ts'
import { createProgress } from './print/progress.ts'
import { watchStreams, write } from './print/streams.ts'
import { describeTerminal } from './print/terminal.ts'
import { runCommand } from './run-command.ts'
import { type ConfigFile, readConfigFile, resolveSettings } from './settings.ts'

/** What a process that a signal ended exits with, by convention. */
const SIGNALS = { SIGINT: EXIT.interrupted, SIGTERM: 143, SIGHUP: 129 } as const

/** Aborts at the first signal; a second one ends the process at once. */
function listenForSignals(controller: AbortController): void {
  for (const [name, code] of Object.entries(SIGNALS)) {
    process.on(name, () => {
      if (controller.signal.aborted) process.exit(code)
      process.exitCode = code
      controller.abort(new Failure('interrupted', {}))
    })
  }
}

/** The value of `--lang`, which has to be known before the command line can be explained. */
function languageFlag(argv: readonly string[]): string | undefined {
  const index = argv.findIndex((word) => word === '--lang' || word.startsWith('--lang='))
  return argv[index]?.includes('=') ? argv[index]?.split('=')[1] : index < 0 ? undefined : argv[index + 1]
}

/** All of stdin, unless a signal comes first. */
async function readInput(signal: AbortSignal): Promise<string> {
  // Seldom needed, and Node takes a while to load it.
  const { addAbortSignal } = await import('node:stream')
  const { text } = await import('node:stream/consumers')
  try {
    return await text(addAbortSignal(signal, process.stdin))
  } catch (error) {
    signal.throwIfAborted()
    throw error
  }
}

/** The key for the gateway. @throws Failure `api-key-unusable`, which does not show it. */
function readApiKey({ MSCTL_API_KEY: apiKey }: NodeJS.ProcessEnv): string | undefined {
  if (!apiKey) return undefined
  if (!/^[\x21-\x7e]+$/.test(apiKey)) throw new Failure('api-key-unusable', {})
  return apiKey
}

/** The configuration file, or why it cannot be used: help and version are to be had in spite of a broken one. */
function tryConfigFile(home: Home): { readonly config?: ConfigFile | undefined; readonly failure?: unknown } {
  try {
    return { config: readConfigFile({ cwd: process.cwd(), clone: home.clone }) }
  } catch (failure) {
    return { failure }
  }
}

/** Runs msctl, and ends the process. */
export async function main(argv: readonly string[], env: NodeJS.ProcessEnv): Promise<never> {
  process.exit(await run(argv, env))
}

/** After this, a stream has told of what it could not write. */
const told = () => new Promise((resolve) => setImmediate(resolve))

async function run(argv: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const controller = new AbortController()
  const { signal } = controller
  let leave = (): void => {
    if (unwritable === undefined) process.exit(process.exitCode ?? EXIT.done)
    else void explain(unwritable).then(process.exit)
  }
  let unwritable: Failure<'output-unwritable'> | undefined
  watchStreams({
    leave: () => leave(),
    fail(cause) {
      unwritable ??= new Failure('output-unwritable', { reason: cause.message }, { cause })
      leave()
    },
  })
  listenForSignals(controller)
  const home = findHome({ programDir: import.meta.dirname, cwd: process.cwd(), env })
  const { config, failure } = tryConfigFile(home)
  const language = chooseLanguage(languageFlag(argv), env, config?.values.lang)
  const errors = describeTerminal(process.stderr, env)
  const self = env.MSCTL_SELF ?? 'msctl'
  const keyboard = createKeyboard({
    ...{ stdin: () => process.stdin, output: process.stderr, isTerminal: errors.isLive, signal },
    interrupted: () => new Failure('interrupted', {}),
  })
  let verbose = argv.includes('-v') || argv.includes('--verbose')
  // Also where the command line is too wrong to be understood.
  const isJson = argv.includes('--json')
  let exitCode: number = EXIT.done

  /** An error or a warning, as it is to be said. */
  const say = async (error: unknown, kind: 'error' | 'warning'): Promise<string> => {
    const { renderError, toErrorJson } = await import('./print/error.ts')
    const options = { language, terminal: errors, verbose, self, kind }
    return `${(isJson ? toErrorJson : renderError)(error, options)}\n`
  }

  const execute: Execute = async (action, options, globals) => {
    const { quiet = false, jsonl = false, json = jsonl } = globals
    verbose = globals.verbose ?? false
    const writeError = (text: string) => process.stderr.write(text)
    const progress = createProgress({ write: writeError, terminal: errors, language, quiet, verbose })
    if (failure !== undefined) throw failure
    const settings = resolveSettings({ url: globals.url, lang: globals.lang }, env, config)
    const rendering = {
      ...{ language, quiet, verbose },
      terminal: describeTerminal(process.stdout, env),
      now: Date.now(),
      self,
    }
    const context: Context = {
      ...{ home, env, settings, language, rendering, signal, menu },
      command: `msctl ${argv.join(' ')}`,
      url: settings.url?.value,
      apiKey: readApiKey(env),
      readInput: () => readInput(signal),
      keyboard,
      onEvent: progress.event,
      warn: async (failure) => {
        progress.end()
        writeError(await say(failure, 'warning'))
      },
    }
    if (action.goesOnUnread === true) leave = () => undefined
    if (action.finishesAnyway === true) leave = () => controller.abort(new Failure('interrupted', {}))
    try {
      exitCode = await runCommand(action, options as never, {
        ...{ json, jsonl, quiet, context, rendering, beforeResult: progress.end },
        // A hint would come below the error.
        sinks: { out: write, err: (text) => unwritable === undefined && writeError(text) },
      })
    } finally {
      progress.end()
    }
  }

  /** Says what went wrong. @returns what the process exits with. */
  const explain = async (error: unknown): Promise<number> => {
    if (error instanceof CommanderError) return error.exitCode // help or version
    if (error instanceof NothingAsked) {
      // `msctl users` alone: what can be done with them.
      error.command.outputHelp()
      return EXIT.done
    }
    process.stderr.write(await say(error, 'error'))
    return signal.aborted ? Number(process.exitCode ?? EXIT.interrupted) : exitCodeOf(error)
  }
  process.once('beforeExit', () => {
    // Nothing is left that could end what we wait for; Node would leave without a word, and with 0.
    void explain(new Error('Nothing is left to wait for, and there is no result')).then(process.exit)
  })

  const menu = createMenu({
    ...{ language, version: manifest.version, self, execute },
    helpWidth: process.stdout.isTTY ? describeTerminal(process.stdout, env).width : undefined,
  })
  const parse = (words: readonly string[]) => menu.msctl.parseAsync(words, { from: 'user' })
  try {
    await parse(argv).catch((error: unknown) => {
      // msctl alone: on a terminal the dashboard, otherwise the help.
      if (!(error instanceof NothingAsked && error.command === menu.msctl && isAtTerminal(env))) throw error
      return parse([...argv, 'dashboard'])
    })
    await told()
    return unwritable === undefined ? exitCode : explain(unwritable)
  } catch (error) {
    await told()
    return explain(unwritable ?? error)
  }
}

/** Whether somebody sits there who can be shown a screen, and can press keys. */
function isAtTerminal(env: NodeJS.ProcessEnv): boolean {
  return describeTerminal(process.stdout, env).isLive && process.stdin.isTTY
}
