import type { Answer, Check } from '../../run/grader.ts'
import { idOf, isOk, type Row, rowOf, says } from '../answers.ts'
import { type Complaint, complain, join, judge } from '../judge.ts'
import { post } from '../objects.ts'
import { call, create, expected, holds, OTHER_SAMPLE, SAMPLE, SEED_LINE } from '../repro.ts'
import type { Resource } from '../resources.ts'
import { type CrudLab, READ, take } from './create.ts'

export const readCheck = ({ service, path }: Resource): Check => ({
  criterion: 'correctness',
  title: {
    en: `GET ${path}/{id} gives what was created`,
    ru: `GET ${path}/{id} отдаёт то, что было создано`,
  },
  why: {
    en: 'What is stored has to come back as it was sent.',
    ru: 'Сохранённое должно вернуться таким, каким его прислали.',
  },
  hint: {
    en: 'Compare the fields of the request, of the model and of the response schema: each has to be stored and given back as it came.',
    ru: 'Сверьте поля запроса, модели и схемы ответа: каждое должно сохраняться и возвращаться без изменений.',
  },
  dependsOn: [`correctness.${service}.create`],
})

export async function readOne(lab: CrudLab, resource: Resource): Promise<void> {
  const { path, service } = resource
  const { id, sent } = take(lab, READ)
  const wanted = { id, ...sent }
  const json = JSON.stringify(wanted)
  const answer = await lab.world.request('GET', `${path}/${id}`)
  const byDefault = service === 'orders' ? await orderWithoutQuantity(lab, resource) : undefined
  lab.expect(
    `correctness.${service}.read`,
    judge(
      join(
        [
          { en: `200 with ${json}`, ru: `200 и ${json}` },
          ...(byDefault === undefined
            ? []
            : [{ en: '; quantity 1 where none was sent', ru: '; quantity 1, если его не прислали' }]),
        ],
        '',
      ),
      [readComplaint(answer, wanted), byDefault?.complaint],
      {
        answers: [answer, ...(byDefault?.answers ?? [])],
        repro: [
          SEED_LINE,
          create(path, OTHER_SAMPLE[service]),
          create(path, SAMPLE[service].json),
          call('GET', `${path}/$ID`),
          expected('200 with what was sent', holds(`.id == $ID and ${SAMPLE[service].isIt}`)),
          ...(service === 'orders'
            ? [
                create(path, '{"userId": $N, "product": "Lamp"}'),
                call('GET', `${path}/$ID`),
                expected('quantity 1', holds('.quantity == 1')),
              ]
            : []),
        ],
      },
    ),
  )
}

async function orderWithoutQuantity(lab: CrudLab, resource: Resource) {
  const { quantity: _, ...body } = resource.make(lab.world)
  const made = await post(lab, resource, body)
  const id = idOf(made)
  const answers = id === undefined ? [made] : [made, await lab.world.request('GET', `${resource.path}/${id}`)]
  const isOne = answers.slice(-1).every((read) => isOk(read) && rowOf(read)?.quantity === 1)
  const what = {
    en: 'An order that was sent without a quantity does not have the quantity 1:',
    ru: 'У заказа, присланного без quantity, оно не равно 1:',
  }
  return { answers, complaint: isOne ? undefined : complain(what, ...answers) }
}

function readComplaint(answer: Answer, wanted: Row): Complaint | undefined {
  if (!isOk(answer)) return complain({ en: 'The answer is not 200:', ru: 'Ответ не 200:' }, answer)
  const row = rowOf(answer)
  const wrong = Object.keys(wanted).filter((name) => !says(row, { [name]: wanted[name] }))
  if (wrong.length === 0) return undefined
  const names = wrong.join(', ')
  return complain(
    {
      en: `These fields are missing or not as they were sent: ${names}.`,
      ru: `Этих полей нет или они не такие, как прислано: ${names}.`,
    },
    answer,
  )
}
