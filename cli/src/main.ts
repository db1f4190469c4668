import { EXIT } from '@msctl/grader/exit'
import { findHome, type Home } from '@msctl/platform/home'
import { type Command, CommanderError } from 'commander'
import manifest from '../package.json' with { type: 'json' }
import type { Context } from './context.ts'
import { exitCodeOf, Failure } from './failure.ts'
import { chooseLanguage, loadMessages, type Messages } from './messages/index.ts'
import { renderError } from './output/error.ts'
import { createProgress } from './output/progress.ts'
import { endQuietlyWithoutReaders, write } from './output/streams.ts'
import { describeTerminal } from './output/terminal.ts'
import { createProgram, type Execute } from './program.ts'
import { runCommand } from './run-command.ts'
import { type ConfigFile, readConfigFile, resolveSettings } from './settings.ts'
import { toUsageFailure } from './usage-error.ts'

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

/** A line of stdin, or its end, or a signal. */
function readLine(signal: AbortSignal): Promise<void> {
  const { stdin } = process
  const events = ['data', 'end', 'close']
  return new Promise((resolve) => {
    const end = () => {
      for (const event of events) stdin.off(event, end)
      signal.removeEventListener('abort', end)
      stdin.pause()
      resolve()
    }
    if (signal.aborted || stdin.readableEnded) return resolve()
    for (const event of events) stdin.on(event, end)
    signal.addEventListener('abort', end)
    stdin.resume()
  })
}

/** The configuration file, or why it cannot be used: help and version are to be had in spite of a broken one. */
function tryConfigFile(home: Home): { readonly config?: ConfigFile | undefined; readonly failure?: unknown } {
  try {
    return { config: readConfigFile({ cwd: process.cwd(), clone: home.clone }) }
  } catch (failure) {
    return { failure }
  }
}

/** The command that these words name, as far as they name one. */
function commandOf(program: Command, argv: readonly string[]): Command {
  return argv.reduce<Command>(
    (command, word) => command.commands.find((each) => each.name() === word) ?? command,
    program,
  )
}

/** `msctl users get` */
function nameOf(command: Command): string {
  return command.parent === null ? command.name() : `${nameOf(command.parent)} ${command.name()}`
}

/** Runs msctl, and ends the process. */
export async function main(argv: readonly string[], env: NodeJS.ProcessEnv): Promise<never> {
  process.exit(await run(argv, env))
}

async function run(argv: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const controller = new AbortController()
  const { signal } = controller
  let leave = (): void => process.exit(process.exitCode ?? EXIT.done)
  endQuietlyWithoutReaders(() => leave())
  listenForSignals(controller)
  const home = findHome({ programDir: import.meta.dirname, cwd: process.cwd(), env })
  const { config, failure } = tryConfigFile(home)
  const language = chooseLanguage(languageFlag(argv), env, config?.values.lang)
  const messages = await loadMessages(language)
  const errors = describeTerminal(process.stderr, env)
  let verbose = argv.includes('-v') || argv.includes('--verbose')
  let exitCode: number = EXIT.done

  const execute: Execute = async (load, options, globals) => {
    const quiet = globals.quiet ?? false
    verbose = globals.verbose ?? false
    const writeError = (text: string) => process.stderr.write(text)
    const progress = createProgress({ write: writeError, terminal: errors, messages, quiet, verbose })
    if (failure !== undefined) throw failure
    const settings = resolveSettings({ url: globals.url, lang: globals.lang }, env, config)
    const rendering = {
      messages,
      terminal: describeTerminal(process.stdout, env),
      quiet,
      now: Date.now(),
      self: env.MSCTL_SELF ?? 'msctl',
    }
    const context: Context = {
      home,
      env,
      command: `msctl ${argv.join(' ')}`,
      settings,
      url: settings.url?.value,
      language,
      loadDrivers: () => import('@msctl/platform/choose-platform'),
      readInput: () => readInput(signal),
      readLine: () => readLine(signal),
      rendering,
      signal,
      onEvent: progress.event,
    }
    try {
      const run = { json: globals.json ?? false, quiet, context, rendering, beforeResult: progress.end }
      const module = await load()
      if (module.goesOnUnread === true) leave = () => undefined
      if (module.finishesAnyway === true) leave = () => controller.abort(new Failure('interrupted', {}))
      exitCode = await runCommand(module, options, { ...run, sinks: { out: write, err: writeError } })
    } finally {
      progress.end()
    }
  }

  const program = createProgram({ messages, version: manifest.version, execute })
  const command = commandOf(program, argv)
  process.once('beforeExit', () => {
    // Nothing is left that could end what we wait for; Node would leave without a word, and with 0.
    const stuck = new Error('Nothing is left to wait for, and there is no result')
    process.exit(explain(stuck, { messages, command, verbose, signal }))
  })
  const parse = (words: readonly string[]) => program.parseAsync(words, { from: 'user' })
  try {
    await parse(argv).catch((error: unknown) => {
      // msctl alone: on a terminal the dashboard, otherwise the help.
      if (command !== program || !asksForNothing(error) || !isAtTerminal(env)) throw error
      return parse([...argv, 'dashboard'])
    })
    return exitCode
  } catch (error) {
    return explain(error, { messages, command, verbose, signal })
  }
}

/** Whether the command line ends where a command was to come. */
function asksForNothing(error: unknown): boolean {
  return error instanceof CommanderError && error.code === 'commander.help'
}

/** Whether somebody sits there who can be shown a screen, and can press keys. */
function isAtTerminal(env: NodeJS.ProcessEnv): boolean {
  return describeTerminal(process.stdout, env).isLive && process.stdin.isTTY
}

interface Circumstances {
  readonly messages: Messages
  readonly command: Command
  readonly verbose: boolean
  readonly signal: AbortSignal
}

function explain(error: unknown, { messages, command, verbose, signal }: Circumstances): number {
  if (error instanceof CommanderError && error.exitCode === 0) return EXIT.done // help or version
  if (asksForNothing(error)) {
    // `msctl users` alone: what can be done with them.
    command.outputHelp()
    return EXIT.done
  }
  const failure = error instanceof CommanderError ? toUsageFailure(error, messages, nameOf(command)) : error
  const terminal = describeTerminal(process.stderr, process.env)
  process.stderr.write(`${renderError(failure, { messages, terminal, verbose })}\n`)
  if (signal.aborted) return Number(process.exitCode ?? EXIT.interrupted)
  return exitCodeOf(failure)
}
