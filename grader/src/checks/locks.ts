import { setTimeout as delay } from 'node:timers/promises'
import type { Lab } from '@msctl/scenarios'
import { type HeldTable, holdTable } from '@msctl/scenarios/world'
import type { ServiceName } from '@msctl/sdk/contract'
import type { Grader } from '../run/grader.ts'

/** Locks a service's table. `undefined` when its database is not given, or the table is not where the assignment puts it. */
export async function holdServiceTable(
  lab: Pick<Lab<Grader, unknown>, 'world' | 'cleanUp'>,
  service: ServiceName,
): Promise<HeldTable | undefined> {
  const [found] =
    (await lab.world.databases[service]?.query('SELECT to_regclass($1)::text AS name', [
      `public.${service}`,
    ])) ?? []
  return typeof found?.name === 'string' ? holdTable(lab, service) : undefined
}

/** What one look counts for at most, in milliseconds: one that takes longer shows that whatever is looked at may be held up, too. */
const LOOK_COUNTS_MS = 250

/** Looks again and again until it is so, or the time is over, in which what held up a look does not count. */
export async function comesTrue(
  signal: AbortSignal,
  withinMs: number,
  look: () => Promise<boolean>,
): Promise<boolean> {
  for (let spentMs = 0; ; ) {
    signal.throwIfAborted()
    const began = performance.now()
    if (await look()) return true
    if (spentMs >= withinMs) return false
    await delay(20, undefined, { signal })
    spentMs += Math.min(performance.now() - began, LOOK_COUNTS_MS)
  }
}
