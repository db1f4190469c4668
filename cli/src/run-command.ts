import type { CommandModule, Context, RenderContext } from './context.ts'
import { EXIT } from './failure.ts'

/** Where results and hints go. */
export interface Sinks {
  /** Resolves when the stream can take more. */
  readonly out: (text: string) => Promise<void>
  readonly err: (text: string) => void
}

export interface RunOptions {
  readonly json: boolean
  readonly quiet: boolean
  readonly context: Context
  readonly rendering: RenderContext
  readonly sinks: Sinks
  /** Called before the first result is printed. */
  readonly beforeResult: () => void
}

/**
 * Runs a command and prints what it returns: its data as JSON, or said to people. A stream is printed as it comes, and
 * its end by a signal is no error.
 *
 * @returns the exit code.
 */
export async function runCommand<Options, Data>(
  module: CommandModule<Options, Data>,
  options: Options,
  { json, quiet, context, rendering, sinks, beforeResult }: RunOptions,
): Promise<number> {
  const print = async (data: Data, indent?: number) => {
    beforeResult()
    if (json) return sinks.out(`${JSON.stringify(module.toJson?.(data) ?? data, null, indent)}\n`)
    const { result, hints } = module.render(data, rendering)
    await sinks.out(`${result}\n`)
    if (hints !== undefined && !quiet) sinks.err(`\n${hints}\n`)
  }

  const outcome = module.run(options, context)
  if (!isStream(outcome)) {
    const data = await outcome
    await print(data, 2)
    return module.exitCode?.(data, options) ?? EXIT.done
  }
  try {
    for await (const data of outcome) await print(data)
  } catch (error) {
    if (!context.signal.aborted) throw error
  }
  return context.signal.aborted ? EXIT.interrupted : EXIT.done
}

function isStream<T>(value: Promise<T> | AsyncIterable<T>): value is AsyncIterable<T> {
  return Symbol.asyncIterator in value
}
