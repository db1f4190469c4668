import type { Text } from '@msctl/scenarios'
import type { Answer } from '../run/grader.ts'

/** How much of a body is shown in a sentence, in characters; the evidence has more of it. */
const SHOWN_BODY = 200

/** A row as an implementation answers with it. */
export type Row = Readonly<Record<string, unknown>>

export function isOk({ status }: Answer): boolean {
  return status !== null && status >= 200 && status < 300
}

/**
 * Whether a request was refused for what it says. Which 4xx, the assignment leaves open; one that says that there is no such
 * address, or method, or time, is no answer to what the request says.
 */
export function isRefused({ status }: Answer): boolean {
  return status !== null && status >= 400 && status < 500 && ![404, 405, 408, 429].includes(status)
}

/** The object in an answer's body. */
export function rowOf({ json }: Answer): Row | undefined {
  return isRow(json) ? json : undefined
}

/** The rows in a list's body: an array, or the only array in an object around it. */
export function rowsOf({ json }: Answer): readonly Row[] | undefined {
  const list: readonly unknown[] | undefined = Array.isArray(json)
    ? json
    : isRow(json)
      ? onlyArrayIn(json)
      : undefined
  return list?.every(isRow) ? list : undefined
}

/** The id in an answer's body, as `SERIAL` makes them. */
export function idOf(answer: Answer): number | undefined {
  const id = rowOf(answer)?.id
  return typeof id === 'number' && Number.isSafeInteger(id) && id > 0 ? id : undefined
}

/** Whether a row says what it should, whatever else it says. */
export function says(row: Row | undefined, fields: Row): boolean {
  return row !== undefined && Object.entries(fields).every(([name, value]) => isSame(name, row[name], value))
}

/**
 * What an implementation made of a body, by its own answer: so that what it got wrong there is held against it once, and not again by
 * every check that looks at the object later.
 */
export function asMade(body: Row, answer: Answer): Row {
  const row = rowOf(answer)
  const known = Object.keys(body).filter((name) => row?.[name] !== undefined)
  return row === undefined || known.length === 0
    ? body
    : Object.fromEntries(known.map((name) => [name, row[name]]))
}

/** Whether two times are the same, as far as that can be told: the zone and the fraction may be written or left out. */
export function isSameTime(one: unknown, other: unknown): boolean {
  if (one === other || one === undefined || other === undefined) return true
  const [first, second] = [one, other].map((time) =>
    typeof time === 'number' ? time : Date.parse(String(time)),
  )
  if (first === undefined || second === undefined || Number.isNaN(first + second)) return true
  const isExact = [one, other].every((time) => /\.\d/.test(String(time)))
  const unit = isExact ? 1 : 1000
  const differenceMs = Math.abs(Math.floor(first / unit) - Math.floor(second / unit)) * unit
  return differenceMs % QUARTER_MS === 0
}

/** Zones differ by whole quarters of an hour. */
const QUARTER_MS = 15 * 60_000

/** What was asked for, and what came of it: `GET /users/1 → 500 {"detail":"…"}`. */
export function told({ evidence, status, text, error }: Answer): Text {
  const call = evidence.type === 'exchange' ? `${evidence.method} ${evidence.path} ` : ''
  if (status === null)
    return { en: `${call}→ no answer (${error ?? '?'})`, ru: `${call}→ нет ответа (${error ?? '?'})` }
  const body = text.trim()
  return `${call}→ ${status} ${body.length > SHOWN_BODY ? `${body.slice(0, SHOWN_BODY)}…` : body}`.trim()
}

export function isRow(value: unknown): value is Row {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function onlyArrayIn(around: Row): readonly unknown[] | undefined {
  const arrays = Object.values(around).filter((value) => Array.isArray(value))
  return arrays.length === 1 ? arrays[0] : undefined
}

function isSame(name: string, actual: unknown, expected: unknown): boolean {
  if (name === 'amount') return isSameAmount(actual, Number(expected))
  if (name === 'email') return String(actual).toLowerCase() === String(expected).toLowerCase()
  return actual === expected
}

/** An amount may come as a number or, as some write decimals, as a string; a FLOAT may be a short one. */
function isSameAmount(actual: unknown, expected: number): boolean {
  if (typeof actual !== 'number' && (typeof actual !== 'string' || actual.trim() === '')) return false
  return Math.abs(Number(actual) - expected) <= Math.abs(expected) * 1e-6
}
