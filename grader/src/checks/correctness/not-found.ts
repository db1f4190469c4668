import type { Answer, Check } from '../../run/grader.ts'
import { idOf } from '../answers.ts'
import { type Complaint, complain, judge } from '../judge.ts'
import { inCalm, post, unknownId } from '../objects.ts'
import { call, create, createOne, expected, hasStatus, OTHER_SAMPLE, SAMPLE } from '../repro.ts'
import type { Resource } from '../resources.ts'
import { type CrudLab, DELETED, READ, take } from './create.ts'
import { CHANGES } from './update.ts'

export const notFoundCheck = ({ service, path }: Resource): Check => ({
  criterion: 'correctness',
  title: {
    en: `GET, PUT and DELETE of ${path}/{id} answer 404 when the object does not exist`,
    ru: `GET, PUT и DELETE для ${path}/{id} отвечают 404, если объекта нет`,
  },
  why: {
    en: 'A caller has to be able to tell "does not exist" from "exists" and from "something broke".',
    ru: 'Вызывающий должен отличать «такого нет» от «есть» и от «что-то сломалось».',
  },
  hint: {
    en: 'Look the row up first. If there is none, answer 404 (HTTPException(404) in FastAPI). The gateway has to pass the 404 on.',
    ru: 'Сначала найдите строку. Если её нет, отвечайте 404 (в FastAPI — HTTPException(404)). Шлюз должен передать 404 дальше.',
  },
  dependsOn: [`correctness.${service}.create`],
})

export async function askUnknown(lab: CrudLab, resource: Resource): Promise<void> {
  const { path, service } = resource
  const known = take(lab, READ).id
  const unknown = unknownId(lab.world)
  const deleted = take(lab, DELETED).id
  const [change] = resource.changes(lab.world)
  const calls = [
    ['GET', unknown],
    ['PUT', unknown],
    ['DELETE', unknown],
    ['GET', unknown],
    ['PUT', deleted],
  ] as const
  const answers: Answer[] = []
  // One after the other: the second GET is to show that PUT has created nothing.
  for (const each of calls) {
    const [answer] = await inCalm(lab, resource, known, [each], ([method, id]) =>
      lab.world.request(method, `${path}/${id}`, method === 'PUT' ? { json: change } : {}),
    )
    if (answer !== undefined) answers.push(answer)
  }
  // A method that is not there at all is what other checks complain of.
  const wrong = answers.filter(({ status }) => status !== 404 && status !== 405)
  const remembered = await askTooEarly(lab, resource, known)
  lab.expect(
    `correctness.${service}.not-found`,
    judge(
      { en: 'Each is answered with 404', ru: 'На каждый запрос ответ 404' },
      [
        wrong.length > 0 && complain({ en: 'The answer is not 404:', ru: 'Ответ не 404:' }, ...wrong),
        remembered,
      ],
      {
        answers,
        repro: [
          ...[
            call('GET', `${path}/${unknown}`),
            call('PUT', `${path}/${unknown}`, CHANGES[service][0].change),
            call('DELETE', `${path}/${unknown}`),
            call('GET', `${path}/${unknown}`),
          ].flatMap((line) => [line, expected('404', hasStatus('404|405'))]),
          ...createOne(resource),
          call('DELETE', `${path}/$ID`),
          call('PUT', `${path}/$ID`, CHANGES[service][0].change),
          expected('404, as it was deleted', hasStatus('404|405')),
          ...(remembered === undefined ? [] : tooEarlyScript(resource)),
        ],
      },
    ),
  )
}

/** Asks for the id that comes next, and again when it is there: a 404 must not be remembered. */
async function askTooEarly(lab: CrudLab, resource: Resource, known: number): Promise<Complaint | undefined> {
  const last = idOf(await post(lab, resource, resource.make(lab.world)))
  if (last === undefined) return undefined
  const next = last + 1
  await inCalm(lab, resource, known, [next], (id) => lab.world.request('GET', `${resource.path}/${id}`))
  const made = idOf(await post(lab, resource, resource.make(lab.world)))
  // Ids need not follow each other.
  if (made !== next) return undefined
  const answer = await lab.world.request('GET', `${resource.path}/${next}`)
  if (answer.status !== 404) return undefined
  return complain(
    {
      en: 'The id was asked for before the object was created, and the 404 is still given:',
      ru: 'id запросили до создания объекта, и ответ 404 отдаётся до сих пор:',
    },
    answer,
  )
}

const tooEarlyScript = ({ path, service }: Resource): readonly string[] => [
  create(path, OTHER_SAMPLE[service], 'LAST'),
  call('GET', `${path}/$((LAST + 1))`),
  create(path, SAMPLE[service].json.replace('a$N', 'd$N')),
  call('GET', `${path}/$ID`),
  expected('200, as it is there now', hasStatus('200')),
]
