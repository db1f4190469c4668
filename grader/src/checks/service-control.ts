import { setTimeout as delay } from 'node:timers/promises'
import type { Lab, Text } from '@msctl/scenarios'
import type { ServiceName } from '@msctl/sdk/contract'
import { type Answer, type Grader, GradingError, type RecordedControl, TargetFailure } from '../run/grader.ts'
import type { Evidence } from '../run/report.ts'
import { readCircuit } from './circuit-breaker/shown-circuit.ts'
import type { Resource } from './resources.ts'
import { type Probe, type Visit, visit } from './visits.ts'

type AnyLab = Pick<Lab<Grader, unknown>, 'world' | 'signal' | 'cleanUp' | 'report' | 'words'>

/** How long a service that was stopped may still answer when nothing else is said, in milliseconds. */
const STOPPED_WITHIN_MS = 10_000
/** From one request to the next when a service takes long: a circuit may have opened meanwhile, and lets one through in each of its resets. */
const LATER_PAUSE_MS = 10_000
const UP_WITHIN_MS = 90_000

/** Stops and starts services, and sees that it has happened. What is stopped is started at the end of the run. */
export interface ServiceControl {
  /**
   * Stops a service, and sees that it is: by asking for an object until that fails.
   *
   * @returns that failure, which is the first that the circuit counts, and what the control said.
   * @throws {GradingError} `control`; `fault-without-effect` when the service still answers.
   */
  stop(probe: Probe, how?: 'stop' | 'kill'): Promise<{ readonly first: Visit; readonly evidence: Evidence }>
  /** Stops it without looking: while its circuit is open there is nothing to see. */
  stopUnseen(resource: Resource): Promise<Evidence>
  /** Starts it, which it may need a while for. */
  start(resource: Resource): Promise<Evidence>
  /** Waits until it should have come up, by how long it, or another, took the last time. */
  waitOutStartUp(resource: Resource): Promise<void>
  /**
   * Waits until it answers, asking seldom.
   *
   * @throws when it never does: {TargetFailure} where we started it ourselves, {GradingError} `control` where a program says that it did.
   */
  waitUntilUp(probe: Probe): Promise<Visit>
}

/** @throws {GradingError} `control` when there is no control program. */
export function createServiceControl(lab: AnyLab, stoppedWithinMs = STOPPED_WITHIN_MS): ServiceControl {
  const { world, signal } = lab
  const { startUps } = world
  const control = controlOf(world)
  const stopped = new Set<ServiceName>()
  const noted = new Set<ServiceName>()
  const startedAt = new Map<ServiceName, number>()

  const tell = (action: string, state: 'asked' | 'verified' | 'healed') =>
    lab.report({ type: 'fault', action, state })

  const end = async ({ service }: Resource, how: 'stop' | 'kill'): Promise<Evidence> => {
    if (!noted.has(service)) {
      noted.add(service)
      lab.cleanUp(startTitle(service), async () => {
        if (stopped.has(service)) await control.start(service)
        stopped.delete(service)
      })
    }
    stopped.add(service)
    tell(`${how} ${service}`, 'asked')
    return (how === 'kill' ? control.kill : undefined)?.call(control, service) ?? control.stop(service)
  }

  const waitUntil = async (time: number) => {
    const leftMs = time - performance.now()
    if (leftMs > 0) await delay(leftMs, undefined, { signal })
  }

  return {
    async stop(probe, how = 'stop') {
      const { service } = probe.resource
      const evidence = await end(probe.resource, how)
      const deadline = performance.now() + stoppedWithinMs
      for (;;) {
        const first = await visit(lab, probe)
        if (!first.isServed) {
          tell(`${how} ${service}`, 'verified')
          return { first, evidence }
        }
        if (performance.now() > deadline) throw new GradingError('fault-without-effect', stillThere(service))
        await delay(200, undefined, { signal })
      }
    },
    stopUnseen: (resource) => end(resource, 'stop'),
    async start({ service }) {
      const evidence = await control.start(service)
      stopped.delete(service)
      startedAt.set(service, performance.now())
      tell(`start ${service}`, 'healed')
      return evidence
    },
    waitOutStartUp: ({ service }) => waitUntil((startedAt.get(service) ?? 0) + startUps.patienceMs(service)),
    async waitUntilUp(probe) {
      const { service } = probe.resource
      const isOurs = startedAt.has(service)
      const began = startedAt.get(service) ?? performance.now()
      const looks = startUps.looksMs(service, isOurs, control.startsInBackground === true)
      await waitUntil(began + (looks[0] ?? 0))
      let isOpen = false
      let missMs: number | undefined
      for (let attempt = 1; ; attempt++) {
        const seen = await visit(lab, probe)
        const sinceMs = seen.sentAt - began
        // That an object is gone is an answer, too.
        if (seen.answer.status !== null && seen.answer.status < 500) {
          if (isOurs) startUps.learn(service, missMs, isOpen ? undefined : sinceMs)
          return seen
        }
        if (sinceMs > UP_WITHIN_MS)
          throw world.isOurs
            ? new TargetFailure(didNotComeBack(service, seen.answer))
            : new GradingError('control', notBack(service, seen.answer))
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

/** The control program, which the experiments that need it have. */
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

const didNotComeBack = (service: ServiceName, { status }: Answer): Text => ({
  en: `${service} was started again, and was not answered for within ${UP_WITHIN_MS / 1000} s (${status ?? 'no answer'}).`,
  ru: `Сервис ${service} запущен снова, но за ${UP_WITHIN_MS / 1000} с ответа от него не было (${status ?? 'нет ответа'}).`,
})
