import { isRefused, says } from '../answers.ts'
import { complain, judge } from '../judge.ts'
import { inCalm, look, post } from '../objects.ts'
import { call, create, createOne, expected, hasStatus, OTHER_SAMPLE, REFUSED, SAMPLE } from '../repro.ts'
import type { Resource } from '../resources.ts'
import { BYSTANDER, type CrudLab, isTakenOrFailed, KIN, take } from './created.ts'

export async function takeEmail(lab: CrudLab, resource: Resource): Promise<void> {
  const { path } = resource
  const taken = lab.state.made[BYSTANDER]?.email
  const { id, body } = take(lab, KIN)
  const [created] = await inCalm(lab, resource, id, [taken], (email) =>
    post(lab, resource, { ...resource.make(lab.world), email }),
  )
  const [changed] = await inCalm(lab, resource, id, [taken], (email) =>
    lab.world.request('PUT', `${path}/${id}`, { json: { email } }),
  )
  const own = await lab.world.request('PUT', `${path}/${id}`, { json: { email: body.email } })
  const after = (await look(lab, resource, [id]))(id)
  const answers = [created, changed, own].filter((answer) => answer !== undefined)
  lab.expect(
    'correctness.users.unique-email',
    judge(
      {
        en: `POST and PUT with the e-mail ${taken}, which is taken: 409 (or 400, 422), and nothing changes`,
        ru: `POST и PUT с занятым e-mail ${taken}: 409 (или 400, 422), и ничего не меняется`,
      },
      [
        created && !isRefused(created) && complain({ en: 'POST took it:', ru: 'POST не отказал:' }, created),
        changed &&
          isTakenOrFailed(changed) &&
          complain({ en: 'PUT took it:', ru: 'PUT не отказал:' }, changed),
        (says(after.byId, { email: taken }) || says(after.inList, { email: taken })) &&
          complain({ en: 'Two users have it now:', ru: 'Теперь он у двух пользователей:' }, after.answer),
        isRefused(own) &&
          complain(
            {
              en: "A user's own e-mail is taken for somebody else's:",
              ru: 'Свой же e-mail принят за чужой:',
            },
            own,
          ),
      ],
      {
        answers,
        repro: [
          ...createOne(resource),
          call('POST', path, SAMPLE.users.json),
          expected('409, 400 or 422: that e-mail is taken', REFUSED),
          create(path, OTHER_SAMPLE.users),
          call('PUT', `${path}/$ID`, '{"email": "a$N@example.com"}'),
          expected('409, 400 or 422: that e-mail is taken', REFUSED),
          call('PUT', `${path}/$ID`, '{"email": "b$N@example.com"}'),
          expected('200: it is their own', hasStatus('20.')),
        ],
      },
    ),
  )
}
