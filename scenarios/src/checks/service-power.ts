import { setTimeout as delay } from 'node:timers/promises'
import type { ServiceName } from '@msctl/sdk/contract'
import type { Lab, Text } from '../engine/index.ts'
import { type Answer, type Control, type Evidence, type Grader, GradingError } from '../grading/index.ts'
import { isOk, rowOf } from './answers.ts'
import { readCircuit } from './circuit-breaker/shown-health.ts'
import type { Resource } from './resources.ts'

type AnyLab = Pick<Lab<Grader, unknown>, 'world' | 'signal' | 'cleanUp' | 'report' | 'words'>

/** How long a part that was stopped may still answer when nothing else is said, in milliseconds. */
const STOPPED_WITHIN_MS = 10_000
/** From one request to the next while a service comes back: few, as each that fails counts for the circuit. In milliseconds. */
const WAKING_PAUSES_MS = [300, 1_500, 5_000]
/** After these: a circuit may have opened meanwhile, and lets one through in each of its resets. */
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
  /** Waits until it should have come up, by how long it took the last time. */
  settle(resource: Resource): Promise<void>
  /** Waits until it answers, asking seldom. @throws {GradingError} `control` when it never does. */
  awaken(resource: Resource, id: number): Promise<Visit>
}

/** @throws {GradingError} `control` without hands. */
export function createPower(lab: AnyLab, stoppedWithinMs = STOPPED_WITHIN_MS): Power {
  const { world, signal } = lab
  const { startUpMs } = world
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

  /** Waits until a service was started so long ago. */
  const waitSinceStart = async (service: ServiceName, ms: number) => {
    const leftMs = ms - (performance.now() - (startedAt.get(service) ?? 0))
    if (leftMs > 0) await delay(leftMs, undefined, { signal })
  }

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
    settle: ({ service }) => waitSinceStart(service, patienceFor(startUpMs.get(service) ?? 0)),
    async awaken(resource, id) {
      const { service } = resource
      const began = startedAt.get(service) ?? performance.now()
      const known = startUpMs.get(service)
      // Nothing is known of this one: it may take as long as the others.
      const guess = Math.max(0, ...startUpMs.values())
      const learn = (ms: number) => {
        if (startedAt.has(service)) startUpMs.set(service, Math.max(known ?? 0, ms))
      }
      await waitSinceStart(service, known === undefined ? guess : patienceFor(known))
      const [firstPause = 0, ...otherPauses] = WAKING_PAUSES_MS
      const isGuessed = known === undefined && guess > 0
      const pauses = [isGuessed ? Math.min(firstPause, guess / 2) : firstPause, ...otherPauses]
      let isOpen = false
      let downMs = 0
      for (let attempt = 0; ; attempt++) {
        const seen = await visit(lab, resource, id)
        const sinceMs = seen.sentAt - began
        // That an object is gone is an answer, too.
        if (seen.answer.status !== null && seen.answer.status < 500) {
          // What a circuit that had opened took to close is not what the service took.
          learn(isOpen ? downMs : attempt > 0 ? sinceMs : (known ?? guess))
          return seen
        }
        if (sinceMs > AWAKE_WITHIN_MS)
          throw new GradingError('control', lab.words(notBack(service, seen.answer)))
        if (!isOpen) {
          downMs = sinceMs
          const { state } = await readCircuit(lab, service)
          isOpen = state === 'OPEN' || state === 'HALF_OPEN'
        }
        await delay(pauses[attempt] ?? LATER_PAUSE_MS, undefined, { signal })
      }
    },
  }
}

/** How long to wait for a service: one that was there at once is as quick the next time; others may take a little longer. */
const patienceFor = (startUpMs: number) => (startUpMs < 100 ? 0 : startUpMs * 1.5)

/** The hands, which the experiments that need them have. */
export function controlOf({ control }: Grader): Control {
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
