import { inLanguage, type Language, runSheet, type ScenarioEvent, type Text } from '@msctl/scenarios'
import type { ServiceName } from '@msctl/sdk/contract'
import type { Recorder } from '../target/recorder.ts'
import type { GradingEvent } from './events.ts'
import { type CheckFinding, GradingError, TargetFailure } from './grader.ts'
import type { Judge } from './judge.ts'
import { missingNeed } from './needs.ts'
import type { Selected } from './select-checks.ts'
import type { Session } from './session.ts'
import { noticeOutages, type Run, type Tried, type Trouble, tryExperiment } from './try-experiment.ts'
import type { NamedCheck, Outcome } from './verdict.ts'

export interface ExperimentOptions {
  readonly session: Session
  readonly judge: Judge
  readonly recorder: Recorder
  readonly language: Language
  readonly resetSeconds: number
  /** Ended when the run is interrupted, or the target is lost. */
  readonly signal: AbortSignal
  readonly isInterrupted: () => boolean
  readonly onEvent: (event: GradingEvent) => void
}

/** Runs one experiment, as often as needed, and settles each of its checks. */
export async function runExperiment(
  selected: Selected,
  expectedMs: number,
  options: ExperimentOptions,
): Promise<void> {
  const { session, language, signal, isInterrupted, onEvent } = options
  const { experiment } = selected
  const open = settleUntried(selected, options)
  if (open.length === 0 || signal.aborted) return
  // What an experiment before this one has asked may have opened a circuit, which is nothing to this one.
  await session.awaitServices(experiment.uses)
  const { name, title } = experiment.sheet
  const told = { type: 'experiment', name, title: inLanguage(title, language), expectedMs } as const
  onEvent({ ...told, state: 'begun' })
  const tried = await tryExperiment({
    ids: open.map(({ id }) => id),
    ...{ isAboutOutages: experiment.isAboutOutages === true, signal, stalls: session.stalls },
    isWithoutServices:
      experiment.uses.length > 0 && !experiment.uses.some((service) => runs(session, service)),
    run: (because) => runOnce(selected, because, options),
    areBack: () => session.awaitServices(experiment.uses),
    paceMs: session.measureSlowestMs,
  })
  onEvent({ ...told, state: 'ended' })

  const { findings, failures } = tried.outcome
  for (const { phase, error } of failures)
    if (phase === 'clean-up') onEvent({ type: 'note', text: inLanguage(reasonOf(error), language) })
  const hasFailed = open.some(({ id }) => findings[id]?.held === false)
  const problem = hasFailed && !isInterrupted() ? await session.findProblem() : undefined
  for (const check of open) options.judge.settle(check, outcomeOf(check, tried, problem, options))
}

/** Whether a service is not known to be away: of a Compose project it was seen whether it had started. */
function runs({ grader: { compose } }: Session, service: ServiceName): boolean {
  const name = compose?.roles[service]
  return compose === undefined || compose.services.some((each) => each.name === name && each.isRunning)
}

/** Settles the checks for which something is missing. @returns the others. */
function settleUntried(
  { experiment, checks }: Selected,
  { session, judge }: ExperimentOptions,
): readonly NamedCheck[] {
  return checks.filter((check) => {
    const needs = [...experiment.needs, ...(check.needs ?? [])]
    const untried = missingNeed(needs, experiment.uses, session.reach)
    if (untried !== undefined) judge.settle(check, { by: 'nothing', ...untried })
    return untried === undefined
  })
}

async function runOnce(
  { experiment }: Selected,
  because: Trouble | undefined,
  options: ExperimentOptions,
): Promise<Run> {
  const { session, recorder, language, resetSeconds, signal, onEvent } = options
  const { sheet, needs } = experiment
  const title = inLanguage(sheet.title, language)
  const label = because === undefined ? title : inLanguage(AGAIN[because](title), language)
  if (because !== undefined) onEvent({ type: 'note', text: label })
  const at = recorder.at()
  const { request, sawOutage } = noticeOutages(session.grader.request)
  const outcome = await runSheet(sheet, {
    ...{ world: { ...session.grader, request }, language, signal, parameters: { resetSeconds } },
    onEvent: (moment: ScenarioEvent) => {
      if (moment.type === 'circuit') {
        const { service, status: state } = moment
        recorder.add({ type: 'circuit', at: recorder.at(), service, state })
      }
      onEvent({ type: 'moment', experiment: sheet.name, moment })
    },
  })
  recorder.add({ type: 'experiment', at, durationMs: recorder.at() - at, label })
  // One that can stop services does so itself: what it shows tells whether that was meant.
  return { outcome, sawOutage: sawOutage() && !needs.includes('control') }
}

/** @param problem what is wrong around the target. */
function outcomeOf(
  { id }: NamedCheck,
  { outcome, excuse }: Tried,
  problem: Text | undefined,
  { session, isInterrupted }: ExperimentOptions,
): Outcome {
  const error = (reason: Text): Outcome => ({ by: 'nothing', status: 'error', reason })
  const lost = session.lost()
  // What was found just before the target went is not to be relied on, either.
  if (lost !== undefined) return error(lost.reason)
  const finding = outcome.findings[id] as CheckFinding | undefined
  const reason = problem ?? excuse(id)
  if (finding !== undefined && (finding.held || reason === undefined)) return { by: 'finding', finding }
  if (reason !== undefined) return error(reason)
  if (isInterrupted()) return INTERRUPTED
  const failure = outcome.failures.find(({ phase }) => phase !== 'clean-up')?.error
  if (failure instanceof TargetFailure) {
    const { because } = failure
    return { by: 'nothing', status: 'fail', reason: failure.reason, ...(because !== id && { because }) }
  }
  return failure === undefined ? notReached(outcome.findings) : error(reasonOf(failure))
}

/** Why nothing came of what threw this. */
export function reasonOf(error: unknown): Text {
  if (error instanceof GradingError || error instanceof TargetFailure) return error.reason
  return error instanceof Error ? error.message : String(error)
}

export const INTERRUPTED: Outcome = {
  ...{ by: 'nothing', status: 'not-assessed' },
  reason: { en: 'The grading was ended before this check.', ru: 'Проверку прервали раньше.' },
}

/** An experiment ends before one of its checks when it cannot go on with what it saw: the check rests on those that failed. */
function notReached(findings: Tried['outcome']['findings']): Outcome {
  const restsOn = Object.entries(findings).flatMap(([id, { held }]) => (held ? [] : [id]))
  return { by: 'nothing', status: 'error', reason: NOT_REACHED, restsOn }
}

const NOT_REACHED: Text = {
  en: 'The experiment ended before this check.',
  ru: 'До этой проверки дело не дошло.',
}

const AGAIN: Readonly<Record<Trouble, (title: string) => Text>> = {
  outage: (title) => ({
    en: `${title}: tried again, because a service was unavailable`,
    ru: `${title}: повторяется, потому что сервис был недоступен`,
  }),
  stall: (title) => ({
    en: `${title}: tried again, because this machine stood still for a while`,
    ru: `${title}: повторяется, потому что эта машина на время замирала`,
  }),
}
