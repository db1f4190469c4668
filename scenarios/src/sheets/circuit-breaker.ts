import type { DatabaseSession } from '@msctl/platform/database'
import type { Circuit } from '@msctl/sdk'
import { defineSheet, LabError, type Text } from '../engine/index.ts'
import { judgeOpening, judgeReset, spreadOf, wasTried } from '../expectations/index.ts'
import type { World } from '../world/index.ts'
import {
  type AnyLab,
  answerTo,
  checkPlatform,
  closeCircuitAtEnd,
  createUser,
  holdTable,
  inTurn,
  openSession,
  showCircuit,
  startService,
  stopped,
} from '../world/index.ts'

interface State {
  userId: number
  /** On the clock of `performance.now()`. */
  openedAt: number
  isHalfOpen: boolean
  /** How many requests were tried before the first refusal. */
  tried: number
  session: DatabaseSession | undefined
}

/** "At once", in milliseconds: far below the 3 s that the gateway waits for a service. */
const AT_ONCE_MS = 1_000
/** Nine tenths of a second, in milliseconds: what happens in that part of the time of an open circuit happens before its trial. */
const SOON = 900
/** How many requests come at the moment of the trial. */
const TOGETHER = 5

const idea: Text = {
  en: `A service that is down costs its callers twice: they get nothing, and they wait for it. Behind a gateway, everyone who waits holds a connection, until one dead service has slowed down all the others.

A circuit breaker ends that. It counts failures in a row. At the fifth it opens: from then on the gateway answers at once, without even trying. After 30 seconds it lets exactly one request through, to see whether the service is back.

                 5 failures in a row
    ┌────────┐ ───────────────────────▶ ┌──────┐
    │ CLOSED │                          │ OPEN │ ◀─────────┐
    └────────┘                          └──────┘           │
        ▲                                   │ 30 s         │ the trial
        │                                   ▼              │ fails
        │     the trial succeeds      ┌───────────┐        │
        └──────────────────────────── │ HALF_OPEN │ ───────┘
                                      └───────────┘`,
  ru: `Упавший сервис обходится дорого дважды: ответа от него нет, но его ещё и ждут. За шлюзом каждый, кто ждёт, держит соединение, и вот уже один мёртвый сервис замедлил все остальные.

Предохранитель (circuit breaker) это прекращает. Он считает неудачи подряд. На пятой он размыкается: с этой минуты шлюз отвечает сразу, даже не пытаясь. Через 30 секунд он пропускает ровно один запрос, чтобы узнать, не вернулся ли сервис.

                   5 неудач подряд
    ┌────────┐ ───────────────────────▶ ┌──────┐
    │ CLOSED │                          │ OPEN │ ◀─────────┐
    └────────┘                          └──────┘           │
        ▲                                   │ 30 с         │ проба
        │                                   ▼              │ не удалась
        │       проба удалась         ┌───────────┐        │
        └──────────────────────────── │ HALF_OPEN │ ───────┘
                                      └───────────┘`,
}

/** The documented scenario: stop users, watch the breaker open, refuse, try again and close. */
export const circuitBreaker = defineSheet<World, State>({
  name: 'circuit-breaker',
  title: { en: 'Circuit breaker', ru: 'Предохранитель (circuit breaker)' },
  question: {
    en: 'A service dies. What do those notice who do not even need it?',
    ru: 'Сервис упал. Что заметят те, кому он даже не нужен?',
  },
  idea,
  parameters: {
    failures: {
      value: 5,
      reason: { en: 'failures in a row that open the circuit', ru: 'неудач подряд размыкают предохранитель' },
    },
    resetSeconds: {
      value: 30,
      reason: { en: 'from OPEN to the trial, in seconds', ru: 'секунд от размыкания до пробы' },
    },
    requests: {
      value: 10,
      reason: {
        en: 'sent while it is OPEN, enough for a median',
        ru: 'посылаем, пока он OPEN; хватит для медианы',
      },
    },
  },
  expectations: {
    'opens-at-fifth': {
      title: {
        en: 'the circuit opens at the fifth failure in a row',
        ru: 'предохранитель размыкается на пятой неудаче подряд',
      },
      why: {
        en: 'Earlier, a hiccup would cut off a healthy service; later, callers would wait for a dead one.',
        ru: 'Раньше — и случайный сбой отрежет здоровый сервис; позже — и клиенты будут ждать мёртвый.',
      },
    },
    'refuses-at-once': {
      title: {
        en: 'while it is OPEN, every answer is an immediate 503',
        ru: 'пока он OPEN, на каждый запрос сразу отвечают 503',
      },
      why: {
        en: 'Failing fast is the point: nobody waits for what cannot come.',
        ru: 'В быстром отказе весь смысл: никто не ждёт того, что не придёт.',
      },
    },
    'tells-health': {
      title: {
        en: 'GET /health tells that it is OPEN, and why',
        ru: 'GET /health говорит, что он OPEN и почему',
      },
      why: {
        en: 'Whoever is on duty at night looks there first.',
        ru: 'Туда первым делом смотрит дежурный среди ночи.',
      },
    },
    'others-live': {
      title: { en: 'orders and payments work as ever', ru: 'заказы и платежи работают как обычно' },
      why: {
        en: 'One breaker a service: a failure must stay where it happened.',
        ru: 'У каждого сервиса свой предохранитель: беда должна остаться там, где случилась.',
      },
    },
    'holds-back': {
      title: {
        en: 'the revived service is left in peace until the trial',
        ru: 'ожившему сервису дают покой до самой пробы',
      },
      why: {
        en: 'A service that has just come up would go down again under everybody at once.',
        ru: 'Только что поднявшийся сервис снова упал бы, навались на него все сразу.',
      },
    },
    'half-open-after': {
      title: {
        en: 'the trial is due 30 seconds after it opened',
        ru: 'проба назначена через 30 секунд после размыкания',
      },
      why: {
        en: 'Sooner disturbs the repair, later keeps a healthy service away from its callers.',
        ru: 'Раньше — помешает починке, позже — здоровый сервис простаивает без клиентов.',
      },
    },
    'one-trial': {
      title: {
        en: 'HALF_OPEN lets exactly one request through',
        ru: 'HALF_OPEN пропускает ровно один запрос',
      },
      why: {
        en: 'One request is enough to find out, and few enough to do no harm.',
        ru: 'Одного запроса хватит, чтобы узнать, и он никому не повредит.',
      },
    },
    closes: {
      title: {
        en: 'the trial succeeds and the circuit closes',
        ru: 'проба удалась, и предохранитель замкнулся',
      },
      why: {
        en: 'Nobody has to come and switch it on again.',
        ru: 'Никому не нужно приходить и включать его снова.',
      },
    },
  },
  state: () => ({ userId: 0, openedAt: 0, isHalfOpen: false, tried: 0, session: undefined }),

  steadyState: [checkPlatform],

  steps: [
    {
      title: {
        en: 'Create a user, to have somebody to ask for.',
        ru: 'Создаём пользователя, чтобы было о ком спрашивать.',
      },
      run: async (lab) => {
        lab.state.userId = (await createUser(lab, 'Ann')).id
        await showCircuit(lab, 'users')
      },
    },
    {
      title: { en: 'Stop the users service.', ru: 'Останавливаем сервис users.' },
      run: async (lab) => {
        closeCircuitAtEnd(lab, 'users')
        await lab.inject(stopped(lab, 'users'))
      },
    },
    {
      title: {
        en: 'Ask for the user, and watch the gateway count.',
        ru: 'Спрашиваем пользователя и смотрим, как считает шлюз.',
      },
      run: async (lab) => {
        const failures = lab.parameter('failures')
        const answers = await inTurn(failures, () => askAndLook(lab))
        lab.state.openedAt = performance.now()
        lab.say({
          en: 'So far the gateway tried every time. Now once more:',
          ru: 'До сих пор шлюз каждый раз пробовал. А теперь ещё раз:',
        })
        const all = [...answers, await ask(lab)]
        lab.state.tried = all.filter(({ status }) => wasTried(status)).length
        lab.expect(
          'opens-at-fifth',
          judgeOpening(
            all.map(({ status }) => !wasTried(status)),
            failures,
          ),
        )
        lab.measure(
          'tried',
          { en: 'a request that was tried', ru: 'запрос, который шлюз пробовал' },
          medianOf(answers),
          'ms',
        )
      },
    },
    {
      title: {
        en: 'Ask again and again: nobody waits any longer.',
        ru: 'Спрашиваем снова и снова: больше никто не ждёт.',
      },
      run: async (lab) => {
        const answers = await inTurn(lab.parameter('requests'), () => ask(lab))
        const refused = answers.filter(
          ({ status, retryAfterMs }) => status === 503 && retryAfterMs !== undefined,
        )
        const medianMs = medianOf(answers)
        lab.measure(
          'refused',
          { en: 'a request that was refused', ru: 'запрос, которому отказано' },
          medianMs,
          'ms',
        )
        lab.expect('refuses-at-once', {
          held: refused.length === answers.length && medianMs <= AT_ONCE_MS,
          expected: {
            en: `${answers.length} × 503 with Retry-After, half of them within ${AT_ONCE_MS} ms.`,
            ru: `${answers.length} × 503 с Retry-After, половина из них быстрее ${AT_ONCE_MS} мс.`,
          },
          actual: {
            en: `${refused.length} × 503 with Retry-After; the median took ${medianMs.toFixed(1)} ms.`,
            ru: `${refused.length} × 503 с Retry-After; медиана — ${medianMs.toFixed(1)} мс.`,
          },
        })
        const { status, failure_count: count } = await showCircuit(lab, 'users')
        const wanted = lab.state.tried
        lab.expect('tells-health', {
          held: status === 'OPEN' && count === wanted,
          expected: { en: `OPEN, with ${wanted} failures.`, ru: `OPEN, неудач: ${wanted}.` },
          actual: { en: `${status}, with ${count} failures.`, ru: `${status}, неудач: ${count}.` },
        })
      },
    },
    {
      title: { en: 'Ask for something else.', ru: 'Спрашиваем о чём-нибудь другом.' },
      run: async (lab) => {
        const { orders, payments } = lab.world.client
        const statuses = [
          await answerTo(orders.list({ limit: 1 })),
          await answerTo(payments.list({ limit: 1 })),
        ].map(({ status }) => status)
        lab.expect('others-live', {
          held: statuses.every((status) => status === 200),
          expected: '/orders 200, /payments 200',
          actual: `/orders ${statuses[0]}, /payments ${statuses[1]}`,
        })
      },
    },
    {
      title: {
        en: 'Start users again. The breaker does not know yet.',
        ru: 'Снова запускаем users. Предохранитель ещё не знает об этом.',
      },
      run: async (lab) => {
        await startService(lab, 'users')
        const answers = await inTurn(3, () => ask(lab))
        const tookMs = performance.now() - lab.state.openedAt
        if (tookMs > lab.parameter('resetSeconds') * SOON)
          throw new LabError(
            'deadline',
            lab.words({
              en: `Until users was back, ${(tookMs / 1000).toFixed(1)} s had passed: too long to see whether the circuit waits.`,
              ru: `Пока users вернулся, прошло ${(tookMs / 1000).toFixed(1)} с: уже не увидеть, ждёт ли предохранитель.`,
            }),
          )
        const refused = answers.filter(({ status }) => status === 503).length
        lab.expect('holds-back', {
          held: refused === answers.length,
          expected: { en: 'Still 503, three times of three.', ru: 'По-прежнему 503, три раза из трёх.' },
          actual: { en: `503, ${refused} times of three.`, ru: `503, ${refused} раза из трёх.` },
        })
      },
    },
    {
      title: { en: 'Wait for the trial.', ru: 'Ждём пробы.' },
      run: async (lab) => {
        const resetSeconds = lab.parameter('resetSeconds')
        // While there is time: through a container, a connection takes a while.
        lab.state.session = await openSession(lab, 'users')
        const elapsed = () => performance.now() - lab.state.openedAt
        const circuit = await lab.lookFor(
          { en: 'users may be tried again', ru: 'users снова можно пробовать' },
          async () => {
            const { circuits } = await lab.world.quietly.gateway.health()
            return isOpenStill(circuits.users) ? undefined : circuits.users
          },
          {
            withinMs: resetSeconds * 2_500 + 2_000,
            expectedInMs: Math.max(0, resetSeconds * 1000 - elapsed()),
          },
        )
        lab.expect('half-open-after', judgeReset(circuit && elapsed(), resetSeconds))
        lab.state.isHalfOpen = circuit !== undefined
        await showCircuit(lab, 'users')
      },
    },
    {
      title: {
        en: 'Send five requests at the same moment; hold the first in the database until the others have come.',
        ru: 'Посылаем пять запросов разом; первый задержим в базе, пока не придут остальные.',
      },
      run: async (lab) => {
        if (!lab.state.isHalfOpen) return
        const hold = await holdTable(lab, 'users', lab.state.session)
        let refused = 0
        const asked = Array.from({ length: TOGETHER }, async () => {
          const answer = await ask(lab)
          if (answer.status === 503) refused += 1
          return answer
        })
        await lab.lookFor(
          { en: 'all but one are answered', ru: 'отвечены все, кроме одного' },
          async () => (refused === TOGETHER - 1 ? true : undefined),
          { withinMs: 1_500, everyMs: 20 },
        )
        await hold.release()
        const statuses = (await Promise.all(asked)).map(({ status }) => status)
        const passed = statuses.filter((status) => status !== 503).length
        lab.expect('one-trial', {
          held: passed === 1,
          expected: {
            en: 'One of five is let through, four get 503.',
            ru: 'Из пяти проходит один, четыре получают 503.',
          },
          actual: { en: `${passed} of five passed.`, ru: `Из пяти прошло: ${passed}.` },
        })
      },
    },
    {
      title: { en: 'Look, and ask once more.', ru: 'Смотрим и спрашиваем ещё раз.' },
      run: async (lab) => {
        if (!lab.state.isHalfOpen) return
        const circuit = await showCircuit(lab, 'users')
        const { status } = await ask(lab)
        lab.expect('closes', {
          held: status === 200 && circuit.status === 'CLOSED' && circuit.failure_count === 0,
          expected: {
            en: '200, and the circuit is CLOSED with 0 failures.',
            ru: '200, предохранитель CLOSED, неудач: 0.',
          },
          actual: {
            en: `${status}, and the circuit is ${circuit.status} with ${circuit.failure_count} failures.`,
            ru: `${status}, предохранитель ${circuit.status}, неудач: ${circuit.failure_count}.`,
          },
        })
      },
    },
  ],

  conclude: ({ measurements, parameter }) => ({
    en: `The service was away, and what callers noticed of it were ${parameter('failures')} failures; after these, an honest "not now" in ${ms(measurements.refused)} ms. Orders and payments noticed nothing. ${parameter('resetSeconds')} s later a single request found the service alive, and everybody was let in again: nobody had to restart, reset or even know anything.`,
    ru: `Сервиса не было, а клиенты заметили только ${parameter('failures')} неудач; потом — честное «не сейчас» за ${ms(measurements.refused)} мс. Заказы и платежи не заметили ничего. Через ${parameter('resetSeconds')} с единственный запрос нашёл сервис живым, и снова пустили всех: никому не пришлось ничего перезапускать, сбрасывать и даже знать.`,
  }),
})

/** Whether its time is not over: some breakers show HALF_OPEN only when a request comes. */
const isOpenStill = ({ status, retry_in_seconds: seconds }: Circuit) =>
  status === 'OPEN' && (seconds === null || seconds > 0)

const ask = (lab: AnyLab & { readonly state: State }) =>
  answerTo(lab.world.client.users.get(lab.state.userId))

async function askAndLook(lab: AnyLab & { readonly state: State }) {
  const answer = await ask(lab)
  await showCircuit(lab, 'users')
  return answer
}

const medianOf = (answers: readonly { readonly durationMs: number }[]) =>
  spreadOf(answers.map(({ durationMs }) => durationMs)).medianMs

const ms = (value = Number.NaN) => value.toFixed(1)
