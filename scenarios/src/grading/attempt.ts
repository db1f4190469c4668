import { setTimeout as delay } from 'node:timers/promises'
import { SERVICES, type ServiceName } from '@msctl/sdk/contract'
import { inLanguage, type Language, runSheet, type ScenarioEvent, type Text } from '../engine/index.ts'
import { seededRandom, uniqueText } from './chance.ts'
import { createControl } from './control.ts'
import { rememberCreated } from './created-objects.ts'
import { openDatabase } from './database-reach.ts'
import type { GradingEvent } from './events.ts'
import { type CheckFinding, type Grader, GradingError, type Need } from './grader.ts'
import { createHttp, type Http } from './http.ts'
import { introduce } from './introduce.ts'
import { missingNeed, type Reach } from './needs.ts'
import { measurePace } from './pace.ts'
import { createRecorder } from './recorder.ts'
import { openRedis } from './redis-reach.ts'
import type { Advice, CheckResult, Report } from './report.ts'
import { reproScript } from './repro.ts'
import { pointsOf, type Rubric } from './rubric.ts'
import { type Target, TargetNotReady } from './run-grading.ts'
import { expectedTotal, runSchedule } from './schedule.ts'
import type { Selected } from './select-checks.ts'
import { judgeCheck, type NamedCheck, type Settled, type Verdict } from './verdict.ts'

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
/** How long a vital sign may take, in milliseconds. */
const SETTLED_WAIT_MS = 400

/** An ordinary request that takes longer than this, in milliseconds, tells nothing but that its machine has too much to do. */
const TOO_SLOW_MS = 1_000

/** Runs every experiment, and judges every check. @throws {TargetNotReady} */
export async function runAttempt(options: AttemptOptions): Promise<Attempt> {
  const { target, selection, rubric, language, seed, resetSeconds, onEvent, lostAfterMs } = options
  const words = (text: Text) => inLanguage(text, language)
  const recorder = createRecorder()
  // Ended by whoever asked for the grading, or by us when the target is lost.
  const ended = new AbortController()
  const signal = AbortSignal.any([options.signal, ended.signal])
  const http = createHttp({ url: target.url, recorder, signal, lostAfterMs })
  const redis = target.redis === undefined ? undefined : openRedis(target.redis)
  const databases = Object.fromEntries(
    SERVICES.flatMap((service) => {
      const access = target.databases?.[service]
      return access === undefined ? [] : [[service, openDatabase(service, access)]]
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
  const byId = new Map(all.map((check) => [check.id, check]))
  const settled = new Map<string, Settled>()
  const verdicts = new Map<string, Verdict>()
  const checks: CheckResult[] = []
  const advice: Advice[] = []

  const settle = (check: NamedCheck, how: Settled) => {
    settled.set(check.id, how)
    conclude()
  }
  /** Gives a verdict on all checks that are settled and whose dependencies are judged. */
  const conclude = (evenIncomplete = false) => {
    for (let isNews = true; isNews; ) {
      isNews = false
      for (const check of all) {
        const how = settled.get(check.id)
        if (how === undefined || verdicts.has(check.id)) continue
        const wanted = (check.dependsOn ?? []).filter((id) => byId.has(id))
        if (!evenIncomplete && wanted.some((id) => !verdicts.has(id))) continue
        const dependencies = wanted.flatMap((id) => {
          const verdict = verdicts.get(id)
          return verdict === undefined
            ? []
            : [{ id, title: byId.get(id)?.title ?? id, status: verdict.status }]
        })
        const verdict = judgeCheck(how, dependencies)
        verdicts.set(check.id, verdict)
        isNews = true
        report(check, verdict, how.by === 'finding' ? how.finding : undefined)
      }
    }
  }

  const report = (check: NamedCheck, verdict: Verdict, finding: CheckFinding | undefined) => {
    const { id, criterion, dependsOn = [] } = check
    const { status, reason, because } = verdict
    const title = words(check.title)
    const isOwnFailure = status === 'fail' && finding !== undefined && because === undefined
    const expected = finding === undefined ? title : words(finding.expected)
    const repro = isOwnFailure
      ? reproScript({
          ...{ id, title, expected, url: target.url, lines: finding.repro },
          evidence: finding.evidence ?? [],
        })
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
      advice.push(shared)
      onEvent({ type: 'advice', result: shared })
      return
    }
    const maxPoints = pointsOf(rubric, id)
    const result: CheckResult = {
      ...{
        ...shared,
        criterion,
        maxPoints,
        points: status === 'pass' ? maxPoints : 0,
        dependsOn: [...dependsOn],
      },
      ...(because !== undefined && { because }),
    }
    checks.push(result)
    onEvent({ type: 'check', result })
  }

  const reachNames: string[] = ['http']
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

    /** Everything that is still open, when the grading itself comes to its end before that. */
    const giveUp = (how: Settled) => {
      for (const check of all) if (!settled.has(check.id)) settled.set(check.id, how)
      conclude(true)
    }

    try {
      const awaitServices = createWaiting(http, resetSeconds, signal)
      await awaitServices(SERVICES)
      const introduced = await introduce({
        ...{ request: http.request, redis, databases, unique, random, created },
        isOurs: target.isOurs ?? false,
      })
      const pace = await measurePace(http.request, { unique, created })
      const control =
        target.hands === undefined
          ? undefined
          : createControl({ hands: target.hands, recorder, duringRestart: (work) => comeBack(http, work) })
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
        ...{ source, compose, random, unique, pace, created, startUps: new Map() },
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
        const at = recorder.at()
        onEvent({ ...note, state: 'begun' })
        const runOnce = () =>
          runSheet(experiment.sheet, {
            ...{ world: grader, language, signal, parameters: { resetSeconds } },
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
        let outcome = await runOnce()
        recorder.add({ type: 'experiment', at, durationMs: recorder.at() - at, label: words(title) })
        let isTooSlow = false
        if (experiment.isAboutOutages !== true && !signal.aborted && showsOutage(outcome.findings)) {
          // A service that had too much to do for a moment is no mistake in it. One that cannot do it fails again.
          onEvent({ type: 'note', text: words(AGAIN(words(title))) })
          await awaitServices(experiment.uses)
          const again = recorder.at()
          outcome = await runOnce()
          recorder.add({
            ...{ type: 'experiment', at: again, durationMs: recorder.at() - again },
            label: words(AGAIN(words(title))),
          })
          isTooSlow =
            !signal.aborted &&
            showsOutage(outcome.findings) &&
            (await measurePace(http.request, { unique, created })).p99Ms > TOO_SLOW_MS
        }
        onEvent({ ...note, state: 'ended' })

        for (const { phase, error } of outcome.failures)
          if (phase === 'clean-up') onEvent({ type: 'note', text: messageOf(error) })
        if (http.lost !== undefined) ended.abort(http.lost)
        const failure = outcome.failures.find(({ phase }) => phase !== 'clean-up')?.error
        const hasFailed = open.some(({ id }) => outcome.findings[id]?.held === false)
        const ill =
          hasFailed && !options.signal.aborted
            ? isTooSlow
              ? TOO_SLOW
              : await illness(http, grader, lostAfterMs)
            : undefined
        for (const check of open) {
          const finding = outcome.findings[check.id] as CheckFinding | undefined
          // What was found just before the target went is not to be relied on, either.
          if (http.lost !== undefined)
            settle(check, { by: 'obstacle', status: 'error', reason: http.lost.message })
          else if (finding !== undefined && (finding.held || ill === undefined))
            settle(check, { by: 'finding', finding })
          else if (ill !== undefined) settle(check, { by: 'obstacle', status: 'error', reason: ill })
          else if (options.signal.aborted) settle(check, INTERRUPTED)
          else {
            const reason = failure ?? new Error('It was never come to.')
            settle(check, { by: 'obstacle', status: 'error', reason: messageOf(reason) })
          }
        }
      })
    } catch (error) {
      if (options.signal.aborted) giveUp(INTERRUPTED)
      else giveUp({ by: 'obstacle', status: 'error', reason: messageOf(error) })
    }
    if (http.lost !== undefined) giveUp({ by: 'obstacle', status: 'error', reason: http.lost.message })
    giveUp(INTERRUPTED)

    if (target.isDisposable !== true && http.lost === undefined) {
      for (const path of await leftovers(created, http)) {
        onEvent({
          type: 'note',
          text: words({ en: `Could not be deleted: ${path}`, ru: `Не удалось удалить: ${path}` }),
        })
      }
    }
  } finally {
    await close()
  }
  // As they stand in the rubric of the experiments, not as they came in.
  const order = new Map(all.map(({ id }, index) => [id, index]))
  const inOrder = <T extends { readonly id: string }>(list: T[]) =>
    list.sort((a, b) => (order.get(a.id) ?? 0) - (order.get(b.id) ?? 0))
  return {
    ...{
      checks: inOrder(checks),
      advice: inOrder(advice),
      timeline: [...recorder.timeline],
      reach: reachNames,
    },
    isLost: http.lost !== undefined,
  }
}

const INTERRUPTED: Settled = {
  by: 'obstacle',
  status: 'not-assessed',
  reason: { en: 'The grading was ended before.', ru: 'Проверку прервали раньше.' },
}

const AGAIN = (title: string): Text => ({
  en: `${title}: tried again, as a service was out of reach meanwhile`,
  ru: `${title}: повторяется, так как сервис временно был недоступен`,
})

const TOO_SLOW: Text = {
  en: `A service was out of reach, and ordinary requests take more than ${TOO_SLOW_MS / 1000} s: this machine has too much to do for anything to be held against it.`,
  ru: `Сервис был недоступен, а обычные запросы идут дольше ${TOO_SLOW_MS / 1000} с: машина слишком загружена, чтобы ставить это в вину.`,
}

/** What a gateway answers for a service that is out of reach, or too slow; or nothing at all. */
const OUTAGES: readonly (number | null)[] = [null, 502, 503, 504]

/** Whether something failed and a service was out of reach when it did. */
function showsOutage(findings: Readonly<Record<string, CheckFinding>>): boolean {
  return Object.values(findings).some(
    ({ held, evidence = [] }) =>
      !held && evidence.some((each) => each.type === 'exchange' && OUTAGES.includes(each.status)),
  )
}

/**
 * Makes what waits until no service is answered for with an error: it may just have been started, or a circuit may still be open from
 * somebody's visit. One that never gets well is for the checks to judge, and is waited for once only.
 */
function createWaiting(http: Http, resetSeconds: number, signal: AbortSignal) {
  const hopeless = new Set<ServiceName>()
  const awaitService = async (service: ServiceName) => {
    const deadline = performance.now() + resetSeconds * 1_300
    for (let pauseMs = 200; !hopeless.has(service); pauseMs = Math.min(2 * pauseMs, resetSeconds * 100)) {
      const { status } = await http.request('GET', `/${service}?limit=1`)
      if (status !== null && status < 500) return
      if (performance.now() > deadline) hopeless.add(service)
      else await delay(pauseMs, undefined, { signal })
    }
  }
  return async (services: readonly ServiceName[]) => {
    for (const service of services) await awaitService(service)
  }
}

/** Deletes what was created, and says what is left of it. */
async function leftovers(
  created: ReturnType<typeof rememberCreated>,
  http: Http,
): Promise<readonly string[]> {
  try {
    return await created.deleteAll(http.request)
  } catch (error) {
    if (error === http.lost) return [http.lost?.message ?? '']
    throw error
  }
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
    await redis?.command('PING')
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
