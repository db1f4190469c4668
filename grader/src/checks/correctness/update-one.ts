import type { Answer } from '../../run/grader.ts'
import { idOf, isOk, type Row, rowOf, says } from '../answers.ts'
import { type Complaint, complain, judge } from '../judge.ts'
import { look, post } from '../objects.ts'
import { call, createOne, expected, holds } from '../repro.ts'
import type { Resource } from '../resources.ts'
import { BYSTANDER, CHANGED, type CrudLab, isAsBefore, take } from './created.ts'
import { CHANGES } from './shown-changes.ts'

export async function updateOne(lab: CrudLab, resource: Resource): Promise<void> {
  const { path, service } = resource
  const { id, body } = take(lab, CHANGED)
  const bystander = take(lab, BYSTANDER)
  let wanted: Row = { id, ...body }
  const answers: Answer[] = []
  const complaints: (Complaint | false)[] = []
  for (const change of resource.changes(lab.world)) {
    wanted = { ...wanted, ...change }
    const answer = await lab.world.request('PUT', `${path}/${id}`, { json: change })
    answers.push(answer)
    if (!isOk(answer)) complaints.push(complain({ en: 'Not changed:', ru: 'Не изменён:' }, answer))
    const row = rowOf(answer)
    // An answer need not show the object; where it does, it shows it as it is now.
    if (isOk(answer) && row !== undefined && 'id' in row && !says(row, wanted))
      complaints.push(
        complain({ en: 'The answer is not what it is now:', ru: 'В ответе не то, чем объект стал:' }, answer),
      )
  }
  const stored = await look(lab, resource, [id, bystander.id])
  const changed = stored(id)
  const untouched = stored(bystander.id)
  if (complaints.length === 0 && !says(changed.byId, wanted) && !says(changed.inList, wanted))
    complaints.push(
      complain(
        {
          en: 'Afterwards it is not what it ought to be:',
          ru: 'После изменения объект не такой, каким должен быть:',
        },
        changed.answer,
      ),
    )
  if (!isAsBefore(untouched, bystander.body))
    complaints.push(
      complain({ en: 'Another one has changed, too:', ru: 'Изменился и другой объект:' }, untouched.answer),
    )
  const damage = await changeExtra(lab, resource)
  if (damage !== undefined) complaints.push(damage)
  lab.expect(
    `correctness.${service}.update`,
    judge(
      { en: `200, and then ${JSON.stringify(wanted)}`, ru: `200, а затем ${JSON.stringify(wanted)}` },
      complaints,
      {
        answers: [...answers, changed.answer],
        repro: [
          ...createOne(resource),
          ...CHANGES[service].flatMap(({ change, keeps, isKept }) => [
            call('PUT', `${path}/$ID`, change),
            call('GET', `${path}/$ID`),
            expected(keeps, holds(isKept)),
          ]),
        ],
      },
    ),
  )
}

/** A change that need not be taken: where it is, the rest of the object stays as it is. */
async function changeExtra(lab: CrudLab, resource: Resource): Promise<Complaint | undefined> {
  const extra = resource.extraChange?.(lab.world)
  if (extra === undefined) return undefined
  const made = await post(lab, resource, resource.make(lab.world))
  const [id, before] = [idOf(made), rowOf(made)]
  // One whose status is still to be decided may change by itself.
  if (id === undefined || before === undefined || before.status === 'pending') return undefined
  const answer = await lab.world.request('PUT', `${resource.path}/${id}`, { json: extra })
  const stored = (await look(lab, resource, [id]))(id)
  const rest = Object.fromEntries(
    Object.entries(before).filter(
      ([name, value]) => !(name in extra) && ['order_id', 'status'].includes(name) && value !== undefined,
    ),
  )
  if (says(stored.byId, rest) || says(stored.inList, rest)) return undefined
  return complain(
    { en: 'Other fields have changed with it:', ru: 'Вместе с ним изменились другие поля:' },
    answer,
    stored.answer,
  )
}
