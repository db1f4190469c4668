import { setTimeout as delay } from 'node:timers/promises'
import type { Lab, Text } from '@msctl/scenarios'
import type { ServiceName } from '@msctl/sdk/contract'
import { type Answer, type Grader, GradingError, type RecordedControl } from '../run/grader.ts'
import type { Evidence } from '../run/report.ts'
import { isOk, rowOf } from './answers.ts'
import { readCircuit } from './circuit-breaker/shown-health.ts'
import type { Resource } from './resources.ts'
import { learned, looksAt, missedUntil, patienceFor } from './start-up.ts'

type AnyLab = Pick<Lab<Grader, unknown>, 'world' | 'signal' | 'cleanUp' | 'report' | 'words'>

/** How long a part that was stopped may still answer when nothing else is said, in milliseconds. */
const STOPPED_WITHIN_MS = 10_000
/** From one request to the next when a service takes long: a circuit may have opened meanwhile, and lets one through in each of its resets. */
const LATER_PAUSE_MS = 10_000
const AWAKE_WITHIN_MS = 90_000

/** What one request for an object showed. */
export interface Visit {
  readonly answer: Answer
  /** Whether the service itself answered: with an object. Which one it is, others check. */
  readonly isServed: boolean
  /** When it was sent and when it was answered, by `performance.now()`. */
  readonly sentAt: number
  readonly answeredAt: number
}

/** Asks for an object, so as to see whether its service is there. */
export async function visit(
  { world }: Pick<AnyLab, 'world'>,
  { path }: Resource,
  id: number,
): Promise<Visit> {
  const sentAt = performance.now()
  const answer = await world.request('GET', `${path}/${id}`)
  return {
    answer,
    isServed: isOk(answer) && rowOf(answer)?.id !== undefined,
    sentAt,
    answeredAt: performance.now(),
  }
}

/** The power switches of the services. What is off is switched on at the end of the run. */
export interface Power {
  /**
   * Stops a service, and sees that it is: by asking for an object until that fails.
   *
   * @returns that failure, which is the first that the circuit counts, and what the control said.
   * @throws {GradingError} `control`; `fault-without-effect` when the service still answers.
   */
  stop(
    resource: Resource,
    id: number,
    how?: 'stop' | 'kill',
  ): Promise<{ readonly first: Visit; readonly evidence: Evidence }>
  /** Stops it without looking: while its circuit is open there is nothing to see. */
  stopUnseen(resource: Resource): Promise<Evidence>
  /** Starts it, which it may need a while for. */
  start(resource: Resource): Promise<Evidence>
  /** Waits until it should have come up, by how long it, or another, took the last time. */
  settle(resource: Resource): Promise<void>
  /** Waits until it answers, asking seldom. @throws {GradingError} `control` when it never does. */
  awaken(resource: Resource, id: number): Promise<Visit>
}

/** @throws {GradingError} `control` where nothing can stop and start parts. */
export function createPower(lab: AnyLab, stoppedWithinMs = STOPPED_WITHIN_MS): Power {
  const { world, signal } = lab
  const { startUps } = world
  const control = controlOf(world)
  const off = new Set<ServiceName>()
  const noted = new Set<ServiceName>()
  const startedAt = new Map<ServiceName, number>()

  const tell = (action: string, state: 'asked' | 'verified' | 'healed') =>
    lab.report({ type: 'fault', action, state })

  const switchOff = async ({ service }: Resource, how: 'stop' | 'kill'): Promise<Evidence> => {
    if (!noted.has(service)) {
      noted.add(service)
      lab.cleanUp(startTitle(service), async () => {
        if (off.has(service)) await control.start(service)
        off.delete(service)
      })
    }
    off.add(service)
    tell(`${how} ${service}`, 'asked')
    return (how === 'kill' ? control.kill : undefined)?.call(control, service) ?? control.stop(service)
  }

  const waitUntil = async (time: number) => {
    const leftMs = time - performance.now()
    if (leftMs > 0) await delay(leftMs, undefined, { signal })
  }

  const last = () => [...startUps.values()].at(-1)

  return {
    async stop(resource, id, how = 'stop') {
      const evidence = await switchOff(resource, how)
      const deadline = performance.now() + stoppedWithinMs
      for (;;) {
        const first = await visit(lab, resource, id)
        if (!first.isServed) {
          tell(`${how} ${resource.service}`, 'verified')
          return { first, evidence }
        }
        if (performance.now() > deadline) {
          throw new GradingError('fault-without-effect', lab.words(stillThere(resource.service)))
        }
        await delay(200, undefined, { signal })
      }
    },
    stopUnseen: (resource) => switchOff(resource, 'stop'),
    async start({ service }) {
      const evidence = await control.start(service)
      off.delete(service)
      startedAt.set(service, performance.now())
      tell(`start ${service}`, 'healed')
      return evidence
    },
    settle: ({ service }) =>
      waitUntil((startedAt.get(service) ?? 0) + patienceFor(startUps.get(service) ?? last())),
    async awaken(resource, id) {
      const { service } = resource
      const own = startUps.get(service)
      const isOurStart = startedAt.has(service)
      const began = startedAt.get(service) ?? performance.now()
      const looks = isOurStart
        ? looksAt(own, last(), control.startsInBackground === true)
        : looksAt(undefined, undefined, false)
      await waitUntil(began + (looks[0] ?? 0))
      let isOpen = false
      let missMs: number | undefined
      for (let attempt = 1; ; attempt++) {
        const seen = await visit(lab, resource, id)
        const sinceMs = seen.sentAt - began
        // That an object is gone is an answer, too.
        if (seen.answer.status !== null && seen.answer.status < 500) {
          const known = isOpen ? missedUntil(own, missMs ?? 0) : learned(own ?? last(), missMs, sinceMs)
          if (isOurStart) {
            // What was learned last is to be the last one in it.
            startUps.delete(service)
            startUps.set(service, known)
          }
          return seen
        }
        if (sinceMs > AWAKE_WITHIN_MS)
          throw new GradingError('control', lab.words(notBack(service, seen.answer)))
        if (!isOpen) {
          missMs = sinceMs
          const { state } = await readCircuit(lab, service)
          isOpen = state === 'OPEN' || state === 'HALF_OPEN'
        }
        const [before = 0, next = before + LATER_PAUSE_MS] = looks.slice(attempt - 1, attempt + 1)
        await delay(next - before, undefined, { signal })
      }
    },
  }
}

/** The control, which the experiments that need one have. */
export function controlOf({ control }: Grader): RecordedControl {
  if (control === undefined) throw new GradingError('control', 'There is no control program.')
  return control
}

const startTitle = (service: ServiceName): Text => ({
  en: `Start ${service} again`,
  ru: `Снова запустить ${service}`,
})

const stillThere = (service: ServiceName): Text => ({
  en: `The control said that ${service} was stopped, but it still answers.`,
  ru: `Программа управления сообщила, что ${service} остановлен, но он всё ещё отвечает.`,
})

const notBack = (service: ServiceName, { status }: Answer): Text => ({
  en: `The control said that ${service} was started, but it does not answer (${status ?? 'no answer'}).`,
  ru: `Программа управления сообщила, что ${service} запущен, но он не отвечает (${status ?? 'нет ответа'}).`,
})
