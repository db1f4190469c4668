import type { Check } from '../../run/grader.ts'
import type { Evidence } from '../../run/report.ts'
import { idOf, isOk } from '../answers.ts'
import { type Complaint, complain, judge } from '../judge.ts'
import { look } from '../objects.ts'
import { call, create, expected, holds, OTHER_SAMPLE, SAMPLE, SEED_LINE } from '../repro.ts'
import { ALL_RESOURCES } from '../resources.ts'
import { compare, type Kept, type PersistenceLab } from './kept.ts'

export const idsGoOn: Check = {
  criterion: 'persistence',
  title: {
    en: 'After a restart new objects get new ids, and replace no old ones',
    ru: 'После перезапуска новые объекты получают новые id и не заменяют старые',
  },
  why: {
    en: 'An id that is given out twice leads to the data of somebody else: in links, in caches, in bookmarks.',
    ru: 'Выданный дважды id ведёт к чужим данным: в ссылках, в кэше, в закладках.',
  },
  hint: {
    en: 'Let the database count (SERIAL), not the process, and INSERT without an id.',
    ru: 'Пусть считает база данных (SERIAL), а не процесс; делайте INSERT без id.',
  },
}

/** Created in each service after a restart: a count that begins again may need a few to meet an id that was there. */
const NEW = 3

const EXPECTED = {
  en: 'After a restart new objects get ids that were never given out, also where the last objects were deleted. Old objects stay as they were.',
  ru: 'После перезапуска новые объекты получают ещё не выданные id, даже если последние объекты были удалены. Старые объекты не меняются.',
}

/** These say that the service is not there yet. */
const AWAY: readonly (number | null)[] = [null, 502, 503, 504]

/** Creates objects after a restart, and looks at the old ones once more. */
export async function settleIds(lab: PersistenceLab, restarted: Evidence): Promise<void> {
  const { kept } = lab.state
  const id = 'persistence.ids-go-on'
  if (kept.length === 0) {
    const what = { en: 'No service created anything.', ru: 'Ни один сервис ничего не создал.' }
    lab.expect(id, judge(EXPECTED, [complain(what)], { restsOn: 'correctness.users.create' }))
    return
  }
  const complaints: Complaint[] = []
  for (const each of kept) complaints.push(...(await createAgain(lab, each)))
  lab.expect(id, judge(EXPECTED, complaints, { evidence: [restarted], repro: SCRIPT }))
}

async function createAgain(lab: PersistenceLab, { resource, edited, untouched }: Kept): Promise<Complaint[]> {
  const { path, service } = resource
  const old = [edited, untouched]
  const ids = old.map(({ id }) => id)
  // What the restart itself has lost is for another check to say.
  const before = await look(lab, resource, ids)
  const known = old.filter((each) => compare(resource, each, before(each.id)).length === 0)
  const complaints: Complaint[] = []
  for (let count = 0; count < NEW && complaints.length === 0; count++) {
    const body = resource.make(lab.world)
    const answer = await lab.world.request('POST', path, { json: body })
    const id = isOk(answer) ? idOf(answer) : undefined
    if (id !== undefined && lab.world.created.wasNoted(service, id))
      complaints.push(
        complain(
          {
            en: `${path}: the id ${id} was given out a second time.`,
            ru: `${path}: id ${id} выдан второй раз.`,
          },
          answer,
        ),
      )
    if (id !== undefined) lab.world.created.note(service, id)
    if (!isOk(answer) && !AWAY.includes(answer.status))
      complaints.push(
        complain(
          {
            en: `${path}: an object like those before the restart cannot be created after it.`,
            ru: `${path}: такой же объект, как до перезапуска, после него не создаётся.`,
          },
          answer,
        ),
      )
  }
  const after = await look(lab, resource, ids)
  return [...complaints, ...known.flatMap((each) => compare(resource, each, after(each.id)))]
}

const SCRIPT: readonly string[] = [
  SEED_LINE,
  ...ALL_RESOURCES.flatMap(({ service, path }) => [
    create(path, SAMPLE[service].json),
    create(path, OTHER_SAMPLE[service], service.toUpperCase()),
    call('DELETE', `${path}/$ID`),
  ]),
  'control restart',
  'N=$((N + 1))',
  ...ALL_RESOURCES.flatMap(({ service, path }) => [
    `back ${path}`,
    call('POST', path, SAMPLE[service].json),
    expected(
      `created, and the id is beyond $${service.toUpperCase()}, which was deleted`,
      holds(`.id > $${service.toUpperCase()}`),
    ),
  ]),
]
