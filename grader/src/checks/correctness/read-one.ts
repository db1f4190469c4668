import type { Answer } from '../../run/grader.ts'
import { idOf, isOk, type Row, rowOf, says } from '../answers.ts'
import { type Complaint, complain, join, judge } from '../judge.ts'
import { post } from '../objects.ts'
import { call, create, expected, holds, OTHER_SAMPLE, SAMPLE, SEED_LINE } from '../repro.ts'
import type { Resource } from '../resources.ts'
import { type CrudLab, READ, take } from './created.ts'

export async function readOne(lab: CrudLab, resource: Resource): Promise<void> {
  const { path, service } = resource
  const { id, sent: body } = take(lab, READ)
  const answer = await lab.world.request('GET', `${path}/${id}`)
  const complaints = [readComplaint(answer, { id, ...body })]
  const answers = [answer]
  if (service === 'orders') {
    const { quantity: _, ...withoutQuantity } = resource.make(lab.world)
    const made = await post(lab, resource, withoutQuantity)
    const madeId = idOf(made)
    const read = madeId === undefined ? made : await lab.world.request('GET', `${path}/${madeId}`)
    const isOne = isOk(read) && rowOf(read)?.quantity === 1
    if (!isOne)
      complaints.push(
        complain(
          { en: 'Without a quantity, it is not 1:', ru: 'Если количество не задано, оно не 1:' },
          ...new Set([made, read]),
        ),
      )
    answers.push(made, read)
  }
  lab.expect(
    `correctness.${service}.read`,
    judge(
      join(
        [
          {
            en: `200 with ${JSON.stringify({ id, ...body })}`,
            ru: `200 и ${JSON.stringify({ id, ...body })}`,
          },
          ...(service === 'orders'
            ? [{ en: '; quantity 1 where none was given', ru: '; количество 1, если оно не задано' }]
            : []),
        ],
        '',
      ),
      complaints,
      {
        answers,
        repro: [
          SEED_LINE,
          create(path, OTHER_SAMPLE[service]),
          create(path, withLetters(SAMPLE[service].json)),
          call('GET', `${path}/$ID`),
          expected('200 with what was sent', holds(`.id == $ID and ${withLetters(SAMPLE[service].isIt)}`)),
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

/** Letters beyond ASCII after the text of a sample. */
const withLetters = (sample: string) => sample.replace(/ \$N"/, ' $N Ёж"')

function readComplaint(answer: Answer, wanted: Row): Complaint | undefined {
  if (!isOk(answer)) return complain({ en: 'Not given:', ru: 'Не отдан:' }, answer)
  const row = rowOf(answer)
  const wrong = Object.keys(wanted).filter((name) => !says(row, { [name]: wanted[name] }))
  if (wrong.length === 0) return undefined
  return complain(
    { en: `Other than created: ${wrong.join(', ')}.`, ru: `Не то, что создано: ${wrong.join(', ')}.` },
    answer,
  )
}
