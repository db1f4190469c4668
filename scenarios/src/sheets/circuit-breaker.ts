import type { DatabaseSession } from '@msctl/platform/database'
import type { Circuit } from '@msctl/sdk'
import { defineSheet, fixed, LabError, type Text } from '../engine/index.ts'
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
  en: `A service that is down costs its callers twice: they get no answer, and they wait for it. Behind a gateway, each caller that waits holds a connection. In the end, one service that is down slows down all the others.

A circuit breaker prevents that. It counts failures in a row. At the fifth it opens: from then on the gateway answers at once, without calling the service. After 30 seconds it lets exactly one request through, the trial, to see whether the service is back.

                 5 failures in a row
    ┌────────┐ ───────────────────────▶ ┌──────┐
    │ CLOSED │                          │ OPEN │ ◀─────────┐
    └────────┘                          └──────┘           │
        ▲                                   │ 30 s         │ the trial
        │                                   ▼              │ fails
        │     the trial succeeds      ┌───────────┐        │
        └──────────────────────────── │ HALF_OPEN │ ───────┘
                                      └───────────┘`,
  ru: `Неработающий сервис обходится клиентам дорого дважды: они не получают ответа и при этом ждут его. За шлюзом каждый ожидающий клиент занимает соединение. В конце концов один неработающий сервис замедляет все остальные.

Предохранитель (circuit breaker) этого не допускает. Он считает ошибки подряд. На пятой он размыкается: с этого момента шлюз отвечает сразу, не обращаясь к сервису. Через 30 секунд он пропускает ровно один запрос, пробный, чтобы узнать, заработал ли сервис.

                   5 ошибок подряд
    ┌────────┐ ───────────────────────▶ ┌──────┐
    │ CLOSED │                          │ OPEN │ ◀─────────┐
    └────────┘                          └──────┘           │
        ▲                                   │ 30 с         │ пробный запрос
        │                                   ▼              │ не удался
        │    пробный запрос удался    ┌───────────┐        │
        └──────────────────────────── │ HALF_OPEN │ ───────┘
                                      └───────────┘`,
}

/** The documented scenario: stop users, watch the breaker open, refuse, try again and close. */
export const circuitBreaker = defineSheet<World, State>({
  name: 'circuit-breaker',
  title: { en: 'Circuit breaker', ru: 'Предохранитель (circuit breaker)' },
  question: {
    en: 'One service stops. What do the callers of the others notice?',
    ru: 'Один сервис остановился. Что заметят клиенты остальных?',
  },
  idea,
  parameters: {
    failures: {
      value: 5,
      reason: { en: 'failures in a row that open the circuit', ru: 'ошибок подряд размыкают предохранитель' },
    },
    resetSeconds: {
      value: 30,
      reason: { en: 'from OPEN to the trial, in seconds', ru: 'секунд от размыкания до пробного запроса' },
    },
    requests: {
      value: 10,
      reason: {
        en: 'requests while it is OPEN, enough for a median',
        ru: 'запросов, пока он OPEN; для медианы достаточно',
      },
    },
  },
  expectations: {
    'opens-at-fifth': {
      title: {
        en: 'the circuit opens at the fifth failure in a row',
        ru: 'предохранитель размыкается на пятой ошибке подряд',
      },
      why: {
        en: 'If it opened earlier, a short disturbance would cut off a healthy service; if later, callers would wait for one that is down.',
        ru: 'Если раньше, короткий сбой отрежет исправный сервис; если позже, клиенты будут ждать неработающий.',
      },
    },
    'refuses-at-once': {
      title: {
        en: 'while it is OPEN, every request is answered with 503 at once',
        ru: 'пока он OPEN, на каждый запрос сразу отвечают 503',
      },
      why: {
        en: 'That is what a breaker is for: nobody waits for an answer that cannot come.',
        ru: 'Для этого предохранитель и нужен: никто не ждёт ответа, которого не будет.',
      },
    },
    'tells-health': {
      title: {
        en: 'GET /health shows OPEN and the number of failures',
        ru: 'GET /health показывает OPEN и число ошибок',
      },
      why: {
        en: 'Whoever is on duty looks there first.',
        ru: 'Дежурный прежде всего смотрит туда.',
      },
    },
    'others-live': {
      title: { en: 'orders and payments work as before', ru: 'заказы и платежи работают как раньше' },
      why: {
        en: 'Each service has a circuit of its own, so that a failure stays where it happened.',
        ru: 'У каждого сервиса свой предохранитель, поэтому сбой остаётся там, где произошёл.',
      },
    },
    'holds-back': {
      title: {
        en: 'until the trial, the restarted service gets no requests',
        ru: 'до пробного запроса перезапущенный сервис не получает запросов',
      },
      why: {
        en: 'A service that has just started could fail again if everybody called it at once.',
        ru: 'Только что запущенный сервис мог бы отказать снова, если бы все обратились к нему сразу.',
      },
    },
    'half-open-after': {
      title: {
        en: 'the trial is due 30 seconds after it opened',
        ru: 'пробный запрос — через 30 секунд после размыкания',
      },
      why: {
        en: 'An earlier trial disturbs the repair; a later one keeps a healthy service from its callers.',
        ru: 'Если раньше, он мешает починке; если позже, исправный сервис зря недоступен клиентам.',
      },
    },
    'one-trial': {
      title: {
        en: 'HALF_OPEN lets exactly one request through',
        ru: 'HALF_OPEN пропускает ровно один запрос',
      },
      why: {
        en: 'One request is enough to find out, and too few to do harm.',
        ru: 'Одного запроса достаточно, чтобы узнать, и слишком мало, чтобы навредить.',
      },
    },
    closes: {
      title: {
        en: 'the trial succeeds and the circuit closes',
        ru: 'пробный запрос удался, и предохранитель замкнулся',
      },
      why: {
        en: 'Nobody has to close it by hand.',
        ru: 'Никому не нужно замыкать его вручную.',
      },
    },
  },
  state: () => ({ userId: 0, openedAt: 0, isHalfOpen: false, tried: 0, session: undefined }),

  steadyState: [checkPlatform],

  steps: [
    {
      title: {
        en: 'Create a user to ask for.',
        ru: 'Создаём пользователя, которого будем запрашивать.',
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
        en: 'Ask for the user, and watch the gateway count the failures.',
        ru: 'Запрашиваем пользователя и смотрим, как шлюз считает ошибки.',
      },
      run: async (lab) => {
        const failures = lab.parameter('failures')
        const answers = await inTurn(failures, () => askAndLook(lab))
        lab.say({
          en: 'So far the gateway called the service each time. Now once more:',
          ru: 'До сих пор шлюз каждый раз обращался к сервису. Теперь ещё раз:',
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
          { en: 'a request while CLOSED, median', ru: 'запрос, пока CLOSED, медиана' },
          medianOf(answers),
          'ms',
        )
      },
    },
    {
      title: {
        en: 'Ask again: now nobody has to wait.',
        ru: 'Запрашиваем ещё: теперь никто не ждёт.',
      },
      run: async (lab) => {
        const answers = await inTurn(lab.parameter('requests'), () => ask(lab))
        const refused = answers.filter(
          ({ status, retryAfterMs }) => status === 503 && retryAfterMs !== undefined,
        )
        const medianMs = medianOf(answers)
        const median = fixed(medianMs, 1)
        lab.measure(
          'refused',
          { en: 'a request while OPEN, median', ru: 'запрос, пока OPEN, медиана' },
          medianMs,
          'ms',
        )
        lab.expect('refuses-at-once', {
          held: refused.length === answers.length && medianMs <= AT_ONCE_MS,
          expected: {
            en: `${answers.length} × 503 with Retry-After, half of them within ${AT_ONCE_MS} ms.`,
            ru: `${answers.length} × 503 с Retry-After, половина из них не дольше ${AT_ONCE_MS} мс.`,
          },
          actual: {
            en: `${refused.length} × 503 with Retry-After; the median is ${median.en} ms.`,
            ru: `${refused.length} × 503 с Retry-After; медиана — ${median.ru} мс.`,
          },
        })
        const { status, failure_count: count } = await showCircuit(lab, 'users')
        const wanted = lab.state.tried
        lab.expect('tells-health', {
          held: status === 'OPEN' && count === wanted,
          expected: { en: `OPEN, with ${wanted} failures.`, ru: `OPEN, ошибок: ${wanted}.` },
          actual: { en: `${status}, with ${count} failures.`, ru: `${status}, ошибок: ${count}.` },
        })
      },
    },
    {
      title: { en: 'Ask for orders and payments.', ru: 'Запрашиваем заказы и платежи.' },
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
        en: 'Start users again. The gateway does not know it yet.',
        ru: 'Снова запускаем users. Шлюз об этом ещё не знает.',
      },
      run: async (lab) => {
        await startService(lab, 'users')
        const answers = await inTurn(3, () => ask(lab))
        const tookMs = performance.now() - lab.state.openedAt
        const took = fixed(tookMs / 1000, 1)
        if (tookMs > lab.parameter('resetSeconds') * SOON)
          throw new LabError(
            'deadline',
            lab.words({
              en: `users was back only ${took.en} s after the circuit opened: too late to see whether the circuit waits.`,
              ru: `users заработал только через ${took.ru} с после размыкания: слишком поздно, чтобы увидеть, ждёт ли предохранитель.`,
            }),
          )
        const refused = answers.filter(({ status }) => status === 503).length
        lab.expect('holds-back', {
          held: refused === answers.length,
          expected: { en: 'Still 503, 3 times of 3.', ru: 'По-прежнему 503, 3 раза из 3.' },
          actual: { en: `503, ${refused} times of 3.`, ru: `503, раз: ${refused} из 3.` },
        })
      },
    },
    {
      title: { en: 'Wait until a trial is due.', ru: 'Ждём времени пробного запроса.' },
      run: async (lab) => {
        const resetSeconds = lab.parameter('resetSeconds')
        // While there is time: through a container, a connection takes a while.
        lab.state.session = await openSession(lab, 'users')
        const elapsed = () => performance.now() - lab.state.openedAt
        const circuit = await lab.lookFor(
          { en: 'a trial is due', ru: 'пора послать пробный запрос' },
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
        en: 'Send five requests at once. Hold the first in the database until the others are answered.',
        ru: 'Посылаем пять запросов сразу. Первый задерживаем в базе, пока не отвечены остальные.',
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
          { en: 'all but one are answered', ru: 'отвечены все запросы, кроме одного' },
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
            ru: 'Из пяти пропущен один, четыре получили 503.',
          },
          actual: { en: `${passed} of five were let through.`, ru: `Из пяти пропущено: ${passed}.` },
        })
      },
    },
    {
      title: {
        en: 'Look at the circuit, and ask once more.',
        ru: 'Смотрим на предохранитель и запрашиваем ещё раз.',
      },
      run: async (lab) => {
        if (!lab.state.isHalfOpen) return
        const circuit = await showCircuit(lab, 'users')
        const { status } = await ask(lab)
        lab.expect('closes', {
          held: status === 200 && circuit.status === 'CLOSED' && circuit.failure_count === 0,
          expected: {
            en: '200, and the circuit is CLOSED with 0 failures.',
            ru: '200, предохранитель CLOSED, ошибок: 0.',
          },
          actual: {
            en: `${status}, and the circuit is ${circuit.status} with ${circuit.failure_count} failures.`,
            ru: `${status}, предохранитель ${circuit.status}, ошибок: ${circuit.failure_count}.`,
          },
        })
      },
    },
  ],

  conclude: ({ measurements, parameter }) => {
    const refused = fixed(measurements.refused ?? Number.NaN, 1)
    return {
      en: `The service was down, and its callers saw ${parameter('failures')} failures; after these, a 503 within ${refused.en} ms. The callers of orders and payments noticed nothing. After ${parameter('resetSeconds')} s a single request found the service working, and all requests were let through again. Nobody had to restart or reset anything.`,
      ru: `Сервис не работал, и его клиенты увидели ошибок: ${parameter('failures')}; потом они получали 503 за ${refused.ru} мс. Клиенты заказов и платежей ничего не заметили. Через ${parameter('resetSeconds')} с единственный запрос показал, что сервис работает, и шлюз снова пропускает всех. Никому не пришлось ничего перезапускать и сбрасывать.`,
    }
  },
})

/** Whether its time is not over: some breakers show HALF_OPEN only when a request comes. */
const isOpenStill = ({ status, retry_in_seconds: seconds }: Circuit) =>
  status === 'OPEN' && (seconds === null || seconds > 0)

const ask = (lab: AnyLab & { readonly state: State }) =>
  answerTo(lab.world.client.users.get(lab.state.userId))

async function askAndLook(lab: AnyLab & { readonly state: State }) {
  const answer = await ask(lab)
  // The last failure that was tried is the one that opened it, whichever it is.
  if (wasTried(answer.status)) lab.state.openedAt = performance.now()
  await showCircuit(lab, 'users')
  return answer
}

const medianOf = (answers: readonly { readonly durationMs: number }[]) =>
  spreadOf(answers.map(({ durationMs }) => durationMs)).medianMs
