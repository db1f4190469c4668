import type { Text } from '@msctl/scenarios'
import type { Answer, Check } from '../../run/grader.ts'
import type { Evidence } from '../../run/report.ts'
import { isOk, rowOf } from '../answers.ts'
import { judgeFourShown } from '../circuit-breaker/health.ts'
import { failFourTimes } from '../circuit-breaker/opens-at-fifth.ts'
import { judge } from '../judge.ts'
import { create, look } from '../objects.ts'
import type { Resource } from '../resources.ts'
import { controlOf, type ServiceControl } from '../service-control.ts'
import type { Probe } from '../visits.ts'
import {
  compare,
  isItsOwn,
  type Kept,
  type PersistenceLab,
  pick,
  readLines,
  type Seen,
  writeLines,
} from './kept.ts'

export const acknowledgedWrites = ({ service, path }: Resource): Check => ({
  criterion: 'persistence',
  title: {
    en: `What ${path} has acknowledged survives when the service is ended at once`,
    ru: `Подтверждённое ${path} сохраняется, даже если сервис сразу остановить`,
  },
  why: {
    en: 'An answer is a promise: whoever gets it does not send the request again.',
    ru: 'Ответ — это обещание: получив его, никто не повторит запрос.',
  },
  hint: {
    en: 'Commit first and answer then. Write nothing later, in the background.',
    ru: 'Сначала commit, потом ответ. Ничего не откладывайте на фоновую запись.',
  },
  dependsOn: [`correctness.${service}.create`, `correctness.${service}.read`],
})

const AFTER_END: Text = {
  en: 'An object is created, another changed, and the service is ended right after its answers: both are stored.',
  ru: 'Один объект создан, другой изменён, и сервис остановлен сразу после ответов: оба сохранены.',
}

/** Ends each service right after it has acknowledged a POST and a PUT. */
export async function endEach(lab: PersistenceLab): Promise<void> {
  const { control, kept } = lab.state
  if (control === undefined) return
  for (const each of kept) {
    const { resource, untouched } = each
    const written = await writeTwo(lab, each)
    const ended = await endOnce(lab, control, { resource, id: untouched.id })
    const ids = written.map(({ id }) => id)
    const stored = await look(lab, resource, ids)
    const finding = judge(
      AFTER_END,
      written.flatMap((each) => compare(resource, each, stored(each.id))),
      { answers: ids.map((id) => stored(id).answer), evidence: [ended], repro: script(resource) },
    )
    lab.expect(`persistence.${resource.service}.acknowledged-writes`, finding)
  }
}

/** @returns what has to be there: what a service answers with is what it has promised. */
async function writeTwo(
  lab: PersistenceLab,
  { resource, edited, untouched }: Kept,
): Promise<readonly Seen[]> {
  const change = resource.changes(lab.world)[0] ?? {}
  const changed = await lab.world.request('PUT', `${resource.path}/${edited.id}`, { json: change })
  const made = await create(lab, resource)
  const promise = (id: number, answer: Answer, fields: readonly string[]): Seen => {
    const own = isItsOwn(lab, resource, id) ? fields : []
    const row = isOk(answer) ? pick(rowOf(answer), own) : undefined
    return { id, byId: untouched.byId && row, inList: untouched.inList && edited.inList && row }
  }
  return [
    ...(made === undefined ? [] : [promise(made.id, made.answer, Object.keys(made.body))]),
    promise(edited.id, changed, Object.keys(change)),
  ]
}

/**
 * Ends a service as a crash would, and starts it again. That costs the most of what it takes to see a circuit stay closed at four
 * failures, so this is seen here as well, as long as it goes well. @returns what the control said.
 */
async function endOnce(lab: PersistenceLab, control: ServiceControl, probe: Probe): Promise<Evidence> {
  const { startUps, closedAtFour } = lab.world
  const { state } = lab
  const how = controlOf(lab.world).kill === undefined ? 'stop' : 'kill'
  if (!startUps.isAnyKnown() || state.hasOpenedEarly) {
    const { evidence } = await control.stop(probe, how)
    await control.start(probe.resource)
    await control.waitUntilUp(probe)
    return evidence
  }
  const seen = await failFourTimes(lab, control, probe, how)
  if (seen.back.isServed && judgeFourShown(seen).length === 0)
    closedAtFour.set(probe.resource.service, seen.controls)
  else state.hasOpenedEarly = true
  if (!seen.back.isServed) await control.waitUntilUp(probe)
  return seen.controls[0]
}

const script = (resource: Resource): readonly string[] => [
  ...writeLines(resource),
  `control stop ${resource.service}`,
  `control start ${resource.service}`,
  'sleep 3',
  ...readLines(resource),
]
