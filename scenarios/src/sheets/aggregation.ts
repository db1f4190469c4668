import type { Order, User } from '@msctl/sdk'
import { defineSheet, type Text } from '../engine/index.ts'
import { type Spread, spreadOf } from '../expectations/index.ts'
import {
  type AnyLab,
  answerTo,
  checkCacheInUse,
  checkPlatform,
  createOrder,
  createUser,
  holdTable,
  inTurn,
  openSession,
  timeWithSlowServices,
  type World,
} from '../world/index.ts'

interface State {
  user: User | undefined
  orders: readonly Order[]
}

/** An id that nobody has. */
const NOBODY = 2_147_483_647

const idea: Text = {
  en: `A page that shows a user with their orders needs two services. The browser could ask both. That is two requests over a slow network, and every client has to know which service has what. Or the gateway asks both:

                                      ┌──▶ users   GET /users/1
    GET /users/1/details ──▶ gateway ─┤
                                      └──▶ orders  GET /orders?userId=1

    {"user": {…}, "orders": [{…}, {…}]}

It asks both at the same time. So the answer takes as long as the slower of the two, and not as long as both together.`,
  ru: `Странице с пользователем и его заказами нужны два сервиса. Браузер может спросить оба. Это два запроса по медленной сети, и каждый клиент должен знать, в каком сервисе что хранится. Или оба спрашивает шлюз:

                                   ┌──▶ users   GET /users/1
    GET /users/1/details ──▶ шлюз ─┤
                                   └──▶ orders  GET /orders?userId=1

    {"user": {…}, "orders": [{…}, {…}]}

Он спрашивает оба одновременно. Поэтому ответ занимает столько, сколько более медленный из двух, а не столько, сколько оба вместе.`,
}

/** One call against two, parallel against sequential. */
export const aggregation = defineSheet<World, State>({
  name: 'aggregation',
  title: { en: 'API aggregation', ru: 'Агрегация API' },
  question: {
    en: 'One request needs two services. How long does it take?',
    ru: 'Одному запросу нужны два сервиса. Сколько времени он занимает?',
  },
  idea,
  parameters: {
    slowMs: {
      value: 150,
      reason: {
        en: 'ms by which each service is slowed down, to make the difference visible',
        ru: 'на столько мс замедляем каждый сервис, чтобы разница была видна',
      },
    },
    rounds: {
      value: 5,
      fast: 3,
      reason: {
        en: 'measurements of each kind, for a median',
        ru: 'измерений каждым способом, чтобы взять медиану',
      },
    },
  },
  expectations: {
    complete: {
      title: {
        en: 'the user comes with exactly their own orders',
        ru: 'пользователь приходит ровно со своими заказами',
      },
      why: {
        en: "Another user's order on the page is a data leak; a missing one is an error.",
        ru: 'Чужой заказ на странице — утечка данных, пропавший — ошибка.',
      },
    },
    'unknown-user': {
      title: {
        en: 'details of an unknown user are a 404',
        ru: 'details неизвестного пользователя — 404',
      },
      why: {
        en: 'An empty page for a user who does not exist hides a wrong link.',
        ru: 'Пустая страница вместо 404 скрывает неверную ссылку.',
      },
    },
    'in-parallel': {
      title: {
        en: 'the gateway asks both services at the same time',
        ru: 'шлюз спрашивает оба сервиса одновременно',
      },
      why: {
        en: 'Otherwise the waiting times add up, with each further service.',
        ru: 'Иначе времена ожидания складываются, и тем больше, чем больше сервисов.',
      },
    },
  },
  state: () => ({ user: undefined, orders: [] }),

  steadyState: [checkPlatform, checkCacheInUse],

  steps: [
    {
      title: {
        en: 'Create a user with two orders, and another user with one.',
        ru: 'Создаём пользователя с двумя заказами и другого — с одним.',
      },
      run: async (lab) => {
        const user = await createUser(lab, 'Ann')
        const other = await createUser(lab, 'Bob')
        const laptop = await createOrder(lab, { userId: user.id, product: 'Laptop' })
        await createOrder(lab, { userId: other.id, product: 'Desk' })
        const lamp = await createOrder(lab, { userId: user.id, product: 'Lamp', quantity: 2 })
        lab.state.user = user
        lab.state.orders = [laptop, lamp]
      },
    },
    {
      title: { en: 'Ask for the details.', ru: 'Запрашиваем details.' },
      run: async (lab) => {
        const { client } = lab.world
        const { data } = await answerTo(client.users.details(idOf(lab)))
        const wanted = { user: lab.state.user, orders: lab.state.orders.map(({ id }) => id) }
        const got = { user: data?.user, orders: data?.orders?.map(({ id }) => id) }
        lab.expect('complete', {
          held: JSON.stringify(got) === JSON.stringify(wanted),
          expected: {
            en: `User ${wanted.user?.id}, orders ${wanted.orders}.`,
            ru: `Пользователь ${wanted.user?.id}, заказы ${wanted.orders}.`,
          },
          actual: {
            en: `User ${got.user?.id}, orders ${got.orders}.`,
            ru: `Пользователь ${got.user?.id}, заказы ${got.orders}.`,
          },
        })
        const { status } = await answerTo(client.users.details(NOBODY))
        lab.expect('unknown-user', { held: status === 404, expected: '404', actual: `${status}` })
      },
    },
    {
      title: {
        en: 'Hold both services in the middle of a request, and see which of them have been asked.',
        ru: 'Задерживаем оба сервиса посреди запроса и смотрим, какие из них уже спрошены.',
      },
      run: async (lab) => {
        await forget(lab)
        const holds = [await holdTable(lab, 'users'), await holdTable(lab, 'orders')]
        const asked = answerTo(lab.world.client.users.details(idOf(lab)))
        const waiting = async () =>
          (await Promise.all(holds.map((hold) => hold.waiting()))).map((count) => count > 0)
        const both = await lab.lookFor(
          { en: 'both services have been asked', ru: 'спрошены оба сервиса' },
          async () => ((await waiting()).every(Boolean) ? true : undefined),
          { withinMs: 1_200, everyMs: 20 },
        )
        const [users, orders] = await waiting()
        await Promise.all(holds.map((hold) => hold.release()))
        await asked
        if (!users && !orders) {
          lab.leaveOpen('in-parallel', {
            en: 'Neither service was seen to wait in its database in time: this machine has too much to do.',
            ru: 'Ни один из сервисов не успел дойти до своей базы: машина слишком занята.',
          })
          return
        }
        lab.expect('in-parallel', {
          held: both === true,
          expected: {
            en: 'users and orders wait at the same time.',
            ru: 'users и orders ждут одновременно.',
          },
          actual: {
            en: `users ${users ? 'waits' : 'does not wait'}, orders ${orders ? 'waits' : 'has not been asked'}.`,
            ru: `users ${users ? 'ждёт' : 'не ждёт'}, orders ${orders ? 'ждёт' : 'ещё не спрошен'}.`,
          },
        })
      },
    },
    {
      title: {
        en: 'Slow both services down, and compare one call with two.',
        ru: 'Замедляем оба сервиса и сравниваем один запрос с двумя.',
      },
      run: async (lab) => {
        const { users, orders } = lab.world.quietly
        const id = idOf(lab)
        const slowly = {
          sessions: { users: await openSession(lab, 'users'), orders: await openSession(lab, 'orders') },
          slowMs: lab.parameter('slowMs'),
        }
        const time = async (work: () => Promise<unknown>) => {
          await forget(lab)
          return timeWithSlowServices(lab, slowly, work)
        }
        const rounds = await inTurn(lab.parameter('rounds'), async () => {
          lab.signal.throwIfAborted()
          const one = await time(() => users.details(id))
          const two = await time(async () => {
            await users.get(id)
            await orders.list({ userId: id })
          })
          return { one, two }
        })
        const one = spreadOf(rounds.map((round) => round.one))
        const two = spreadOf(rounds.map((round) => round.two))
        lab.measure(
          'oneMs',
          { en: 'one call for details, median', ru: 'один запрос details, медиана' },
          one.medianMs,
          'ms',
        )
        lab.measure(
          'twoMs',
          { en: 'two calls one after the other, median', ru: 'два запроса один за другим, медиана' },
          two.medianMs,
          'ms',
        )
        lab.say(pictureOf(one, two))
      },
    },
  ],

  conclude: ({ measurements: { oneMs = 0, twoMs = 0 }, parameter }) => ({
    en: `Each service needed ${parameter('slowMs')} ms. One call took ${oneMs.toFixed(0)} ms, two calls one after the other took ${twoMs.toFixed(0)} ms: the maximum of both times against their sum. The gateway asked only for the orders of this user, so the time does not grow with the orders of others.`,
    ru: `Каждому сервису было нужно ${parameter('slowMs')} мс. Один запрос занял ${oneMs.toFixed(0)} мс, два запроса один за другим — ${twoMs.toFixed(0)} мс: максимум двух времён против их суммы. Шлюз запросил заказы только этого пользователя, поэтому время не растёт с заказами других.`,
  }),
})

type AggregationLab = AnyLab & { readonly state: State }

const idOf = ({ state }: AggregationLab) => state.user?.id ?? 0

/** Makes the cache forget the user, so that the service has to go to its database, as orders has every time. */
async function forget(lab: AggregationLab): Promise<void> {
  await lab.world.quietly.users.update(idOf(lab), { name: 'Ann' })
}

/** Two bars, to scale. */
function pictureOf(one: Spread, two: Spread): Text {
  const scale = 48 / Math.max(one.highMs, two.highMs)
  const bar = ({ medianMs, lowMs, highMs }: Spread) =>
    `${'█'.repeat(Math.round(medianMs * scale))} ${medianMs.toFixed(0)} (${lowMs.toFixed(0)}–${highMs.toFixed(0)})`
  return {
    en: `one call   ${bar(one)}\ntwo calls  ${bar(two)} ms`,
    ru: `один запрос  ${bar(one)}\nдва запроса  ${bar(two)} мс`,
  }
}
