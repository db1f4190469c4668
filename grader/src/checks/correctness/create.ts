import type { Lab } from '@msctl/scenarios'
import type { Answer, Check, Grader } from '../../run/grader.ts'
import { asMade, idOf, isOk, type Row } from '../answers.ts'
import { complain, judge } from '../judge.ts'
import { inBatches, post } from '../objects.ts'
import { call, expected, hasStatus, holds, OTHER_SAMPLE, SAMPLE, SEED_LINE } from '../repro.ts'
import type { Resource } from '../resources.ts'

export const createCheck = ({ path }: Resource): Check => ({
  criterion: 'correctness',
  title: {
    en: `POST ${path} creates an object and answers with its id`,
    ru: `POST ${path} создаёт объект и отвечает его id`,
  },
  why: {
    en: 'Whoever creates an object needs its id to do anything else with it.',
    ru: 'Без id с созданным объектом больше ничего нельзя сделать.',
  },
  hint: {
    en: 'Answer 200 or 201 with the row as stored, after commit() and refresh(). The id is an integer, a new one each time.',
    ru: 'Отвечайте 200 или 201 и сохранённой строкой — после commit() и refresh(). id — целое число, каждый раз новое.',
  },
})

/** What is created, for the steps after it. */
export interface State {
  ids: readonly number[]
  /** As they were sent, and as the answers say that they were made. */
  bodies: readonly Row[]
  made: readonly Row[]
}

export type CrudLab = Lab<Grader, State>

/** Which of the created ones a step works on. What is read first is read by one step only, so that no cache comes between. */
export const READ = 0
export const CHANGED = 1
export const BYSTANDER = 2
export const DELETED = 3
export const KIN = 4
export const CREATED = 5

/** One of the created ones. */
export function take({ state }: CrudLab, index: number): { id: number; body: Row; sent: Row } {
  const [id, body, sent] = [state.ids[index], state.made[index], state.bodies[index]]
  if (id === undefined || body === undefined || sent === undefined)
    throw new RangeError(`There is no object ${index}.`)
  return { id, body, sent }
}

export async function createAll(lab: CrudLab, resource: Resource): Promise<void> {
  const { path, service, filter } = resource
  const bodies: Row[] = Array.from({ length: CREATED }, () => resource.make(lab.world))
  if (filter !== undefined) {
    // Two of the same, one of another whose number begins with that of the first, and two of the same again.
    const [first, deleted] = [bodies[READ]?.[filter], bodies[DELETED]?.[filter]]
    bodies[CHANGED] = { ...bodies[CHANGED], [filter]: first }
    bodies[BYSTANDER] = { ...bodies[BYSTANDER], [filter]: Number(`${first}7`) }
    bodies[KIN] = { ...bodies[KIN], [filter]: deleted }
  }
  const [first, ...rest] = bodies
  const answers = [await post(lab, resource, first)]
  if (answers.every(isOk)) answers.push(...(await inBatches(rest, 4, (body) => post(lab, resource, body))))

  const ids = answers.map(idOf)
  const failed = answers.filter((answer) => !isOk(answer))
  const withoutId = answers.filter((answer) => isOk(answer) && idOf(answer) === undefined)
  const repeated = ids.filter((id, index) => id !== undefined && ids.indexOf(id) < index)
  lab.state.bodies = bodies
  lab.expect(
    `correctness.${service}.create`,
    judge(
      { en: '200 or 201, and an object with a new integer id', ru: '200 или 201 и объект с новым целым id' },
      [
        failed.length > 0 &&
          complain({ en: 'The answer is not 200 or 201:', ru: 'Ответ не 200 и не 201:' }, ...failed),
        withoutId.length > 0 &&
          complain({ en: 'The answer has no integer id:', ru: 'В ответе нет целого id:' }, ...withoutId),
        repeated.length > 0 &&
          complain(
            {
              en: `These ids were given out twice: ${repeated.join(', ')}.`,
              ru: `Эти id выданы дважды: ${repeated.join(', ')}.`,
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
  if (failed.length + withoutId.length + repeated.length === 0)
    Object.assign(lab.state, {
      ids: ids.filter((id) => id !== undefined),
      made: bodies.map((body, index) => asMade(body, answers[index] as Answer)),
    })
}
