import type { Check } from '../../run/grader.ts'
import { isOk, isRefused, says } from '../answers.ts'
import { complain, judge } from '../judge.ts'
import { inCalm, list, look, post } from '../objects.ts'
import {
  call,
  create,
  createOne,
  expected,
  hasStatus,
  holds,
  OTHER_SAMPLE,
  REFUSED,
  SAMPLE,
} from '../repro.ts'
import type { Resource } from '../resources.ts'
import { BYSTANDER, type CrudLab, KIN, take } from './create.ts'

export const uniqueEmailCheck: Check = {
  criterion: 'correctness',
  title: { en: 'No two users have the same e-mail', ru: 'E-mail принадлежит только одному пользователю' },
  why: {
    en: 'The assignment has the column UNIQUE: an e-mail stands for one person.',
    ru: 'По заданию столбец UNIQUE: по e-mail находится один человек.',
  },
  hint: {
    en: 'Declare the column UNIQUE. Catch its violation (IntegrityError), roll back, and answer 409 or 400, for POST and for PUT. The gateway has to pass that status on.',
    ru: 'Объявите столбец UNIQUE. Перехватите нарушение (IntegrityError), сделайте rollback и ответьте 409 или 400 — и для POST, и для PUT. Шлюз должен передать этот статус дальше.',
  },
  dependsOn: ['correctness.users.create'],
}

/** Sent at the same time, with one e-mail. */
const AT_ONCE = 3

export async function takeEmail(lab: CrudLab, resource: Resource): Promise<void> {
  const { path } = resource
  const taken = lab.state.made[BYSTANDER]?.email
  const { id, body } = take(lab, KIN)
  const [posted] = await inCalm(lab, resource, id, [taken], (email) =>
    post(lab, resource, { ...resource.make(lab.world), email }),
  )
  const [put] = await inCalm(lab, resource, id, [taken], (email) =>
    lab.world.request('PUT', `${path}/${id}`, { json: { email } }),
  )
  const own = await lab.world.request('PUT', `${path}/${id}`, { json: { email: body.email } })
  const after = (await look(lab, resource, [id]))(id)
  const { email } = resource.make(lab.world)
  const atOnce = await inCalm(lab, resource, id, Array.from({ length: AT_ONCE }), () =>
    post(lab, resource, { ...resource.make(lab.world), email }),
  )
  const listed = (await list(lab, resource, [])).rows?.filter((row) => says(row, { email })) ?? []
  // That a list holds a user twice is for another check to say.
  const twins = new Set(listed.map((row) => row.id)).size
  lab.expect(
    'correctness.users.unique-email',
    judge(
      {
        en: `POST and PUT with the e-mail ${taken}, which another user has: 409 (or 400, 422), and nothing changes`,
        ru: `POST и PUT с e-mail ${taken}, который есть у другого пользователя: 409 (или 400, 422), и ничего не меняется`,
      },
      [
        ...(['POST', 'PUT'] as const).flatMap((method) => {
          const answer = method === 'POST' ? posted : put
          return [
            answer &&
              isOk(answer) &&
              complain(
                {
                  en: `${method} accepted an e-mail that another user has:`,
                  ru: `${method} принял e-mail, который есть у другого пользователя:`,
                },
                answer,
              ),
            answer &&
              !isOk(answer) &&
              // That there is no PUT at all is for another check to say.
              !(method === 'PUT' && answer.status !== null && answer.status < 500) &&
              !isRefused(answer) &&
              complain(
                {
                  en: `${method} with an e-mail that another user has is not answered with 409, 400 or 422:`,
                  ru: `На ${method} с e-mail, который есть у другого пользователя, ответ не 409, 400 или 422:`,
                },
                answer,
              ),
          ]
        }),
        (says(after.byId, { email: taken }) || says(after.inList, { email: taken })) &&
          complain(
            { en: 'Two users have this e-mail now:', ru: 'Теперь этот e-mail у двух пользователей:' },
            after.answer,
          ),
        isRefused(own) &&
          complain(
            {
              en: 'PUT with the e-mail that this user has already is refused:',
              ru: 'PUT с e-mail, который уже есть у этого же пользователя, отклонён:',
            },
            own,
          ),
        (atOnce.filter(isOk).length > 1 || twins > 1) &&
          complain(
            {
              en: `${AT_ONCE} POSTs with one e-mail at the same time created ${Math.max(atOnce.filter(isOk).length, twins)} users.`,
              ru: `${AT_ONCE} одновременных POST с одним e-mail создали пользователей: ${Math.max(atOnce.filter(isOk).length, twins)}.`,
            },
            ...atOnce,
          ),
      ],
      {
        answers: [posted, put, own].filter((answer) => answer !== undefined),
        repro: [
          ...createOne(resource),
          call('POST', path, SAMPLE.users.json),
          expected('409, 400 or 422: that e-mail is taken', REFUSED),
          create(path, OTHER_SAMPLE.users),
          call('PUT', `${path}/$ID`, '{"email": "a$N@example.com"}'),
          expected('409, 400 or 422: that e-mail is taken', REFUSED),
          call('PUT', `${path}/$ID`, '{"email": "b$N@example.com"}'),
          expected('200: it is their own', hasStatus('20.')),
          '# Three at the same time.',
          `for I in 1 2 3; do curl -sS -m 60 -L -o /dev/null "$URL${path}" -H 'Content-Type: application/json' -d '{"email": "t'$N'@example.com", "name": "Ann"}' & done; wait`,
          call('GET', path),
          expected(
            'one of them at the most',
            holds('[.. | strings | select(. == "t$N@example.com")] | length <= 1'),
          ),
        ],
      },
    ),
  )
}
