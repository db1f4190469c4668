import { EXIT } from '@msctl/grader/exit'
import type { Action } from './command.ts'
import type { Context, RenderContext, Rendering } from './context.ts'
import { asCalled } from './print/as-called.ts'

/** Where results and hints go. */
export interface Sinks {
  /** Resolves when the stream can take more. */
  readonly out: (text: string) => Promise<void>
  readonly err: (text: string) => void
}

export interface RunOptions {
  readonly json: boolean
  /** Of an array that comes in chunks: an element a line, instead of one document. Default `false`. */
  readonly jsonl?: boolean | undefined
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
  action: Action<Options, Data>,
  options: Options,
  { json, jsonl = false, quiet, context, rendering, sinks, beforeResult }: RunOptions,
): Promise<number> {
  const isRedrawn = action.isRedrawn === true && rendering.terminal.isLive && !json
  let drawnLines = 0
  const print = async (data: Data, indent?: number) => {
    beforeResult()
    if (isRedrawn && drawnLines > 0) await sinks.out(`\u001b[${drawnLines}F\u001b[J`)
    const said = json
      ? { result: JSON.stringify(action.toJson?.(data) ?? data, null, indent) }
      : action.render(data, rendering)
    drawnLines = await printResult(said, { quiet, sinks, rendering })
  }

  const outcome = action.run(options, context)
  if (!isStream(outcome)) {
    const data = await outcome
    await print(data, 2)
    return action.exitCode?.(data, options) ?? EXIT.done
  }
  const printChunk =
    json && action.isArray === true ? (jsonl ? linePrinter : arrayPrinter)(sinks.out) : undefined
  let last: Data | undefined
  try {
    for await (const data of outcome) {
      last = data
      beforeResult()
      await (printChunk?.(action.toJson?.(data) ?? data) ?? print(data))
    }
    await printChunk?.()
  } catch (error) {
    if (!context.signal.aborted) throw error
  }
  if (context.signal.aborted) return EXIT.interrupted
  return (last !== undefined && action.exitCode?.(last, options)) || EXIT.done
}

/** Prints a result, and the hints unless there are to be none. @returns how many lines the result has. */
async function printResult(
  { result, hints }: Rendering,
  { quiet, sinks, rendering }: Pick<RunOptions, 'quiet' | 'sinks' | 'rendering'>,
): Promise<number> {
  if (result !== '') await sinks.out(`${result}\n`)
  if (hints !== undefined && !quiet) sinks.err(`\n${asCalled(hints, rendering.self)}\n`)
  return result.split('\n').length
}

function isStream<T>(value: Promise<T> | AsyncIterable<T>): value is AsyncIterable<T> {
  return Symbol.asyncIterator in value
}

/** Prints the elements of an array's chunks, one a line. */
function linePrinter(out: Sinks['out']): (chunk?: unknown) => Promise<void> {
  return (chunk = []) =>
    out((chunk as readonly unknown[]).map((element) => `${JSON.stringify(element)}\n`).join(''))
}

/** Prints chunks of an array as one document; without a chunk, its end. */
function arrayPrinter(out: Sinks['out']): (chunk?: unknown) => Promise<void> {
  let isEmpty = true
  return (chunk) => {
    if (chunk === undefined) return out(isEmpty ? '[]\n' : '\n]\n')
    const lines = (chunk as readonly unknown[]).map((element) => {
      const before = isEmpty ? '[\n' : ',\n'
      isEmpty = false
      return `${before}  ${JSON.stringify(element)}`
    })
    return out(lines.join(''))
  }
}
