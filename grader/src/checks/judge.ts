import type { Text } from '@msctl/scenarios'
import type { Answer, CheckFinding } from '../run/grader.ts'
import { told } from './answers.ts'

/** Something that is not as it should be, and the exchanges that show it. */
export interface Complaint {
  readonly what: Text
  readonly answers: readonly Answer[]
}

const AS_EXPECTED: Text = { en: 'Just that.', ru: 'Так и есть.' }
/** How many exchanges stand for all of them in a report. */
const SHOWN_ANSWERS = 8

/** Complains of an answer: says what is wrong with it, and shows it. */
export function complain(wrong: Text, ...answers: readonly Answer[]): Complaint {
  return { what: join([wrong, ...answers.slice(0, 2).map(told)], ' '), answers }
}

/** Holds when there is nothing to complain of. */
export function judge(
  expected: Text,
  complaints: readonly (Complaint | false | undefined)[],
  { answers = [], repro }: { answers?: readonly Answer[]; repro?: readonly string[] } = {},
): CheckFinding {
  const found = complaints.filter((complaint) => complaint !== false && complaint !== undefined)
  const held = found.length === 0
  const shown = held ? answers : [...new Set(found.flatMap((complaint) => complaint.answers))]
  return {
    held,
    expected,
    actual: held
      ? AS_EXPECTED
      : join(
          found.map(({ what }) => what),
          '\n',
        ),
    evidence: shown.slice(0, SHOWN_ANSWERS).map(({ evidence }) => evidence),
    ...(repro === undefined ? {} : { repro }),
  }
}

/** Several texts as one. */
export function join(texts: readonly Text[], separator: string): Text {
  const all = (language: 'en' | 'ru') =>
    texts.map((text) => (typeof text === 'string' ? text : text[language])).join(separator)
  return { en: all('en'), ru: all('ru') }
}
