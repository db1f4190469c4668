import { defineSheet, type Text } from '../engine/index.ts'
import {
  type AnyLab,
  answerTo,
  checkPlatform,
  closeCircuitAtEnd,
  createOrder,
  createUser,
  showCircuit,
  startService,
  stopped,
  type World,
} from '../world/index.ts'

interface State {
  userId: number
  orderId: number
}

const idea: Text = {
  en: `When one of two services is gone, the gateway has three choices for an answer that needs both. It can refuse, and one failed service takes the whole page with it. It can leave the orders out silently, and a customer with forty orders reads "you have no orders". Or it can say honestly what it has and what it lacks:

    {"user": {…}, "orders": null, "degraded": ["orders"]}

null is not an empty list. The page can show the user, and "orders cannot be shown right now".`,
  ru: `Если одного из двух сервисов нет, то на запрос, которому нужны оба, шлюз может ответить трояко. Отказать — и один упавший сервис утянет за собой всю страницу. Молча опустить заказы — и покупатель с сорока заказами прочитает «у вас нет заказов». Или честно сказать, что есть и чего нет:

    {"user": {…}, "orders": null, "degraded": ["orders"]}

null — это не пустой список. Страница покажет пользователя и надпись «заказы сейчас недоступны».`,
}

/** Orders are down: details degrade, users live on. */
export const failover = defineSheet<World, State>({
  name: 'failover',
  title: { en: 'Degrading gracefully', ru: 'Отказ одного сервиса' },
  question: {
    en: 'Orders are down. How much of a page about a user can still be shown?',
    ru: 'Сервис заказов упал. Что ещё можно показать на странице пользователя?',
  },
  idea,
  expectations: {
    'details-degrade': {
      title: {
        en: 'details come without the orders, and say so',
        ru: 'details приходят без заказов и говорят об этом',
      },
      why: {
        en: 'Half an answer that says it is half is worth more than none, and far more than a wrong one.',
        ru: 'Половина ответа, честно названная половиной, лучше никакого и куда лучше неверного.',
      },
    },
    'users-live': {
      title: { en: 'users can be read and changed', ru: 'пользователей можно читать и менять' },
      why: {
        en: 'They have their own service and their own database; that was the idea.',
        ru: 'У них свой сервис и своя база; в том и была идея.',
      },
    },
    'orders-fail-clearly': {
      title: {
        en: 'a request for orders fails, and does not lie',
        ru: 'запрос заказов не удаётся, но и не лжёт',
      },
      why: {
        en: '200 with an empty list would mean that there are no orders.',
        ru: '200 с пустым списком означало бы, что заказов нет.',
      },
    },
    recovers: {
      title: {
        en: 'with orders back, details are whole again',
        ru: 'с возвращением orders details снова полны',
      },
      why: {
        en: 'A fallback that outlives the failure is a failure itself.',
        ru: 'Запасной ответ, переживший аварию, сам становится аварией.',
      },
    },
  },
  state: () => ({ userId: 0, orderId: 0 }),

  steadyState: [checkPlatform],

  steps: [
    {
      title: {
        en: 'Create a user with an order, and ask for both.',
        ru: 'Создаём пользователя с заказом и спрашиваем обоих.',
      },
      run: async (lab) => {
        lab.state.userId = (await createUser(lab, 'Ann')).id
        lab.state.orderId = (await createOrder(lab, { userId: lab.state.userId, product: 'Laptop' })).id
        await askDetails(lab)
      },
    },
    {
      title: { en: 'Stop the orders service.', ru: 'Останавливаем сервис orders.' },
      run: async (lab) => {
        closeCircuitAtEnd(lab, 'orders')
        await lab.inject(stopped(lab, 'orders'))
      },
    },
    {
      title: { en: 'Ask for both again.', ru: 'Снова спрашиваем обоих.' },
      run: async (lab) => {
        const { status, data } = await askDetails(lab)
        lab.expect('details-degrade', {
          held:
            data?.user.id === lab.state.userId &&
            data.orders === null &&
            data.degraded?.includes('orders') === true,
          expected: `200 {"user": …, "orders": null, "degraded": ["orders"]}`,
          actual: `${status}${data === undefined ? '' : ` ${sketch(data)}`}`,
        })
      },
    },
    {
      title: { en: 'Go on working with users.', ru: 'Продолжаем работать с пользователями.' },
      run: async (lab) => {
        const { users } = lab.world.client
        const read = await answerTo(users.get(lab.state.userId))
        const changed = await answerTo(users.update(lab.state.userId, { name: 'Anna' }))
        lab.expect('users-live', {
          held: read.status === 200 && changed.status === 200,
          expected: 'GET 200, PUT 200',
          actual: `GET ${read.status}, PUT ${changed.status}`,
        })
      },
    },
    {
      title: { en: 'Ask for the order itself.', ru: 'Спрашиваем сам заказ.' },
      run: async (lab) => {
        const { status } = await answerTo(lab.world.client.orders.list({ userId: lab.state.userId }))
        await showCircuit(lab, 'orders')
        lab.expect('orders-fail-clearly', {
          held: status !== null && status >= 500,
          expected: '502, 503, 504',
          actual: `${status}`,
        })
      },
    },
    {
      title: {
        en: 'Start orders again, and ask for both.',
        ru: 'Снова запускаем orders и спрашиваем обоих.',
      },
      run: async (lab) => {
        await startService(lab, 'orders')
        const { status, data } = await askDetails(lab)
        const ids = data?.orders?.map(({ id }) => id) ?? []
        lab.expect('recovers', {
          held: ids.includes(lab.state.orderId) && data?.degraded === undefined,
          expected: { en: `200 with order ${lab.state.orderId}.`, ru: `200 с заказом ${lab.state.orderId}.` },
          actual: `${status}${data === undefined ? '' : ` ${sketch(data)}`}`,
        })
      },
    },
  ],

  conclude: () => ({
    en: 'One service was gone, and the page lost exactly what that service knows. It did so honestly: nobody was told that there were no orders, nobody had to wait, and the first request after the repair was whole again.',
    ru: 'Одного сервиса не было, и страница потеряла ровно то, что знает он один. И сделала это честно: никому не сказали, что заказов нет, никто не ждал, а первый же запрос после починки снова был полным.',
  }),
})

const askDetails = (lab: AnyLab & { readonly state: State }) =>
  answerTo(lab.world.client.users.details(lab.state.userId))

/** What of an answer matters here. */
function sketch({
  orders,
  degraded,
}: {
  orders: readonly unknown[] | null
  degraded?: readonly string[] | undefined
}) {
  const list = orders === null ? 'null' : `[${orders.length}]`
  return `{"user": …, "orders": ${list}${degraded === undefined ? '' : `, "degraded": ${JSON.stringify(degraded)}`}}`
}
