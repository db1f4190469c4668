import type { Text } from '@msctl/scenarios'
import type { Answer, CheckFinding } from '../run/grader.ts'
import type { Evidence } from '../run/report.ts'
import { told } from './answers.ts'

/** Something that is not as it should be, and the exchanges that show it. */
export interface Complaint {
  readonly what: Text
  readonly answers: readonly Answer[]
}

export const AS_EXPECTED: Text = { en: 'As expected.', ru: 'Как ожидалось.' }
/** How many exchanges stand for all of them in a report. */
const SHOWN_ANSWERS = 8

/** What is wrong: whatever is no complaint is not. */
export type Complaints = readonly (Complaint | false | undefined)[]

/** Complains of an answer: says what is wrong with it, and shows it. */
export function complain(wrong: Text, ...answers: readonly Answer[]): Complaint {
  return { what: join([wrong, ...answers.slice(0, 2).map(told)], ' '), answers }
}

/** What a verdict rests on, besides the exchanges of its complaints. */
interface Grounds {
  /** Shown where there is nothing to complain of. */
  readonly answers?: readonly Answer[]
  /** Shown in any case, before the exchanges. */
  readonly evidence?: readonly Evidence[] | undefined
  readonly repro?: readonly string[] | undefined
  /** Why it could not be judged, where there is nothing to complain of. */
  readonly undecided?: Text | undefined
  /** The check whose failure explains that it could not be judged, or what is complained of. */
  readonly restsOn?: string | undefined
}

/** Holds when there is nothing to complain of. */
export function judge(
  expected: Text,
  complaints: Complaints,
  { answers = [], evidence = [], repro, undecided, restsOn }: Grounds = {},
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
    evidence: [...evidence, ...shown.slice(0, SHOWN_ANSWERS).map((answer) => answer.evidence)],
    ...(repro === undefined ? {} : { repro }),
    ...(held && undecided !== undefined ? { undecided } : {}),
    ...(restsOn !== undefined && (!held || undecided !== undefined) ? { restsOn: [restsOn] } : {}),
  }
}

/** Several texts as one. */
export function join(texts: readonly Text[], separator: string): Text {
  const all = (language: 'en' | 'ru') =>
    texts.map((text) => (typeof text === 'string' ? text : text[language])).join(separator)
  return { en: all('en'), ru: all('ru') }
}
