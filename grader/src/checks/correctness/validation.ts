import type { ServiceName } from '@msctl/sdk/contract'
import type { Answer, Check } from '../../run/grader.ts'
import { isOk, isRefused, type Row, says } from '../answers.ts'
import { complain, judge } from '../judge.ts'
import { inCalm, list, look, post } from '../objects.ts'
import { call, create, expected, holds, REFUSED, SAMPLE, SEED_LINE } from '../repro.ts'
import type { Resource } from '../resources.ts'
import { BYSTANDER, type CrudLab, READ, take } from './create.ts'
import { isAsBefore } from './update.ts'

export const validationCheck = ({ service, path }: Resource): Check => ({
  criterion: 'correctness',
  title: {
    en: `${path} answers missing and mistyped fields with a 4xx, and stores nothing of them`,
    ru: `${path} отвечает 4xx, если полей нет или они не того типа, и ничего из этого не сохраняет`,
  },
  why: {
    en: 'A 4xx tells the sender that the request is wrong. A 5xx says that the server is broken, and what is stored stays.',
    ru: '4xx говорит отправителю, что ошибка в запросе. 5xx означает, что сломан сервер, а сохранённое останется.',
  },
  hint: {
    en: 'Let a schema check the body before anything is done: 422 or 400. The gateway has to pass that status on.',
    ru: 'Пусть схема проверяет тело запроса до любых действий: 422 или 400. Шлюз должен передать этот статус дальше.',
  },
  dependsOn: [`correctness.${service}.create`],
})

export async function sendWrong(lab: CrudLab, resource: Resource): Promise<void> {
  const { path, service, refusedChange } = resource
  const { id } = take(lab, READ)
  const target = take(lab, BYSTANDER)
  const bodies = resource.refused(lab.world)
  // What was there before may happen to say the same.
  const before = new Set((await list(lab, resource, [])).rows?.map((row) => row.id))
  const answers = await inCalm(lab, resource, id, bodies, (body) => post(lab, resource, body))
  const [put] = await inCalm(lab, resource, id, [refusedChange], (json) =>
    lab.world.request('PUT', `${path}/${target.id}`, { json }),
  )
  const rows = (await list(lab, resource, [])).rows?.filter((row) => !before.has(row.id)) ?? []
  const stored = bodies.filter(
    (body, index) => !isOk(answers[index] as Answer) && rows.some((row) => isMadeOf(row, body)),
  )
  for (const row of rows) {
    if (typeof row.id === 'number' && stored.some((body) => isMadeOf(row, body)))
      lab.world.created.note(service, row.id)
  }
  const after = (await look(lab, resource, [target.id]))(target.id)
  const accepted = answers.filter(isOk)
  const failed = answers.filter((answer) => !isOk(answer) && !isRefused(answer))
  const of = answers.length
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
              en: `${accepted.length} of ${of} POSTs with missing or mistyped fields were accepted.`,
              ru: `Принято POST с недостающими полями или полями не того типа: ${accepted.length} из ${of}.`,
            },
            ...accepted,
          ),
        failed.length > 0 &&
          complain(
            {
              en: `${failed.length} of ${of} POSTs with missing or mistyped fields were not answered with 400 or 422.`,
              ru: `POST с недостающими полями или полями не того типа, на которые ответ не 400 и не 422: ${failed.length} из ${of}.`,
            },
            ...failed,
          ),
        stored.length > 0 &&
          complain(
            {
              en: `Refused, but stored: ${JSON.stringify(stored)}.`,
              ru: `Отклонено, но сохранено: ${JSON.stringify(stored)}.`,
            },
            ...answers,
          ),
        put &&
          isOk(put) &&
          complain({ en: 'PUT accepted a field of a wrong type:', ru: 'PUT принял поле не того типа:' }, put),
        put &&
          (put.status === null || put.status >= 500) &&
          complain(
            {
              en: 'PUT with a field of a wrong type is not answered with a 4xx:',
              ru: 'На PUT с полем не того типа ответ не 4xx:',
            },
            put,
          ),
        !isAsBefore(after, target.body) &&
          complain(
            {
              en: 'A PUT with a field of a wrong type changed the object:',
              ru: 'PUT с полем не того типа изменил объект:',
            },
            after.answer,
          ),
      ],
      {
        answers,
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
