import type { Answer } from '../../run/grader.ts'
import { asMade, idOf, isOk } from '../answers.ts'
import { complain, judge } from '../judge.ts'
import { inBatches, post } from '../objects.ts'
import { call, expected, hasStatus, holds, OTHER_SAMPLE, SAMPLE, SEED_LINE } from '../repro.ts'
import type { Resource } from '../resources.ts'
import { BYSTANDER, CHANGED, CREATED, type CrudLab, DELETED, KIN, READ } from './created.ts'

export async function createAll(lab: CrudLab, resource: Resource): Promise<void> {
  const {
    path,
    service,
    filter,
    marks: [text],
  } = resource
  const bodies = Array.from({ length: CREATED }, () => resource.make(lab.world))
  if (filter !== undefined) {
    // Two of the same, one of another whose number begins with that of the first, and two of the same again.
    const [first, deleted] = [bodies[READ]?.[filter], bodies[DELETED]?.[filter]]
    bodies[CHANGED] = { ...bodies[CHANGED], [filter]: first }
    bodies[BYSTANDER] = { ...bodies[BYSTANDER], [filter]: Number(`${first}7`) }
    bodies[KIN] = { ...bodies[KIN], [filter]: deleted }
  }
  // Letters beyond ASCII, where there is text.
  if (typeof bodies[READ]?.[text] === 'string')
    bodies[READ] = { ...bodies[READ], [text]: `Ёж ${bodies[READ][text]}` }
  lab.state.bodies = bodies
  const [first, ...rest] = bodies
  const answers = [await post(lab, resource, first)]
  if (isOk(answers[0] as Answer))
    answers.push(...(await inBatches(rest, 4, (body) => post(lab, resource, body))))

  const ids = answers.map(idOf)
  const wrong = answers.filter((answer) => !isOk(answer))
  const withoutId = answers.filter((answer) => isOk(answer) && idOf(answer) === undefined)
  const repeated = ids.filter((id, index) => id !== undefined && ids.indexOf(id) < index)
  lab.expect(
    `correctness.${service}.create`,
    judge(
      { en: `200 or 201, and an object with a new integer id`, ru: `200 или 201 и объект с новым целым id` },
      [
        wrong.length > 0 && complain({ en: 'Not created:', ru: 'Не создано:' }, ...wrong),
        withoutId.length > 0 && complain({ en: 'No integer id:', ru: 'Нет целого id:' }, ...withoutId),
        repeated.length > 0 &&
          complain(
            {
              en: `Ids given twice: ${repeated.join(', ')}.`,
              ru: `Id выданы дважды: ${repeated.join(', ')}.`,
            },
            ...answers.filter((answer) => idOf(answer) === repeated[0]),
          ),
      ],
      {
        answers,
        repro: [
          SEED_LINE,
          call('POST', path, SAMPLE[service].json),
          expected('200 or 201', hasStatus('20[01]')),
          expected('an integer id', holds('.id | type == "number"')),
          'FIRST=$BODY',
          call('POST', path, OTHER_SAMPLE[service]),
          expected('another id', `[ "$(jq .id <<< "$BODY")" != "$(jq .id <<< "$FIRST")" ]`),
        ],
      },
    ),
  )
  if (wrong.length + withoutId.length + repeated.length === 0)
    Object.assign(lab.state, {
      ids: ids.filter((id) => id !== undefined),
      made: bodies.map((body, index) => asMade(body, answers[index] as Answer)),
    })
}
