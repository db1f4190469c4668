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
  en: `When one of two services is down, the gateway can do one of three things with a request that needs both. It can refuse it: then one failed service takes down the whole page. It can leave the orders out and not say so: then a customer with forty orders reads "you have no orders". Or it can say what it has and what is missing:

    {"user": {…}, "orders": null, "degraded": ["orders"]}

null is not an empty list. The page can show the user, and "orders are unavailable right now".`,
  ru: `Когда один из двух сервисов не работает, у шлюза есть три ответа на запрос, которому нужны оба. Отказать: тогда из-за одного сервиса не работает вся страница. Опустить заказы и не сказать об этом: тогда покупатель с сорока заказами прочитает «у вас нет заказов». Или сказать, что есть и чего не хватает:

    {"user": {…}, "orders": null, "degraded": ["orders"]}

null — не пустой список. Страница может показать пользователя и надпись «заказы сейчас недоступны».`,
}

/** The orders service is down: details degrade, users work on. */
export const failover = defineSheet<World, State>({
  name: 'failover',
  title: { en: 'Graceful degradation', ru: 'Отказ одного сервиса' },
  question: {
    en: 'The orders service is down. What can a page about a user still show?',
    ru: 'Сервис заказов не работает. Что ещё может показать страница пользователя?',
  },
  idea,
  expectations: {
    'details-degrade': {
      title: {
        en: 'details come without the orders, and say so',
        ru: 'details приходят без заказов и говорят об этом',
      },
      why: {
        en: 'A partial answer that is marked as partial is better than none, and much better than a wrong one.',
        ru: 'Неполный ответ с пометкой лучше, чем никакого, и намного лучше неверного.',
      },
    },
    'users-live': {
      title: { en: 'users can be read and changed', ru: 'пользователей можно читать и менять' },
      why: {
        en: 'They have a service and a database of their own.',
        ru: 'У них свой сервис и своя база данных.',
      },
    },
    'orders-fail-clearly': {
      title: {
        en: 'a request for orders is an error, and not an empty list',
        ru: 'запрос заказов — ошибка, а не пустой список',
      },
      why: {
        en: '200 with an empty list would mean that there are no orders.',
        ru: '200 с пустым списком означало бы, что заказов нет.',
      },
    },
    recovers: {
      title: {
        en: 'when orders is back, details are complete again',
        ru: 'когда orders снова работает, details снова полны',
      },
      why: {
        en: 'A fallback has to end with the failure.',
        ru: 'Запасной ответ должен закончиться вместе со сбоем.',
      },
    },
  },
  state: () => ({ userId: 0, orderId: 0 }),

  steadyState: [checkPlatform],

  steps: [
    {
      title: {
        en: 'Create a user with an order, and ask for both.',
        ru: 'Создаём пользователя с заказом и запрашиваем то и другое.',
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
      title: { en: 'Ask for both again.', ru: 'Снова запрашиваем то и другое.' },
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
      title: { en: 'Read and change the user.', ru: 'Читаем и меняем пользователя.' },
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
      title: { en: 'Ask for the orders alone.', ru: 'Запрашиваем только заказы.' },
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
        ru: 'Снова запускаем orders и запрашиваем то и другое.',
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
    en: 'One service was down, and the page lost only what that service knows. The answer said so: nobody read that there were no orders, and nobody had to wait. The first answer after the restart was complete again.',
    ru: 'Один сервис не работал, и страница потеряла только то, что знает этот сервис. Ответ об этом сообщал: никто не прочитал, что заказов нет, и никому не пришлось ждать. Первый ответ после перезапуска снова был полным.',
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
