import { setTimeout as delay } from 'node:timers/promises'
import { inLanguage, type Language, runSheet, type ScenarioEvent, type Text } from '@msctl/scenarios'
import { SERVICES } from '@msctl/sdk/contract'
import { createWaiting } from '../target/await-services.ts'
import { openTargetDatabase } from '../target/database.ts'
import { createHttp, type Http } from '../target/http.ts'
import { measurePace } from '../target/pace.ts'
import { recordControl } from '../target/record-control.ts'
import { createRecorder } from '../target/recorder.ts'
import { openTargetRedis } from '../target/redis.ts'
import type { Target } from '../target/target.ts'
import { TargetNotReady } from '../target/target.ts'
import { seededRandom, uniqueText } from './chance.ts'
import { rememberCreated } from './created-objects.ts'
import type { GradingEvent } from './events.ts'
import { type CheckFinding, type Grader, GradingError, type Need } from './grader.ts'
import { introduce } from './introduce.ts'
import { createJudgement } from './judgement.ts'
import { leaveNothing } from './leave-nothing.ts'
import { missingNeed, type Reach } from './needs.ts'
import type { Advice, CheckResult, Report } from './report.ts'
import type { Rubric } from './rubric.ts'
import { expectedTotal, runSchedule } from './schedule.ts'
import type { Selected } from './select-checks.ts'
import { noticeOutages, type Trouble, tryExperiment } from './try-experiment.ts'
import type { NamedCheck, Settled } from './verdict.ts'
import { databasePulse, redisPulse, type VitalSigns, watchVitalSigns } from './vital-signs.ts'

export interface AttemptOptions {
  readonly target: Target
  readonly selection: readonly Selected[]
  readonly rubric: Rubric
  readonly language: Language
  readonly seed: number
  readonly resetSeconds: number
  readonly attempt: number
  readonly attempts: number
  readonly signal: AbortSignal
  readonly onEvent: (event: GradingEvent) => void
  readonly readyWithinMs: number
  readonly lostAfterMs: number
}

/** What one run of everything came to. */
export interface Attempt {
  readonly checks: readonly CheckResult[]
  readonly advice: readonly Advice[]
  readonly timeline: Report['timeline']
  readonly reach: readonly string[]
  /** Whether the target was lost on the way. */
  readonly isLost: boolean
}

const DEFAULT_EXPERIMENT_MS = 3_000
/** How long the gateway may take to answer again after a restart, in milliseconds. */
const BACK_WITHIN_MS = 60_000
/** What is about to go is gone after this, in milliseconds. */
const SETTLED_WAIT_MS = 400

/** Runs every experiment, and judges every check. @throws {TargetNotReady} */
export async function runAttempt(options: AttemptOptions): Promise<Attempt> {
  const { target, selection, rubric, language, seed, resetSeconds, onEvent, lostAfterMs } = options
  const words = (text: Text) => inLanguage(text, language)
  const recorder = createRecorder()
  // Ended by whoever asked for the grading, or by us when the target is lost.
  const ended = new AbortController()
  const signal = AbortSignal.any([options.signal, ended.signal])
  const http = createHttp({ url: target.url, recorder, signal, lostAfterMs })
  const redis = target.redis === undefined ? undefined : openTargetRedis(target.redis)
  const databases = Object.fromEntries(
    SERVICES.flatMap((service) => {
      const access = target.databases?.[service]
      return access === undefined ? [] : [[service, openTargetDatabase(service, access)]]
    }),
  )
  const created = rememberCreated()
  const random = seededRandom(seed)
  const unique = uniqueText(seed, Date.now())
  const close = () =>
    Promise.allSettled([
      http.close(),
      redis?.close(),
      ...Object.values(databases).map((each) => each.close()),
    ])

  const all = selection.flatMap(({ checks }) => checks)
  const { settle, conclude, results } = createJudgement({
    ...{ checks: all, rubric, language, url: target.url, onEvent },
  })
  const reachNames: string[] = ['http']
  let vitalSigns: VitalSigns | undefined
  try {
    if (!(await http.isAlive(options.readyWithinMs)))
      throw new TargetNotReady(target.url, options.readyWithinMs / 1000)
    const bookings = selection.map((selected) => ({
      selected,
      uses: selected.experiment.uses,
      expectedMs: selected.experiment.expectedMs?.(resetSeconds) ?? DEFAULT_EXPERIMENT_MS,
    }))
    onEvent({
      type: 'begin',
      ...{ url: target.url, checks: all.length, expectedMs: expectedTotal(bookings) },
      ...{ attempt: options.attempt, attempts: options.attempts },
    })

    try {
      const awaitServices = createWaiting(http, resetSeconds, signal)
      await awaitServices(SERVICES)
      const introduced = await introduce({
        ...{ request: http.request, redis, databases, unique, random, created },
        isOurs: target.isOurs ?? false,
      })
      const pace = await measurePace(http.request, { unique, created })
      const signs = watchVitalSigns([
        // Where it is asked by somebody in our place, that may take long by itself.
        ...(introduced.redis !== undefined && typeof target.redis === 'string'
          ? [redisPulse(introduced.redis)]
          : []),
        ...Object.values(introduced.databases).map(databasePulse),
      ])
      vitalSigns = signs
      const control =
        target.control === undefined
          ? undefined
          : recordControl(target.control, {
              recorder,
              duringRestart: (work) => signs.expectDown(() => comeBack(http, work)),
            })
      const { source, compose } = target
      const has = new Set<Need>(['http'])
      if (introduced.redis !== undefined) has.add('redis')
      if (Object.keys(introduced.databases).length > 0) has.add('db')
      if (control !== undefined) has.add('control')
      if (compose !== undefined) has.add('compose')
      if (source !== undefined) has.add('source')
      reachNames.splice(0, 1, ...has)
      const reach: Reach = {
        has,
        databases: new Set(SERVICES.filter((service) => introduced.databases[service] !== undefined)),
        absent: introduced.absent,
      }
      const grader: Grader = {
        ...{ request: http.request, redis: introduced.redis, databases: introduced.databases, control },
        ...{ source, compose, random, unique, pace, created },
        ...{ startUps: new Map(), staysClosedAtFour: new Map() },
      }

      await runSchedule(bookings, async ({ selected, expectedMs }) => {
        const { experiment } = selected
        const open: NamedCheck[] = []
        for (const check of selected.checks) {
          const absence = missingNeed([...experiment.needs, ...(check.needs ?? [])], experiment.uses, reach)
          if (absence === undefined) open.push(check)
          else settle(check, { by: 'obstacle', ...absence })
        }
        if (open.length === 0 || signal.aborted) return
        // What an experiment before this one has asked may have opened a circuit, which is nothing to this one.
        await awaitServices(experiment.uses)
        const { name, title } = experiment.sheet
        const note = { type: 'experiment', name, title: words(title), expectedMs } as const
        onEvent({ ...note, state: 'begun' })
        const run = async (because: Trouble | undefined) => {
          const label = because === undefined ? note.title : words(AGAIN[because](note.title))
          if (because !== undefined) onEvent({ type: 'note', text: label })
          const at = recorder.at()
          const { request, sawOutage } = noticeOutages(http.request)
          const outcome = await runSheet(experiment.sheet, {
            ...{ world: { ...grader, request }, language, signal, parameters: { resetSeconds } },
            onEvent: (moment: ScenarioEvent) => {
              if (moment.type === 'circuit')
                recorder.add({
                  type: 'circuit',
                  at: recorder.at(),
                  service: moment.service,
                  state: moment.status,
                })
              onEvent({ type: 'moment', experiment: name, moment })
            },
          })
          recorder.add({ type: 'experiment', at, durationMs: recorder.at() - at, label })
          // One that has control ends services itself: what it shows tells whether that was meant.
          return { outcome, sawOutage: sawOutage() && !experiment.needs.includes('control') }
        }
        const { outcome, excuse } = await tryExperiment({
          ...{ ids: open.map(({ id }) => id), isAboutOutages: experiment.isAboutOutages === true, signal },
          ...{ vitalSigns: signs, run, areBack: () => awaitServices(experiment.uses) },
          paceMs: async () => (await measurePace(http.request, { unique, created })).p99Ms,
        })
        onEvent({ ...note, state: 'ended' })

        for (const { phase, error } of outcome.failures)
          if (phase === 'clean-up') onEvent({ type: 'note', text: messageOf(error) })
        if (http.lost !== undefined) ended.abort(http.lost)
        const failure = outcome.failures.find(({ phase }) => phase !== 'clean-up')?.error
        const hasFailed = open.some(({ id }) => outcome.findings[id]?.held === false)
        const ill =
          hasFailed && !options.signal.aborted ? await illness(http, grader, lostAfterMs) : undefined
        for (const check of open) {
          const finding = outcome.findings[check.id] as CheckFinding | undefined
          const reason = ill ?? excuse(check.id)
          // What was found just before the target went is not to be relied on, either.
          if (http.lost !== undefined)
            settle(check, { by: 'obstacle', status: 'error', reason: http.lost.message })
          else if (finding !== undefined && (finding.held || reason === undefined))
            settle(check, { by: 'finding', finding })
          else if (reason !== undefined) settle(check, { by: 'obstacle', status: 'error', reason })
          else if (options.signal.aborted) settle(check, INTERRUPTED)
          else settle(check, { by: 'obstacle', status: 'error', reason: messageOf(failure ?? NEVER_COME_TO) })
        }
      })
    } catch (error) {
      if (options.signal.aborted) conclude(INTERRUPTED)
      else conclude({ by: 'obstacle', status: 'error', reason: messageOf(error) })
    }
    if (http.lost !== undefined) conclude({ by: 'obstacle', status: 'error', reason: http.lost.message })
    conclude(INTERRUPTED)

    if (target.isDisposable !== true && http.lost === undefined) {
      const awaitServices = createWaiting(http, resetSeconds, signal)
      const left = await leaveNothing(created, { http, signal, areBack: () => awaitServices(SERVICES) })
      if (left !== undefined) onEvent({ type: 'note', text: words(left) })
    }
  } finally {
    vitalSigns?.stop()
    await close()
  }
  return {
    ...results(),
    timeline: [...recorder.timeline],
    reach: reachNames,
    isLost: http.lost !== undefined,
  }
}

const INTERRUPTED: Settled = {
  by: 'obstacle',
  status: 'not-assessed',
  reason: { en: 'The grading was ended before.', ru: 'Проверку прервали раньше.' },
}

const NEVER_COME_TO = new Error('It was never come to.')

const AGAIN: Readonly<Record<Trouble, (title: string) => Text>> = {
  'out-of-reach': (title) => ({
    en: `${title}: tried again, as a service was out of reach meanwhile`,
    ru: `${title}: повторяется, так как сервис временно был недоступен`,
  }),
  'held-up': (title) => ({
    en: `${title}: tried again, as this machine held things up meanwhile`,
    ru: `${title}: повторяется, так как эта машина временно замирала`,
  }),
}

/** Takes everything down and up, and waits until the gateway answers again. */
async function comeBack<T>(http: Http, work: () => Promise<T>): Promise<T> {
  return http.expectDown(async () => {
    const done = await work()
    if (await http.isAlive(BACK_WITHIN_MS)) return done
    throw new GradingError(
      'control',
      `The gateway did not answer within ${BACK_WITHIN_MS / 1000} s after \`restart\`.`,
    )
  })
}

/** What is wrong with the target's surroundings, so that nothing can be held against it now. */
async function illness(
  http: Http,
  { redis, databases }: Grader,
  withinMs: number,
): Promise<Text | undefined> {
  await delay(SETTLED_WAIT_MS)
  if (http.lost !== undefined) return http.lost.message
  if (!(await http.isAlive(withinMs)))
    return { en: 'The target stopped answering.', ru: 'Система перестала отвечать.' }
  try {
    await redis?.ask('PING')
    for (const database of Object.values(databases)) await database.query('SELECT 1')
  } catch (error) {
    if (error instanceof GradingError) return error.message
    throw error
  }
  return undefined
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
