import { stripVTControlCharacters } from 'node:util'

const KEPT_LINES = 12
const LINE_CHARACTERS = 300
const ERROR =
  /\b(error|exception|traceback|fatal|panic|failed|failure|denied|cannot|can't|couldn't|invalid|not found|no such|unable)\b/i
/** The words of an error without the spaces around them, as in `ModuleNotFoundError` and `ERR!`. */
const ERROR_NAME = /[a-z](Error|Exception)\b|\bERR!/
/** What a Python traceback ends with. */
const RAISED = /^[\w.]+(Error|Exception|Exit|Interrupt|Warning)\b/

/** The lines of a log that say what went wrong: its first error and what follows, else its last lines. */
export function errorLines(log: readonly string[], kept = KEPT_LINES): string[] {
  const lines = log
    .map((line) => stripVTControlCharacters(line).trimEnd().slice(0, LINE_CHARACTERS))
    .filter((line) => line.trim() !== '')
  const first = lines.findIndex((line) => ERROR.test(line) || ERROR_NAME.test(line))
  if (first < 0) return lines.slice(-kept)
  const found = lines.slice(first, first + kept)
  if (!/^\s*traceback/i.test(found[0] ?? '')) return found
  // What was raised stands at the end of a traceback, which may be long.
  const raised = lines.findIndex((line, index) => index > first && RAISED.test(line.trim()))
  if (raised < 0 || raised < first + kept) return found
  return [...found.slice(0, 2), '…', ...lines.slice(raised - kept + 4, raised + 1)]
}

/** The one line of a log that says most: what was raised, else its first error, else its last line. */
export function decisiveLine(log: readonly string[]): string {
  const lines = errorLines(log)
  const isError = (line: string) => ERROR.test(line) || ERROR_NAME.test(line)
  const line = lines.find((each) => RAISED.test(each.trim())) ?? lines.find(isError) ?? lines.at(-1) ?? ''
  return line.trim()
}
