import type { Answer } from '../../run/grader.ts'
import { idOf } from '../answers.ts'
import { type Complaint, complain, judge } from '../judge.ts'
import { inCalm, post, unknownId } from '../objects.ts'
import { call, create, createOne, expected, hasStatus, OTHER_SAMPLE, SAMPLE } from '../repro.ts'
import type { Resource } from '../resources.ts'
import { type CrudLab, DELETED, READ, take } from './created.ts'
import { CHANGES } from './shown-changes.ts'

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
  for (const call of calls) {
    const [answer] = await inCalm(lab, resource, known, [call], ([method, id]) =>
      lab.world.request(method, `${path}/${id}`, method === 'PUT' ? { json: change } : {}),
    )
    if (answer !== undefined) answers.push(answer)
  }
  // A method that is not there at all is what other checks complain of.
  const wrong = answers.filter(({ status }) => status !== 404 && status !== 405)
  const forgotten = await askTooEarly(lab, resource, known)
  lab.expect(
    `correctness.${service}.not-found`,
    judge(
      { en: '404 for each', ru: 'На каждый — 404' },
      [wrong.length > 0 && complain({ en: 'Not 404:', ru: 'Не 404:' }, ...wrong), forgotten],
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
          ...(forgotten === undefined ? [] : tooEarly(resource)),
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
  return complain({ en: 'Created after a 404, and still:', ru: 'Создан после ответа 404, и всё же:' }, answer)
}

/** The lines of a script that does the same. */
const tooEarly = ({ path, service }: Resource): readonly string[] => [
  create(path, OTHER_SAMPLE[service], 'LAST'),
  call('GET', `${path}/$((LAST + 1))`),
  create(path, SAMPLE[service].json.replace('a$N', 'd$N')),
  call('GET', `${path}/$ID`),
  expected('200, as it is there now', hasStatus('200')),
]
