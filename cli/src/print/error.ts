import type { Language } from '@msctl/scenarios'
import { isFailure } from '../failure.ts'
import { explain, headings, warning } from '../messages/explain.ts'
import { asCalled } from './as-called.ts'
import type { Terminal } from './terminal.ts'
import { wrap } from './text.ts'

/** What went wrong, as `--json` says it: one line, `{"error": …}` or `{"warning": …}`. */
export function toErrorJson(
  error: unknown,
  {
    language,
    verbose,
    self = 'msctl',
    kind = 'error',
  }: { language: Language; verbose: boolean; self?: string | undefined; kind?: 'error' | 'warning' },
): string {
  const { code, facts } = codedOf(error)
  const { what: message, why, next } = explain({ code, facts }, language)
  const requestId = requestIdOf(error)
  return JSON.stringify({
    [kind]: {
      ...{ code, message, why, next: asCalled(next, self) },
      ...(requestId !== undefined && { requestId }),
      ...(verbose && { stack: stackOf(error) }),
    },
  })
}

function codedOf(error: unknown): { readonly code: string; readonly facts: unknown } {
  if (isFailure(error)) return error
  return { code: 'unexpected', facts: { message: error instanceof Error ? error.message : String(error) } }
}

/** The id of the request that went wrong, where an answer named it. */
function requestIdOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  if ('requestId' in error && typeof error.requestId === 'string') return error.requestId
  return requestIdOf(error.cause)
}

/** What went wrong, in three lines; with `verbose`, where, too. */
export function renderError(
  error: unknown,
  {
    language,
    terminal,
    verbose,
    self = 'msctl',
    kind = 'error',
  }: {
    language: Language
    terminal: Terminal
    verbose: boolean
    self?: string | undefined
    kind?: 'error' | 'warning'
  },
): string {
  const words = explain(codedOf(error), language)
  const { why, next } = headings[language]
  const what = kind === 'error' ? headings[language].what : warning[language]
  const mark = kind === 'error' ? terminal.red : terminal.yellow
  const width = Math.max(what.length, why.length, next.length)
  const label = (text: string) => `${text}:`.padEnd(width + 1)
  // Elsewhere than before people, three lines are three lines.
  const fit = (text: string) => (terminal.isLive ? wrap(text, terminal.width, ' '.repeat(width + 2)) : text)
  return [
    `${mark(terminal.bold(label(what)))} ${terminal.bold(fit(words.what))}`,
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
