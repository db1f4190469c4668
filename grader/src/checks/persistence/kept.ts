import { setTimeout as delay } from 'node:timers/promises'
import type { Lab, Text } from '@msctl/scenarios'
import { type Answer, type Grader, GradingError } from '../../run/grader.ts'
import type { Evidence } from '../../run/report.ts'
import { type Row, says } from '../answers.ts'
import { type Complaint, complain, judge } from '../judge.ts'
import { create, look, type Stored } from '../objects.ts'
import { call, create as createLine, expected, holds, OTHER_SAMPLE, SAMPLE, SEED_LINE } from '../repro.ts'
import { ALL_RESOURCES, type Resource } from '../resources.ts'
import { controlOf, type ServiceControl } from '../service-control.ts'

/** An object as it was seen while all was well: by its id, in the list. What could not be seen there is not asked for later. */
export interface Seen {
  readonly id: number
  readonly byId: Row | undefined
  readonly inList: Row | undefined
}

/** What a service was given before everything went down. */
export interface Kept {
  readonly resource: Resource
  readonly edited: Seen
  /** Left as it was created. */
  readonly untouched: Seen
  /** One that was deleted, and seen to be gone. */
  readonly deletedId: number | undefined
  /** The ids of all three. */
  readonly looked: readonly number[]
}

export interface State {
  kept: readonly Kept[]
  control?: ServiceControl
  /** Whether a circuit did not stay closed at four failures, or showed something else. */
  hasOpenedEarly: boolean
}

export type PersistenceLab = Lab<Grader, State>

/** Creates three objects in each service, changes one and deletes one. */
export async function prepare(lab: PersistenceLab): Promise<void> {
  const kept = await Promise.all(ALL_RESOURCES.map((resource) => keepSome(lab, resource)))
  lab.state.kept = kept.filter((each) => each !== undefined)
}

async function keepSome(lab: PersistenceLab, resource: Resource): Promise<Kept | undefined> {
  const refused: Answer[] = []
  const make = () => create(lab, resource, undefined, (answer) => refused.push(answer))
  const [untouched, edited, gone] = [await make(), await make(), await make()]
  if (untouched === undefined || edited === undefined || gone === undefined) {
    settleNotCreated(lab, resource, refused)
    return undefined
  }
  const { path } = resource
  const [change] = resource.changes(lab.world)
  await lab.world.request('PUT', `${path}/${edited.id}`, { json: change })
  await lab.world.request('DELETE', `${path}/${gone.id}`)
  const fields = Object.keys({ ...edited.body, ...change })
  const looked = [untouched.id, edited.id, gone.id]
  const stored = await look(lab, resource, looked)
  // A payment that is still being processed may be decided meanwhile; what was set by PUT stays.
  const isSettled = (id: number) => id === edited.id || stored(id).byId?.status !== 'pending'
  const fieldsOf = (id: number) =>
    fields.filter((name) => isItsOwn(lab, resource, id) && (name !== 'status' || isSettled(id)))
  const seen = (id: number): Seen => ({
    id,
    byId: pick(stored(id).byId, fieldsOf(id)),
    inList: pick(stored(id).inList, fieldsOf(id)),
  })
  const isGone = stored(gone.id).answer.status === 404 && stored(gone.id).inList === undefined
  return {
    ...{ resource, edited: seen(edited.id), untouched: seen(untouched.id), looked },
    deletedId: isGone ? gone.id : undefined,
  }
}

/** Whether an id stands for one object: of one that was given out twice only that it is there can be asked. */
export function isItsOwn({ world }: PersistenceLab, { service }: Resource, id: number): boolean {
  return !world.created.wasReused(service, id)
}

/** What cannot be created cannot be kept. */
function settleNotCreated(
  lab: PersistenceLab,
  { service, path }: Resource,
  refused: readonly Answer[],
): void {
  const what: Text = {
    en: `POST ${path} created nothing that could be kept.`,
    ru: `POST ${path} не создал ничего, что можно сохранить.`,
  }
  const expectedText = { en: `POST ${path} creates an object.`, ru: `POST ${path} создаёт объект.` }
  const restsOn = `correctness.${service}.create`
  const finding = judge(expectedText, [complain(what, ...refused)], { restsOn })
  for (const name of ['survive-restart', 'acknowledged-writes'])
    lab.expect(`persistence.${service}.${name}`, finding)
}

/** Restarts everything, and sees that the gateway was away: a restart that did not happen shows nothing. */
export async function restart(lab: PersistenceLab): Promise<Evidence> {
  let isOver = false
  let wasAway = false
  const restarting = controlOf(lab.world)
    .restart()
    .finally(() => {
      isOver = true
    })
  const watching = (async () => {
    while (!isOver && !wasAway) {
      wasAway = (await lab.world.request('GET', '/health', { timeoutMs: 2_000 })).status === null
      await delay(20, undefined, { signal: lab.signal })
    }
  })()
  const [evidence] = await Promise.all([restarting, watching])
  if (!wasAway) throw new GradingError('fault-without-effect', NEVER_AWAY)
  return evidence
}

const NEVER_AWAY: Text = {
  en: 'The control said that everything was restarted, but the gateway was never away.',
  ru: 'Программа управления сообщила о перезапуске, но шлюз ни разу не пропадал.',
}

/** What is missing or other than it was, by id and in the list: a cache may still have what the database has lost. */
export function compare({ path }: Resource, seen: Seen, { byId, inList, answer }: Stored): Complaint[] {
  const { id } = seen
  if (seen.byId !== undefined && byId === undefined)
    return [complain({ en: `${path}/${id} is gone.`, ru: `${path}/${id} больше нет.` }, answer)]
  if (seen.byId !== undefined && !says(byId, seen.byId)) {
    const was = JSON.stringify(seen.byId)
    return [complain({ en: `${path}/${id} was ${was}.`, ru: `${path}/${id} был ${was}.` }, answer)]
  }
  if (seen.inList !== undefined && !says(inList, seen.inList)) {
    const was = JSON.stringify(seen.inList)
    return [
      complain({
        en: `GET ${path} showed ${was} and now shows ${JSON.stringify(inList) ?? 'nothing of it'}.`,
        ru: `GET ${path} показывал ${was}, а теперь ${JSON.stringify(inList) ?? 'ничего'}.`,
      }),
    ]
  }
  return []
}

/** Those of these fields that a row has. */
export function pick(row: Row | undefined, fields: readonly string[]): Row | undefined {
  return row && Object.fromEntries(Object.entries(row).filter(([name]) => fields.includes(name)))
}

/** For scripts, a change of each service, and for jq what shows it, and the rest of the object as it was. */
const CHANGE: Readonly<Record<Resource['service'], readonly [json: string, isIt: string]>> = {
  users: ['{"name": "Eve $N"}', '.name == "Eve $N" and .email == "a$N@example.com"'],
  orders: ['{"quantity": 7}', '.quantity == 7 and .product == "Lamp $N"'],
  payments: ['{"status": "pending"}', '.status == "pending" and .order_id == $N'],
}

/** Creates one and changes it, as `$EDITED`, and then creates another, as `$ID`. */
export const writeLines = ({ service, path }: Resource): readonly string[] => [
  SEED_LINE,
  createLine(path, SAMPLE[service].json, 'EDITED'),
  call('PUT', `${path}/$EDITED`, CHANGE[service][0]),
  createLine(path, OTHER_SAMPLE[service]),
]

/** Both are there, by their ids and in the list; a long list may have pages. */
export const readLines = ({ service, path }: Resource): readonly string[] => [
  `back ${path}`,
  call('GET', `${path}/$EDITED`),
  expected('as it was changed', holds(CHANGE[service][1])),
  call('GET', `${path}/$ID`),
  expected('as it was created', holds('.id == $ID')),
  call('GET', path),
  expected('both', holds('[.. | objects | .id] | length >= 50 or contains([$EDITED, $ID])')),
]
