import type { ServiceName } from '@msctl/sdk'
import type { Fault } from '../engine/index.ts'
import type { AnyLab, World } from './world.ts'

/** How long a part may take to be ready, in milliseconds; containers take their time. */
const READY_WITHIN_MS = 120_000

/** The fault that a service is down. The gateway says when it is. */
export function stopped({ world }: AnyLab, service: ServiceName): Fault {
  return {
    title: { en: `Stop ${service}`, ru: `Остановить ${service}` },
    undo: { en: `Make sure that ${service} runs`, ru: `Убедиться, что ${service} работает` },
    apply: () => world.control.stop(service),
    isEffective: async () => !(await stateOf(world, service)).reachable,
    heal: async () => {
      if (!(await stateOf(world, service)).ready) await world.control.start(service)
    },
  }
}

/** Starts a service in the middle of a scenario, and waits until the gateway finds it ready. */
export async function startService(lab: AnyLab, service: ServiceName): Promise<void> {
  const action = lab.words({ en: `Start ${service} again`, ru: `Снова запустить ${service}` })
  const began = performance.now()
  lab.report({ type: 'fault', action, state: 'asked' })
  await lab.world.control.start(service)
  await lab.waitFor(
    { en: `${service} is ready`, ru: `${service} готов` },
    async () => ((await stateOf(lab.world, service)).ready ? true : undefined),
    { withinMs: READY_WITHIN_MS },
  )
  lab.report({ type: 'fault', action, state: 'verified', tookMs: performance.now() - began })
}

/** The fault that everything goes down and comes up again. The gateway's time of start shows that it did. */
export async function restarted({ world }: AnyLab): Promise<Fault> {
  const before = (await world.quietly.gateway.status()).started_at
  return {
    title: {
      en: 'Take the whole platform down and up again',
      ru: 'Остановить и снова запустить всю платформу',
    },
    undo: { en: 'Make sure that everything runs', ru: 'Убедиться, что всё работает' },
    apply: () => world.control.restart(),
    isEffective: async () => {
      const status = await world.quietly.gateway.status().catch(() => undefined)
      return status !== undefined && status.started_at !== before && isReady(status.services)
    },
    heal: async () => {
      const status = await world.quietly.gateway.status().catch(() => undefined)
      if (status === undefined || !isReady(status.services)) await world.control.up()
    },
    withinMs: READY_WITHIN_MS,
  }
}

const isReady = (services: Readonly<Record<ServiceName, { ready: boolean }>>) =>
  Object.values(services).every(({ ready }) => ready)

async function stateOf({ quietly }: World, service: ServiceName) {
  return (await quietly.gateway.status()).services[service]
}
