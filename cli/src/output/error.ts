import { type Failure, isFailure } from '../failure.ts'
import type { Messages } from '../messages/index.ts'
import type { Terminal } from './terminal.ts'
import { wrap } from './wrap.ts'

/** What went wrong, in three lines; with `verbose`, where, too. */
export function renderError(
  error: unknown,
  options: { messages: Messages; terminal: Terminal; verbose: boolean },
): string {
  const { messages, terminal, verbose } = options
  const { what, why, next, unexpected, report } = messages.error
  const explain = messages.errors as Record<
    string,
    (facts: unknown) => { what: string; why: string; next: string }
  >
  const words = (isFailure(error) ? explain[error.code]?.(error.facts) : undefined) ?? {
    what: unexpected,
    why: error instanceof Error ? error.message : String(error),
    next: report,
  }
  const width = Math.max(what.length, why.length, next.length)
  const label = (text: string) => `${text}:`.padEnd(width + 1)
  // Elsewhere than before people, three lines are three lines.
  const fit = (text: string) => (terminal.isLive ? wrap(text, terminal.width, ' '.repeat(width + 2)) : text)
  return [
    `${terminal.red(terminal.bold(label(what)))} ${terminal.bold(fit(words.what))}`,
    `${terminal.dim(label(why))} ${fit(words.why)}`,
    `${terminal.dim(label(next))} ${fit(words.next)}`,
    ...(verbose ? [terminal.dim(stackOf(error))] : []),
  ].join('\n')
}

/** The stack, and that of each cause. */
function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { stack = error.message, cause } = error as Failure
  return cause === undefined ? stack : `${stack}\nCaused by: ${stackOf(cause)}`
}
