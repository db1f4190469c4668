import { inLanguage, runSheet, type Text } from '@msctl/scenarios'
import { SERVICES } from '@msctl/sdk/contract'
import type { Target, Unstarted } from '../target/target.ts'
import { buildReport } from './build-report.ts'
import { type CheckFinding, type Grader, GradingError, type Need } from './grader.ts'
import { missingNeed } from './needs.ts'
import type { Advice, CheckResult, CheckStatus, Report } from './report.ts'
import { pointsOf, STANDARD_RUBRIC } from './rubric.ts'
import type { GradingOptions } from './run-grading.ts'
import { selectChecks } from './select-checks.ts'
import type { NamedCheck } from './verdict.ts'

const STATIC: ReadonlySet<Need> = new Set(['compose', 'source'])

/**
 * The report on a target that was to be started and does not answer: what can be judged without it is judged, everything else that could
 * have been asked of it fails for that reason.
 */
export async function gradeUnstarted(
  options: GradingOptions & { readonly unstarted: Unstarted },
): Promise<Report> {
  const { target, rubric = STANDARD_RUBRIC, language = 'en', seed, given = [], only, skip, signal } = options
  const { unstarted, version, strict = false, onEvent = () => undefined } = options
  const words = (text: Text) => inLanguage(text, language)
  const startedAt = new Date()
  const selection = selectChecks(options.experiments, { only, skip })
  const has = wouldReach(target)
  const checks: CheckResult[] = []
  const advice: Advice[] = []
  onEvent({
    type: 'begin',
    ...{ url: target.url, checks: selection.flatMap((each) => each.checks).length, expectedMs: 0 },
    ...{ attempt: 1, attempts: 1 },
  })

  const conclude = (
    check: NamedCheck,
    status: CheckStatus,
    reason: Text | undefined,
    finding?: CheckFinding,
  ) => {
    const { id, criterion, dependsOn = [] } = check
    const because = finding === undefined && status === 'fail' ? unstarted.because : undefined
    const common = {
      ...{ id, title: words(check.title), status },
      ...(reason !== undefined && {
        cause: {
          expected: words(finding?.expected ?? check.title),
          actual: words(reason),
          rationale: words(check.why),
          hint: status === 'fail' ? words(check.hint) : '',
        },
      }),
      evidence: [...(finding?.evidence ?? (status === 'fail' ? unstarted.evidence : []))],
    }
    if (check.isAdvice === true) {
      advice.push(common)
      onEvent({ type: 'advice', result: common })
      return
    }
    const maxPoints = pointsOf(rubric, id)
    const result: CheckResult = {
      ...{ ...common, criterion, maxPoints, points: status === 'pass' ? maxPoints : 0 },
      dependsOn: [...dependsOn],
      ...(because !== undefined && { because }),
    }
    checks.push(result)
    onEvent({ type: 'check', result })
  }

  for (const { experiment, checks: wanted } of selection) {
    const absenceOf = (needs: readonly Need[]) =>
      missingNeed(needs, [], { has, databases: new Set(has.has('db') ? SERVICES : []), absent: {} })
    const isStatic = experiment.needs.every((need) => STATIC.has(need))
    if (isStatic && absenceOf(experiment.needs) === undefined) {
      const { findings, failures } = await runSheet(experiment.sheet, {
        ...{ world: withoutTarget(options), language, signal, onEvent: () => undefined },
      })
      for (const check of wanted) {
        const finding = findings[check.id] as CheckFinding | undefined
        const failure = failures[0]?.error
        if (finding === undefined)
          conclude(check, 'error', failure instanceof Error ? failure.message : String(failure))
        else if (finding.undecided !== undefined) conclude(check, 'not-assessed', finding.undecided)
        else
          conclude(check, finding.held ? 'pass' : 'fail', finding.held ? undefined : finding.actual, finding)
      }
      continue
    }
    for (const check of wanted) {
      const absence = absenceOf([...experiment.needs, ...(check.needs ?? [])])
      if (absence !== undefined) conclude(check, absence.status, absence.reason)
      else if (check.isAdvice === true) conclude(check, 'not-assessed', unstarted.reason)
      else conclude(check, 'fail', unstarted.reason)
    }
  }
  return buildReport({
    run: {
      ...{ seed, startedAt: startedAt.toISOString(), durationMs: Date.now() - startedAt.getTime() },
      target: {
        ...{ kind: target.kind, url: target.url, reach: [...has] },
        ...(target.name !== undefined && { name: target.name }),
      },
      ...{ attempts: 1, language, complete: !signal.aborted, msctl: version },
    },
    ...{ rubric, advice, timeline: [], isStrict: strict },
    checks: [...checks, ...given],
    isPart: only !== undefined || skip !== undefined,
  })
}

/** What could have been reached, had it been there: with a Compose project all of it. */
function wouldReach({ kind, redis, databases, control, source, compose }: Target): ReadonlySet<Need> {
  const isAll = kind === 'compose'
  const reached: readonly (readonly [Need, boolean])[] = [
    ['http', true],
    ['redis', isAll || redis !== undefined],
    ['db', isAll || databases !== undefined],
    ['control', isAll || control !== undefined],
    ['compose', compose !== undefined],
    ['source', source !== undefined],
  ]
  return new Set(reached.filter(([, isThere]) => isThere).map(([need]) => need))
}

/** What an experiment works with that needs no target. */
function withoutTarget({ target }: GradingOptions): Grader {
  const nothing = () => {
    throw new GradingError('target-lost', 'There is no target.')
  }
  return {
    ...{ request: nothing, redis: undefined, databases: {}, control: undefined },
    ...{ source: target.source, compose: target.compose, random: nothing, unique: nothing },
    pace: { medianMs: 0, p99Ms: 0 },
    created: { note: nothing, forget: nothing },
    startUps: new Map(),
    staysClosedAtFour: new Map(),
  }
}
