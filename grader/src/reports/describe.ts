import type { Advice, CheckResult, Evidence, Report } from '../run/report.ts'
import { percentOf, verdictOf } from './verdict.ts'
import { makeVisible, onOneLine, shorten } from './visible.ts'
import { type Words, wordsOf, writeNumber } from './words.ts'

/** How much of one text a report for people quotes; the JSON report has all that there is. */
const QUOTED = 2_000
/** How many pieces of evidence it quotes. */
const QUOTED_PIECES = 12
/** How long a heading, a cause and a script are at the most: the checks' own are far shorter, but they may quote a target. */
const LONGEST = { head: 240, cause: 3_000, repro: 20_000 }

type Explained = Pick<CheckResult | Advice, 'status' | 'cause' | 'repro' | 'evidence'>

/**
 * What was expected, what was seen, why it matters and a hint: labels and words, leaving out what is empty. Of what could not
 * be judged only what was in the way, and what to do about it.
 */
export function causeOf({ status, cause }: Explained, words: Words): readonly (readonly [string, string])[] {
  if (cause === undefined || status === 'pass') return []
  const labels = words.cause[status]
  const parts = (['expected', 'actual', 'rationale', 'hint'] as const).filter((part) => part in labels)
  return parts.flatMap((part) =>
    cause[part].trim() === ''
      ? []
      : [[labels[part] ?? '', shorten(makeVisible(cause[part]).trim(), LONGEST.cause, words.more)] as const],
  )
}

/** Checks that did not pass for the same reason. */
export interface SameReason {
  readonly reason: string
  readonly checks: readonly CheckResult[]
}

/** Each reason once: when the target is lost, it is lost for all that was still to come. */
export function groupByReason(checks: readonly CheckResult[]): readonly SameReason[] {
  const groups = new Map<string, CheckResult[]>()
  for (const check of checks) {
    const { actual = '', hint = '' } = check.cause ?? {}
    // Of what was not assessed, the reason says already how to give it.
    const reason = [actual, check.status === 'error' ? hint : ''].filter(Boolean).join(' ')
    groups.set(reason, [...(groups.get(reason) ?? []), check])
  }
  return [...groups].map(([reason, group]) => ({
    reason: shorten(makeVisible(reason).trim(), LONGEST.cause, () => '…'),
    checks: group,
  }))
}

/** One line that says what was wrong, for places that have no more. */
export function summaryOf({ cause }: Explained): string {
  if (cause === undefined) return ''
  return heading(cause.actual || cause.expected || cause.hint)
}

/** All that is known of a check, as plain text. */
export function explainInText(check: Explained, words: Words): string {
  const cause = causeOf(check, words).map(([label, text]) => `${label}: ${text}`)
  const shown = check.evidence.slice(0, QUOTED_PIECES).map((piece) => describeEvidence(piece, words))
  const left = check.evidence.length - shown.length
  if (left > 0) shown.push(words.moreChecks(left))
  const repro = reproOf(check, words)
  return [
    ...cause,
    ...(shown.length > 0 ? [`${words.evidence}:\n${indent(shown.join('\n'))}`] : []),
    ...(repro === '' ? [] : [`${words.repro}:\n${indent(repro)}`]),
  ].join('\n\n')
}

/** What a piece of evidence is about, in a line. */
export function headOfEvidence(piece: Evidence, words: Words): string {
  switch (piece.type) {
    case 'exchange':
      return heading(`${piece.method} ${piece.path} → ${piece.status ?? words.noAnswer}`)
    case 'redis':
      return heading(`redis> ${piece.command}`)
    case 'sql':
      return heading(`${piece.database}> ${piece.statement}`)
    case 'control':
      return heading(`${piece.command} → ${piece.ok ? words.done : words.notDone}`)
    case 'file':
      return heading(piece.path)
    case 'measurement':
      return heading(`${piece.label}: ${round(piece.value)} ${piece.unit}`)
  }
}

/** A text as a heading: one line, and not too long. */
export function heading(text: string): string {
  return shorten(onOneLine(text), LONGEST.head, () => '…')
}

/** The script that shows a failure, fit to be read and still fit to be run. */
export function reproOf({ repro = '' }: Pick<Explained, 'repro'>, words: Words): string {
  return shorten(makeVisible(repro).trimEnd(), LONGEST.repro, words.more)
}

/** What was sent or said, and what came back: labelled texts, the empty ones left out. */
export function bodyOfEvidence(piece: Evidence, words: Words, limit = QUOTED): readonly [string, string][] {
  const texts = ((): [string, string | undefined][] => {
    switch (piece.type) {
      case 'exchange':
        return [
          [
            words.request,
            [headerLines(piece.requestHeaders), piece.requestBody ?? ''].filter(Boolean).join('\n\n'),
          ],
          [words.answer, [headerLines(piece.headers), piece.body ?? ''].filter(Boolean).join('\n\n')],
          [words.noAnswer, piece.error],
        ]
      case 'redis':
      case 'sql':
        return [[words.answer, piece.answer]]
      case 'control':
        return [[words.answer, piece.output]]
      case 'file':
        return [['', piece.text]]
      case 'measurement':
        return []
    }
  })()
  return texts.flatMap(([label, text]) =>
    text === undefined || text === ''
      ? []
      : [[label, shorten(makeVisible(text), limit, words.more)] as [string, string]],
  )
}

/** A piece of evidence as a few lines of text. */
function describeEvidence(piece: Evidence, words: Words): string {
  const bodies = bodyOfEvidence(piece, words, 400).map(([label, text]) =>
    indent(label === '' ? text : `${label}: ${text}`),
  )
  return [headOfEvidence(piece, words), ...bodies].join('\n')
}

/** `86 of 90 points (95.5 % of what could be judged). 90 of 100 points could be judged.` */
export function describeScore(report: Report): string {
  const words = wordsOf(report)
  const percent = writeNumber(percentOf(report), report.run.language)
  const { score, assessable, maxScore } = report
  return `${words.points(score, assessable)} (${words.ofAssessable(percent)}). ${words.ofMax(assessable, maxScore)}`
}

/** What the verdict means. */
export function explainVerdict(report: Report): string {
  const { score, assessable, passMark, run } = report
  const words = wordsOf(report)
  const verdict = verdictOf(report)
  const isStrict = verdict === 'below' && score * 100 >= passMark * assessable
  return isStrict ? words.strict : words.verdictWhy[verdict](writeNumber(passMark, run.language))
}

/** What the report is about. */
export function nameOfTarget({ run: { target } }: Report): string {
  return heading(target.name || target.url)
}

function headerLines(headers: Readonly<Record<string, string>> = {}): string {
  return Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}`)
    .join('\n')
}

/** Figures are read, not computed with. */
const round = (value: number) => Number(value.toPrecision(4))

const indent = (text: string) => text.replace(/^(?=.)/gm, '  ')
