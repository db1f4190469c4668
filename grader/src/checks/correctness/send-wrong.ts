import type { ServiceName } from '@msctl/sdk/contract'
import type { Answer } from '../../run/grader.ts'
import { isOk, isRefused, type Row, says } from '../answers.ts'
import { complain, judge } from '../judge.ts'
import { inCalm, list, look, post } from '../objects.ts'
import { call, create, expected, holds, REFUSED, SAMPLE, SEED_LINE } from '../repro.ts'
import type { Resource } from '../resources.ts'
import { BYSTANDER, type CrudLab, isAsBefore, isTakenOrFailed, READ, take } from './created.ts'

export async function sendWrong(lab: CrudLab, resource: Resource): Promise<void> {
  const { path, service, refusedChange } = resource
  const { id } = take(lab, READ)
  const target = take(lab, BYSTANDER)
  const bodies = resource.refused(lab.world)
  // What was there before may happen to say the same.
  const before = new Set((await list(lab, resource, [])).rows?.map((row) => row.id))
  const created = await inCalm(lab, resource, id, bodies, (body) => post(lab, resource, body))
  const [changed] = await inCalm(lab, resource, id, [refusedChange], (json) =>
    lab.world.request('PUT', `${path}/${target.id}`, { json }),
  )
  const rows = (await list(lab, resource, [])).rows?.filter((row) => !before.has(row.id))
  const stored = bodies.filter((body, index) => {
    const isSaidToBe = isOk(created[index] as Answer)
    return !isSaidToBe && rows?.some((row) => isMadeOf(row, body))
  })
  for (const row of rows ?? []) {
    if (typeof row.id === 'number' && stored.some((body) => isMadeOf(row, body)))
      lab.world.created.note(service, row.id)
  }
  const after = (await look(lab, resource, [target.id]))(target.id)
  const accepted = created.filter((answer) => !isRefused(answer))
  lab.expect(
    `correctness.${service}.validation`,
    judge(
      {
        en: 'A 4xx (400 or 422) for each, and nothing of it in the list',
        ru: 'На каждый — 4xx (400 или 422), и ничего из этого нет в списке',
      },
      [
        accepted.length > 0 &&
          complain(
            {
              en: `Not refused: ${accepted.length} of ${created.length}.`,
              ru: `Не отклонено: ${accepted.length} из ${created.length}.`,
            },
            ...accepted,
          ),
        stored.length > 0 &&
          complain(
            {
              en: `Refused, and stored all the same: ${JSON.stringify(stored)}.`,
              ru: `Отклонено, но всё равно сохранено: ${JSON.stringify(stored)}.`,
            },
            ...created,
          ),
        changed &&
          isTakenOrFailed(changed) &&
          complain({ en: 'PUT did not refuse it:', ru: 'PUT не отказал:' }, changed),
        !isAsBefore(after, target.body) &&
          complain(
            { en: 'A refused PUT has changed it:', ru: 'Отклонённый PUT изменил объект:' },
            after.answer,
          ),
      ],
      {
        answers: created,
        repro: [
          SEED_LINE,
          ...REFUSED_BODIES[service].flatMap((body) => [
            call('POST', path, body),
            expected('400 or 422', REFUSED),
          ]),
          call('GET', path),
          expected(
            'nothing of what was refused',
            holds('[.. | scalars | tostring] | any(contains("$N")) | not'),
          ),
          create(path, SAMPLE[service].json),
          call('PUT', `${path}/$ID`, JSON.stringify(refusedChange)),
          expected('400 or 422', REFUSED),
          call('GET', `${path}/$ID`),
          expected('as it was', holds(SAMPLE[service].isIt)),
        ],
      },
    ),
  )
}

/** What must be refused, for scripts; by `$N` it is found should it be stored all the same. */
const REFUSED_BODIES: Readonly<Record<ServiceName, readonly string[]>> = {
  users: [
    '{"name": "Ann $N"}',
    '{"email": "a$N@example.com"}',
    '{"email": {"at": "example.com"}, "name": "Ann $N"}',
    '{"email": "a$N@example.com", "name": {"first": "Ann"}}',
  ],
  orders: [
    '{"product": "Lamp $N", "quantity": 2}',
    '{"userId": $N, "quantity": 2}',
    '{"userId": "nobody", "product": "Lamp $N"}',
    '{"userId": $N, "product": "Lamp", "quantity": "many"}',
  ],
  payments: [
    '{"order_id": $N}',
    '{"amount": 12.34}',
    '{"order_id": $N, "amount": "lots"}',
    '{"order_id": "none", "amount": 12.34}',
  ],
}

/** Whether a row comes from a body that was to be refused; its numbers and words are nobody else's, but for the quantity. */
function isMadeOf(row: Row, body: Row): boolean {
  return Object.entries(body).some(
    ([name, value]) =>
      name !== 'quantity' && ['string', 'number'].includes(typeof value) && says(row, { [name]: value }),
  )
}
