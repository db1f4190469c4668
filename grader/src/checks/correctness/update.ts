import type { ServiceName } from '@msctl/sdk/contract'
import type { Answer, Check } from '../../run/grader.ts'
import { idOf, isOk, isSameTime, type Row, rowOf, says } from '../answers.ts'
import { type Complaint, complain, judge } from '../judge.ts'
import { look, post } from '../objects.ts'
import { call, createOne, expected, holds, SAMPLE } from '../repro.ts'
import type { Resource } from '../resources.ts'
import { BYSTANDER, CHANGED, type CrudLab, take } from './create.ts'

export const updateCheck = ({ service, path }: Resource): Check => ({
  criterion: 'correctness',
  title: {
    en: `PUT ${path}/{id} changes the fields that it names, and nothing else`,
    ru: `PUT ${path}/{id} меняет названные поля и ничего больше`,
  },
  why: {
    en: 'Whoever changes one field does not expect other fields, or other objects, to change.',
    ru: 'Меняя одно поле, никто не ждёт, что изменятся другие поля или другие объекты.',
  },
  hint: {
    en: 'Make the fields of the update schema optional, set those that were sent (exclude_unset) in the row with that id, and commit.',
    ru: 'Сделайте поля схемы изменения необязательными, меняйте только присланные (exclude_unset) в строке с этим id и сделайте commit.',
  },
  dependsOn: [`correctness.${service}.create`],
})

export async function updateOne(lab: CrudLab, resource: Resource): Promise<void> {
  const { path, service } = resource
  const { id, body } = take(lab, CHANGED)
  const bystander = take(lab, BYSTANDER)
  const before = rowOf(await lab.world.request('GET', `${path}/${id}`))
  let wanted: Row = { id, ...body }
  const answers: Answer[] = []
  const complaints: (Complaint | false)[] = []
  for (const change of resource.changes(lab.world)) {
    wanted = { ...wanted, ...change }
    const answer = await lab.world.request('PUT', `${path}/${id}`, { json: change })
    answers.push(answer)
    const row = rowOf(answer)
    complaints.push(
      !isOk(answer) && complain({ en: 'The answer is not 200:', ru: 'Ответ не 200:' }, answer),
      // An answer need not show the object; where it does, it shows it as it is now.
      isOk(answer) &&
        row !== undefined &&
        'id' in row &&
        !says(row, wanted) &&
        complain(
          {
            en: 'PUT answers with other values than the object has now:',
            ru: 'В ответе на PUT не те значения, что теперь у объекта:',
          },
          answer,
        ),
    )
  }
  const stored = await look(lab, resource, [id, bystander.id])
  const changed = stored(id)
  const untouched = stored(bystander.id)
  const isChanged = says(changed.byId, wanted) || says(changed.inList, wanted)
  const isRedated = !isSameTime(before?.created_at, changed.byId?.created_at)
  complaints.push(
    complaints.every((each) => each === false) &&
      !isChanged &&
      complain(
        { en: 'After the PUT the object has other values:', ru: 'После PUT у объекта другие значения:' },
        changed.answer,
      ),
    isRedated &&
      complain(
        {
          en: `created_at was ${before?.created_at} before the PUT.`,
          ru: `До PUT created_at был ${before?.created_at}.`,
        },
        changed.answer,
      ),
    !isAsBefore(untouched, bystander.body) &&
      complain(
        { en: 'Another object has changed as well:', ru: 'Изменился и другой объект:' },
        untouched.answer,
      ),
    (await changeExtra(lab, resource)) ?? false,
  )
  const json = JSON.stringify(wanted)
  lab.expect(
    `correctness.${service}.update`,
    judge({ en: `200, and then ${json}`, ru: `200, а затем ${json}` }, complaints, {
      answers: [...answers, changed.answer],
      repro: [
        ...createOne(resource),
        ...CHANGES[service].flatMap(({ change, keeps, isKept }) => [
          call('PUT', `${path}/$ID`, change),
          call('GET', `${path}/$ID`),
          expected(keeps, holds(isKept)),
        ]),
      ],
    }),
  )
}

/** Whether one that nobody has touched is what it was: by the list, which no cache stands in front of, where that shows it. */
export function isAsBefore({ byId, inList }: { byId: Row | undefined; inList: Row | undefined }, body: Row) {
  return says(inList ?? byId, body)
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
  const what = {
    en: `A PUT of ${Object.keys(extra).join(', ')} alone changed other fields:`,
    ru: `PUT с одним только ${Object.keys(extra).join(', ')} изменил и другие поля:`,
  }
  return complain(what, answer, stored.answer)
}

/** A change for scripts, and what is to be seen after it; `isKept` is for jq. */
interface ShownChange {
  readonly change: string
  readonly keeps: string
  readonly isKept: string
}

/** Changes of single fields, one after the other. */
export const CHANGES: Readonly<Record<ServiceName, readonly [ShownChange, ...ShownChange[]]>> = {
  users: [
    {
      ...{ change: '{"name": "Eve"}', keeps: 'name is Eve, and email is still there' },
      isKept: '.name == "Eve" and .email == "a$N@example.com"',
    },
    {
      ...{ change: '{"email": "c$N@example.com"}', keeps: 'email is the new one, and name is still Eve' },
      isKept: '.name == "Eve" and .email == "c$N@example.com"',
    },
  ],
  orders: [
    {
      ...{ change: '{"quantity": 7}', keeps: 'quantity is 7, product and userId as before' },
      isKept: '.quantity == 7 and .product == "Lamp $N" and .userId == $N',
    },
    {
      ...{ change: '{"product": "Desk"}', keeps: 'product is Desk, and quantity is still 7' },
      isKept: '.quantity == 7 and .product == "Desk" and .userId == $N',
    },
  ],
  payments: [
    {
      ...{ change: '{"status": "pending"}', keeps: 'status is pending, amount and order_id as before' },
      isKept: `.status == "pending" and ${SAMPLE.payments.isIt}`,
    },
    {
      ...{ change: '{"status": "failed"}', keeps: 'status is failed, amount and order_id as before' },
      isKept: `.status == "failed" and ${SAMPLE.payments.isIt}`,
    },
    {
      ...{ change: '{"amount": 56.78}', keeps: 'status is still failed, and order_id as before' },
      isKept: '.status == "failed" and .order_id == $N',
    },
  ],
}
