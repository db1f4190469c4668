import type { Language } from '@msctl/scenarios'
import { isFailure } from '../failure.ts'
import { explain, headings } from '../messages/explain.ts'
import { asCalled } from './as-called.ts'
import type { Terminal } from './terminal.ts'
import { wrap } from './text.ts'

/** What went wrong, in three lines; with `verbose`, where, too. */
export function renderError(
  error: unknown,
  {
    language,
    terminal,
    verbose,
    self = 'msctl',
  }: { language: Language; terminal: Terminal; verbose: boolean; self?: string | undefined },
): string {
  const message = error instanceof Error ? error.message : String(error)
  const words = explain(isFailure(error) ? error : { code: 'unexpected', facts: { message } }, language)
  const { what, why, next } = headings[language]
  const width = Math.max(what.length, why.length, next.length)
  const label = (text: string) => `${text}:`.padEnd(width + 1)
  // Elsewhere than before people, three lines are three lines.
  const fit = (text: string) => (terminal.isLive ? wrap(text, terminal.width, ' '.repeat(width + 2)) : text)
  return [
    `${terminal.red(terminal.bold(label(what)))} ${terminal.bold(fit(words.what))}`,
    `${terminal.dim(label(why))} ${fit(words.why)}`,
    `${terminal.dim(label(next))} ${fit(asCalled(words.next, self))}`,
    ...(verbose ? [terminal.dim(stackOf(error))] : []),
  ].join('\n')
}

/** The stack, and that of each cause. */
function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { stack = error.message, cause } = error
  return cause === undefined ? stack : `${stack}\nCaused by: ${stackOf(cause)}`
}
