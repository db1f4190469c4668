import { inLanguage, type Language, type Text } from '@msctl/scenarios'
import type { GradingEvent } from './events.ts'
import type { Advice, CheckResult } from './report.ts'
import { reproScript } from './repro.ts'
import { pointsOf, type Rubric } from './rubric.ts'
import { judgeCheck, type NamedCheck, type Outcome, type Verdict } from './verdict.ts'

export interface JudgeOptions {
  /** In the order in which they are to be reported. */
  readonly checks: readonly NamedCheck[]
  readonly rubric: Rubric
  readonly language: Language
  /** Of what is graded: the reproduction scripts ask it. */
  readonly url: string
  readonly onEvent: (event: GradingEvent) => void
}

/** Gives the verdicts of one run: each check is settled once, in any order, and judged as soon as those it depends on are. */
export interface Judge {
  /** Notes what came of a check, and tells each verdict that can be given now. */
  settle(check: NamedCheck, outcome: Outcome): void
  /** Settles whatever is still open, and judges it even where something that it depends on is not settled. */
  settleRest(outcome: Outcome): void
  /** What was judged, in the order of the checks. */
  results(): { readonly checks: readonly CheckResult[]; readonly advice: readonly Advice[] }
}

export function createJudge(options: JudgeOptions): Judge {
  const { checks, onEvent } = options
  const byId = new Map(checks.map((check) => [check.id, check]))
  const outcomes = new Map<string, Outcome>()
  const verdicts = new Map<string, Verdict>()
  const results = new Map<string, CheckResult>()
  const advice = new Map<string, Advice>()

  const tell = (check: NamedCheck, verdict: Verdict, outcome: Outcome) => {
    if (check.isAdvice === true) {
      const result = adviceOf(check, verdict, outcome, options)
      advice.set(check.id, result)
      onEvent({ type: 'advice', result })
    } else {
      const result = resultOf(check, verdict, outcome, options)
      results.set(check.id, result)
      onEvent({ type: 'check', result })
    }
  }
  const judgeAll = (evenIncomplete: boolean) => {
    for (let isNews = true; isNews; ) {
      isNews = false
      for (const check of checks) {
        const outcome = outcomes.get(check.id)
        if (outcome === undefined || verdicts.has(check.id)) continue
        const { restsOn = [] } = outcome.by === 'finding' ? outcome.finding : outcome
        const wanted = [...(check.dependsOn ?? []), ...restsOn].flatMap((id) => byId.get(id) ?? [])
        if (!evenIncomplete && wanted.some(({ id }) => !verdicts.has(id))) continue
        const dependencies = wanted.flatMap(({ id }) => {
          const verdict = verdicts.get(id)
          return verdict === undefined ? [] : [{ id, status: verdict.status }]
        })
        const verdict = judgeCheck(outcome, dependencies)
        verdicts.set(check.id, verdict)
        isNews = true
        tell(check, verdict, outcome)
      }
    }
  }
  return {
    settle: ({ id }, outcome) => {
      outcomes.set(id, outcome)
      judgeAll(false)
    },
    settleRest: (outcome) => {
      for (const { id } of checks) if (!outcomes.has(id)) outcomes.set(id, outcome)
      judgeAll(true)
    },
    results: () => ({
      checks: checks.flatMap(({ id }) => results.get(id) ?? []),
      advice: checks.flatMap(({ id }) => advice.get(id) ?? []),
    }),
  }
}

type ResultOptions = Pick<JudgeOptions, 'rubric' | 'language' | 'url'>

function resultOf(
  check: NamedCheck,
  verdict: Verdict,
  outcome: Outcome,
  options: ResultOptions,
): CheckResult {
  const { id, criterion, dependsOn = [] } = check
  const maxPoints = pointsOf(options.rubric, id)
  return {
    ...explain(check, verdict, outcome, options),
    ...{ criterion, maxPoints, points: verdict.status === 'pass' ? maxPoints : 0, dependsOn: [...dependsOn] },
    ...(verdict.because !== undefined && { because: verdict.because }),
  }
}

/** Nobody is advised because of what could not be tried. */
function adviceOf(check: NamedCheck, verdict: Verdict, outcome: Outcome, options: ResultOptions): Advice {
  const isUntried = verdict.status === 'fail' && outcome.by === 'nothing'
  return explain(check, isUntried ? { ...verdict, status: 'not-assessed' } : verdict, outcome, options)
}

/** What checks and advice have in common. */
function explain(
  check: NamedCheck,
  { status, reason, because }: Verdict,
  outcome: Outcome,
  { language, url }: ResultOptions,
): Advice {
  const words = (text: Text) => inLanguage(text, language)
  const { id } = check
  const title = words(check.title)
  const finding = outcome.by === 'finding' ? outcome.finding : undefined
  const expected = finding === undefined ? title : words(finding.expected)
  const evidence = (outcome.by === 'finding' ? outcome.finding.evidence : outcome.evidence) ?? []
  const isOwnFailure = status === 'fail' && finding !== undefined && because === undefined
  const repro = isOwnFailure
    ? reproScript({ id, title, expected, url, lines: finding.repro, evidence })
    : undefined
  return {
    ...{ id, title, status },
    ...(reason !== undefined && {
      cause: {
        ...{ expected, actual: words(reason), rationale: words(check.why) },
        hint: status === 'fail' ? words(check.hint) : '',
      },
    }),
    ...(repro !== undefined && { repro }),
    evidence: [...evidence],
  }
}
