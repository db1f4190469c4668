import type { Lab, Text } from '@msctl/scenarios'
import type { ServiceName } from '@msctl/sdk/contract'
import type { Answer, Check, Experiment, Grader } from '../run/grader.ts'
import { idOf, isOk } from './answers.ts'
import { complain, judge } from './judge.ts'
import { create, inCalm } from './objects.ts'
import { call, expected, hasStatus, SEED_LINE } from './repro.ts'
import { ALL_RESOURCES, type Resource } from './resources.ts'

type InputLab = Lab<Grader, Record<never, never>>

/** Bodies as they are sent, by service: JSON can say what PostgreSQL cannot store. */
const UNSTORABLE: Readonly<Partial<Record<ServiceName, readonly string[]>>> = {
  users: [
    '{"email": "$N@example.com", "name": "nul \\u0000"}',
    '{"email": "s$N@example.com", "name": "half a pair \\ud800"}',
  ],
  orders: ['{"userId": $N, "product": "nul \\u0000"}', '{"userId": $N, "product": "half a pair \\ud800"}'],
}
const NO_5XX = expected('an answer, and no 5xx', hasStatus('[234]..'))
const MALFORMED = '{"broken": '
const BEYOND_INT4 = '99999999999'

/** What nobody should be able to turn into a 5xx: it is the sender who is wrong. */
function inputAdviceOf(resource: Resource): Experiment<Record<never, never>> {
  const { service, path } = resource
  const advice = (title: Text, why: Text, hint: Text): Check => ({
    ...{ criterion: 'correctness', isAdvice: true, title, why, hint },
    dependsOn: [`correctness.${service}.create`],
  })
  const unstorable = UNSTORABLE[service]
  return {
    needs: ['http'],
    uses: [service],
    sheet: {
      name: `advice-input-${service}`,
      title: { en: `Requests that ${path} cannot accept`, ru: `Запросы, которые ${path} принять не может` },
      question: { en: 'Can a caller make the service fail?', ru: 'Может ли вызывающий вызвать сбой?' },
      idea: {
        en: 'Text that PostgreSQL cannot store, ids beyond its integers, and malformed JSON.',
        ru: 'Текст, который PostgreSQL не сохранит, id больше его целых чисел и испорченный JSON.',
      },
      state: () => ({}),
      expectations: {
        [`advice.${service}.malformed-json`]: advice(
          {
            en: `POST ${path} refuses malformed JSON with a 4xx`,
            ru: `POST ${path} отклоняет испорченный JSON с 4xx`,
          },
          {
            en: 'A 5xx counts as a failure of the service: five of them open its circuit for everybody.',
            ru: '5xx — сбой сервиса: пять таких размыкают предохранитель для всех.',
          },
          { en: 'Answer 400 when the body cannot be parsed.', ru: 'Отвечайте 400, если тело не разобрать.' },
        ),
        [`advice.${service}.large-ids`]: advice(
          {
            en: `${path}/{id} answers requests for ids beyond PostgreSQL’s integers`,
            ru: `${path}/{id} отвечает и на id за пределами целых PostgreSQL`,
          },
          {
            en: 'Anybody can send such an id; a 5xx for it counts as a failure, and five open the circuit for everybody.',
            ru: 'Такой id может прислать любой; 5xx на него — сбой, а пять сбоев размыкают предохранитель для всех.',
          },
          {
            en: 'An id above 2147483647 cannot exist: 404 (or 422) before the database is asked.',
            ru: 'Id больше 2147483647 не бывает: 404 (или 422), не спрашивая базу.',
          },
        ),
        ...(unstorable !== undefined && {
          [`advice.${service}.unstorable-text`]: advice(
            {
              en: `POST ${path} refuses text that PostgreSQL cannot store with a 4xx`,
              ru: `POST ${path} отклоняет с 4xx текст, который PostgreSQL не сохранит`,
            },
            {
              en: 'NUL and half a surrogate pair are valid in JSON and invalid in the database: a 5xx that anybody can cause.',
              ru: 'NUL и половина суррогатной пары допустимы в JSON и недопустимы в базе: 5xx, который может вызвать любой.',
            },
            {
              en: 'Let the schema refuse \\u0000 and lone surrogates.',
              ru: 'Пусть схема отклоняет \\u0000 и непарные суррогаты.',
            },
          ),
        }),
      },
      steadyState: [],
      steps: [
        {
          title: { en: 'Send such requests', ru: 'Послать такие запросы' },
          run: (lab) => sendHostile(lab, resource),
        },
      ],
    },
  }
}

async function sendHostile(lab: InputLab, resource: Resource): Promise<void> {
  const { world } = lab
  const { path, service, filter } = resource
  const known = (await create(lab, resource))?.id
  if (known === undefined) return
  const settle = (what: string, answers: readonly Answer[], repro: readonly string[]) => {
    const failed = answers.filter(({ status }) => status === null || status >= 500)
    lab.expect(
      `advice.${service}.${what}`,
      judge(
        { en: 'Any answer but a 5xx', ru: 'Любой ответ, кроме 5xx' },
        [
          failed.length > 0 &&
            complain({ en: 'The service answered with an error:', ru: 'Сервис ответил ошибкой:' }, ...failed),
        ],
        { answers, repro: repro.flatMap((line) => (line === SEED_LINE ? [line] : [line, NO_5XX])) },
      ),
    )
  }
  const send = async (body: string) => {
    const number = String(10_000_000 + Math.floor(world.random() * 89_999_999))
    const answer = await world.request('POST', path, {
      body: body.replaceAll('$N', number),
      headers: { 'content-type': 'application/json' },
    })
    const id = idOf(answer)
    if (isOk(answer) && id !== undefined) world.created.note(service, id)
    return answer
  }

  settle('malformed-json', await inCalm(lab, resource, known, [MALFORMED], send), [
    call('POST', path, MALFORMED),
  ])

  const calls = [
    ['GET', `${path}/${BEYOND_INT4}`],
    ['DELETE', `${path}/${BEYOND_INT4}`],
    ...(filter === undefined ? [] : [['GET', `${path}?${filter}=${BEYOND_INT4}`]]),
  ] as [string, string][]
  settle(
    'large-ids',
    await inCalm(lab, resource, known, calls, ([method, to]) => world.request(method, to)),
    calls.map(([method, to]) => call(method, to)),
  )

  const unstorable = UNSTORABLE[service]
  if (unstorable !== undefined)
    settle('unstorable-text', await inCalm(lab, resource, known, unstorable, send), [
      SEED_LINE,
      ...unstorable.map((body) => call('POST', path, body)),
    ])
}

/** What is sent to users, orders and payments by mistake or on purpose. */
export const inputAdvice = ALL_RESOURCES.map(inputAdviceOf)
