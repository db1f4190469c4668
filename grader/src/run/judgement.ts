import { inLanguage, type Language, type Text } from '@msctl/scenarios'
import type { GradingEvent } from './events.ts'
import type { CheckFinding } from './grader.ts'
import type { Advice, CheckResult } from './report.ts'
import { reproScript } from './repro.ts'
import { pointsOf, type Rubric } from './rubric.ts'
import { judgeCheck, type NamedCheck, type Settled, type Verdict } from './verdict.ts'

export interface JudgementOptions {
  /** In the order in which they are to be reported. */
  readonly checks: readonly NamedCheck[]
  readonly rubric: Rubric
  readonly language: Language
  /** Of what is graded: the reproduction scripts ask it. */
  readonly url: string
  readonly onEvent: (event: GradingEvent) => void
}

/** The verdicts of one run: each check is settled once, in any order, and judged as soon as those it depends on are. */
export interface Judgement {
  /** Notes what came of a check, and tells each verdict that can be given now. */
  settle(check: NamedCheck, how: Settled): void
  /** Settles whatever is still open, and judges it even where something that it depends on never was. */
  conclude(how: Settled): void
  /** What was judged, in the order of the checks. */
  results(): { readonly checks: readonly CheckResult[]; readonly advice: readonly Advice[] }
}

export function createJudgement({ checks, rubric, language, url, onEvent }: JudgementOptions): Judgement {
  const words = (text: Text) => inLanguage(text, language)
  const byId = new Map(checks.map((check) => [check.id, check]))
  const settled = new Map<string, Settled>()
  const verdicts = new Map<string, Verdict>()
  const results = new Map<string, CheckResult>()
  const advice = new Map<string, Advice>()

  const report = (check: NamedCheck, verdict: Verdict, finding: CheckFinding | undefined) => {
    const { id, criterion, dependsOn = [] } = check
    const { status, reason, because } = verdict
    const title = words(check.title)
    const isOwnFailure = status === 'fail' && finding !== undefined && because === undefined
    const expected = finding === undefined ? title : words(finding.expected)
    const repro = isOwnFailure
      ? reproScript({ id, title, expected, url, lines: finding.repro, evidence: finding.evidence ?? [] })
      : undefined
    const shared = {
      ...{ id, title, status },
      ...(reason !== undefined && {
        cause: {
          expected,
          actual: words(reason),
          rationale: words(check.why),
          hint: status === 'fail' ? words(check.hint) : '',
        },
      }),
      ...(repro !== undefined && { repro }),
      evidence: [...(finding?.evidence ?? [])],
    }
    if (check.isAdvice === true) {
      advice.set(id, shared)
      onEvent({ type: 'advice', result: shared })
      return
    }
    const maxPoints = pointsOf(rubric, id)
    const points = status === 'pass' ? maxPoints : 0
    const result: CheckResult = {
      ...{ ...shared, criterion, maxPoints, points, dependsOn: [...dependsOn] },
      ...(because !== undefined && { because }),
    }
    results.set(id, result)
    onEvent({ type: 'check', result })
  }

  const judge = (evenIncomplete: boolean) => {
    for (let isNews = true; isNews; ) {
      isNews = false
      for (const check of checks) {
        const how = settled.get(check.id)
        if (how === undefined || verdicts.has(check.id)) continue
        const wanted = (check.dependsOn ?? []).flatMap((id) => byId.get(id) ?? [])
        if (!evenIncomplete && wanted.some(({ id }) => !verdicts.has(id))) continue
        const dependencies = wanted.flatMap(({ id, title }) => {
          const verdict = verdicts.get(id)
          return verdict === undefined ? [] : [{ id, title, status: verdict.status }]
        })
        const verdict = judgeCheck(how, dependencies)
        verdicts.set(check.id, verdict)
        isNews = true
        report(check, verdict, how.by === 'finding' ? how.finding : undefined)
      }
    }
  }

  return {
    settle: ({ id }, how) => {
      settled.set(id, how)
      judge(false)
    },
    conclude: (how) => {
      for (const { id } of checks) if (!settled.has(id)) settled.set(id, how)
      judge(true)
    },
    results: () => ({
      checks: checks.flatMap(({ id }) => results.get(id) ?? []),
      advice: checks.flatMap(({ id }) => advice.get(id) ?? []),
    }),
  }
}
