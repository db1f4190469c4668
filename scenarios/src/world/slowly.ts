import { setTimeout as delay } from 'node:timers/promises'
import type { DatabaseSession } from '@msctl/platform/database'
import type { ServiceName } from '@msctl/sdk'
import { holdTable } from './hold-table.ts'
import type { AnyLab } from './world.ts'

const LOOK_EVERY_MS = 5

/**
 * How long some work takes while each of these services needs so long for its answer, counted from when it is asked. Their tables are
 * locked for that long.
 *
 * @param sessions one for each service, to hold its table with.
 * @returns milliseconds.
 */
export async function timeSlowly(
  lab: AnyLab,
  {
    sessions,
    slowMs,
  }: { readonly sessions: Readonly<Partial<Record<ServiceName, DatabaseSession>>>; readonly slowMs: number },
  work: () => Promise<unknown>,
): Promise<number> {
  const services = Object.entries(sessions) as [ServiceName, DatabaseSession][]
  const holds = await Promise.all(services.map(([service, session]) => holdTable(lab, service, session)))
  let isDone = false
  const releasing = holds.map(async (hold) => {
    while (!isDone && (await hold.waiting()) === 0) await delay(LOOK_EVERY_MS)
    if (!isDone) await delay(slowMs)
    await hold.release()
  })
  const began = performance.now()
  try {
    await work()
    return performance.now() - began
  } finally {
    isDone = true
    await Promise.all(releasing)
  }
}
