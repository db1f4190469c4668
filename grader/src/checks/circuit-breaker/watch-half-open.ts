import { setTimeout as delay } from 'node:timers/promises'
import type { HeldTable } from '@msctl/scenarios/world'
import type { Answer } from '../../run/grader.ts'
import { isOk, rowsOf } from '../answers.ts'
import { type Complaint, complain } from '../judge.ts'
import { holdServiceTable } from '../locks.ts'
import { link } from '../resources.ts'
import { type Visit, visit } from '../service-power.ts'
import type { BreakerLab, Lane } from './lane.ts'
import { haveStumbled, stumbled } from './stumble.ts'
import { LATE, LOOK_EVERY } from './timing.ts'
import { NO_TABLE, NOT_HELD, PAST_TABLE, REFUSED_YET_SENT, SEVERAL } from './words.ts'

/**
 * Waits for the circuit to let something through. With a database, whatever reaches the service is held there: several requests are sent
 * at once, and those that got through are counted.
 *
 * @returns what got through; `undefined` when nothing did in time.
 */
export async function watchHalfOpen(
  lab: BreakerLab,
  lane: Lane,
  trial: Visit,
  resetMs: number,
): Promise<readonly Answer[] | undefined> {
  const { resource } = lane
  const database = lab.world.databases[resource.service]
  let table: HeldTable | undefined
  if (database !== undefined) {
    try {
      table = await holdServiceTable(lab, resource.service)
      if (table === undefined) lane.oneTrial = { complaints: [], undecided: NO_TABLE }
    } catch (error) {
      // Somebody else holds it, such as a session that was left open.
      lane.oneTrial = { complaints: [], undecided: lab.words(NOT_HELD) + (error as Error).message }
    }
  }
  const deadline = trial.answeredAt + resetMs * LATE
  try {
    for (;;) {
      const sentAt = performance.now()
      const passed = table === undefined ? await single(lab, lane) : await burst(lab, lane, table)
      if (passed !== undefined) return passed
      if (sentAt > deadline) return undefined
      await delay(resetMs * LOOK_EVERY, undefined, { signal: lab.signal })
    }
  } finally {
    await table?.release()
  }
}

/** Sent at once to a circuit that is to let one of them through. */
const BURST = 6
/** How long requests that reached the service are held there, for all of them to have come. */
const HOLD_MS = 250
const HOLD_PACES = 4

async function single(lab: BreakerLab, lane: Lane): Promise<readonly Answer[] | undefined> {
  const { answer, isServed } = await visit(lab, lane.resource, lane.id)
  if (isServed) return [answer]
  if (haveStumbled([answer], lane.refusalMs)) throw stumbled(lab, lane.resource)
  return undefined
}

/** Asks for a list several times at once while the table is held, and counts those that reach it. No list is cached. */
async function burst(lab: BreakerLab, lane: Lane, table: HeldTable): Promise<readonly Answer[] | undefined> {
  const { world, signal } = lab
  const { path, filter } = lane.resource
  const list = `${path}?${filter === undefined ? 'limit=1' : `${filter}=${link(world)}`}`
  let open = BURST
  const sent = Array.from({ length: BURST }, () =>
    world.request('GET', list).finally(() => {
      open--
    }),
  )
  const all = Promise.all(sent)
  // Whoever fails first must not do so unheard while the others are counted.
  all.catch(() => undefined)
  let most = 0
  let steadySince = performance.now()
  const holdMs = Math.max(HOLD_MS, HOLD_PACES * world.pace.medianMs)
  while (open > 0 && performance.now() - steadySince < holdMs) {
    const waitingNow = await table.waiting()
    if (waitingNow > most) {
      most = waitingNow
      steadySince = performance.now()
    }
    await delay(15, undefined, { signal })
  }
  if (most === 0) {
    const answers = await all
    const passed = answers.filter(isThrough)
    if (passed.length === 0) {
      if (haveStumbled(answers, lane.refusalMs)) throw stumbled(lab, lane.resource)
      return undefined
    }
    lane.oneTrial = { complaints: [], undecided: PAST_TABLE }
    return passed
  }
  await table.release()
  const answers = await all
  const passed = answers.filter(isThrough)
  if (most > passed.length && haveStumbled(answers, lane.refusalMs)) throw stumbled(lab, lane.resource)
  const { several, leaked } = judgeBurst(most, answers)
  lane.refusing?.push(...leaked)
  if (passed.length === 0) return undefined
  lane.oneTrial = { complaints: several }
  return passed
}

/**
 * What is wrong with a burst, of which some were held in the service. Who was held there and got an answer was let through; who was held
 * and refused was sent by an open circuit: its time may end in the midst of a burst.
 */
export function judgeBurst(
  held: number,
  answers: readonly Answer[],
): { readonly several: Complaint[]; readonly leaked: Complaint[] } {
  const passed = answers.filter(isThrough).length
  const through = Math.min(held, passed)
  // Of one that was held alone and failed nobody knows whether it was refused.
  const refused = held > 1 ? held - through : 0
  return {
    several: through > 1 ? [complain(SEVERAL(through, answers.length), ...answers.slice(0, 3))] : [],
    leaked:
      refused > 0
        ? [complain(REFUSED_YET_SENT(refused), ...answers.filter((answer) => !isThrough(answer)).slice(0, 1))]
        : [],
  }
}

/** Whether the service answered for a list: with one, or with a refusal of its own. */
const isThrough = (answer: Answer) =>
  answer.status !== null && answer.status < 500 && (!isOk(answer) || rowsOf(answer) !== undefined)
