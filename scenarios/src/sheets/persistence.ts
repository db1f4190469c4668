import type { Order, Payment, User } from '@msctl/sdk'
import { defineSheet, type Finding, type Text } from '../engine/index.ts'
import {
  answerTo,
  checkPlatform,
  createOrder,
  createPayment,
  createUser,
  deleteIfThere,
  restarted,
  type World,
} from '../world/index.ts'

interface State {
  user: User | undefined
  order: Order | undefined
  payment: Payment | undefined
  /** The id of a user who was created and deleted before everything went down. */
  lastId: number
}

const idea: Text = {
  en: `A service that keeps its data in memory is easy to write, and loses the data at its first restart. Here a service keeps nothing itself. An answer of success means that PostgreSQL has the data on disk. So a process or a container can be thrown away at any time.

This also holds for changes of existing data, and for the counter that gives out ids.`,
  ru: `Сервис, который держит данные в памяти, легко написать, но при первом перезапуске он теряет данные. Здесь сервис сам ничего не хранит. Успешный ответ означает, что PostgreSQL записал данные на диск. Поэтому процесс или контейнер можно выбросить в любой момент.

Это относится и к изменениям существующих данных, и к счётчику, который выдаёт id.`,
}

/** Create, take everything down and up, and find it all again. */
export const persistence = defineSheet<World, State>({
  name: 'persistence',
  title: { en: 'Persistence', ru: 'Сохранность данных' },
  question: {
    en: 'Everything is switched off and on again. What is still there?',
    ru: 'Всё выключили и включили снова. Что сохранилось?',
  },
  idea,
  expectations: {
    'users-survive': survives('the user', 'пользователь'),
    'orders-survive': survives('the order', 'заказ'),
    'payments-survive': survives('the payment', 'платёж'),
    'edits-survive': {
      title: { en: 'the last change is still there', ru: 'последнее изменение сохранилось' },
      why: {
        en: 'A change that is only in the cache is lost with it.',
        ru: 'Изменение, которое есть только в кэше, пропадёт вместе с ним.',
      },
    },
    'ids-go-on': {
      title: { en: 'no id is given out twice', ru: 'ни один id не выдан дважды' },
      why: {
        en: 'An order or a link that names a deleted user must not suddenly mean somebody else.',
        ru: 'Заказ или ссылка на удалённого пользователя не должны вдруг указать на кого-то другого.',
      },
    },
  },
  state: () => ({ user: undefined, order: undefined, payment: undefined, lastId: 0 }),

  steadyState: [checkPlatform],

  steps: [
    {
      title: {
        en: 'Create a user, an order and a payment, and change the name of the user.',
        ru: 'Создаём пользователя, заказ и платёж и меняем имя пользователя.',
      },
      run: async (lab) => {
        const { state } = lab
        const { id: userId } = await createUser(lab, 'Ann')
        state.user = await lab.world.client.users.update(userId, { name: 'Anna' })
        state.order = await createOrder(lab, { userId, product: 'Laptop' })
        state.payment = await createPayment(lab, { order_id: state.order.id, amount: 999.99 })
      },
    },
    {
      title: {
        en: 'Create another user, note the id, and delete the user.',
        ru: 'Создаём ещё одного пользователя, запоминаем id и удаляем его.',
      },
      run: async (lab) => {
        lab.state.lastId = (await createUser(lab, 'Bob')).id
        await lab.world.client.users.delete(lab.state.lastId)
      },
    },
    {
      title: {
        en: 'Take the whole platform down, and up again.',
        ru: 'Останавливаем всю платформу и запускаем снова.',
      },
      run: async (lab) => lab.inject(await restarted(lab)),
    },
    {
      title: { en: 'Read everything again.', ru: 'Читаем всё снова.' },
      run: async (lab) => {
        const { users, orders, payments } = lab.world.client
        const { user, order, payment } = lab.state
        const found = (await answerTo(users.get(user?.id ?? 0))).data
        lab.expect('users-survive', isThere(withoutEdit(user), withoutEdit(found)))
        lab.expect('orders-survive', isThere(order, (await answerTo(orders.get(order?.id ?? 0))).data))
        lab.expect(
          'payments-survive',
          isThere(payment, (await answerTo(payments.get(payment?.id ?? 0))).data),
        )
        lab.expect('edits-survive', {
          held: found === undefined || found.name === user?.name,
          expected: `name: ${user?.name}`,
          actual: `name: ${found?.name ?? '?'}`,
        })
      },
    },
    {
      title: { en: 'Create one more user.', ru: 'Создаём ещё одного пользователя.' },
      run: async (lab) => {
        const { id } = await createUser(lab, 'Eve')
        lab.expect('ids-go-on', {
          held: id > lab.state.lastId,
          expected: { en: `An id above ${lab.state.lastId}.`, ru: `id больше ${lab.state.lastId}.` },
          actual: `id: ${id}`,
        })
        await deleteIfThere(lab, 'users', id)
      },
    },
  ],

  conclude: () => ({
    en: 'None of the earlier processes runs any more, and the answers are the same as before. The data are in the databases only. Everything else can be replaced: that is how it can be updated, moved and repaired.',
    ru: 'Ни один прежний процесс больше не работает, а ответы те же. Данные есть только в базах данных. Всё остальное можно заменить: так его обновляют, переносят и чинят.',
  }),
})

function survives(en: string, ru: string) {
  return {
    title: { en: `${en} is still there, unchanged`, ru: `${ru} сохранился без изменений` },
    why: {
      en: 'What was answered with 201 must not be lost.',
      ru: 'То, на что ответили 201, не должно пропасть.',
    },
  }
}

/** All of a user but what was changed: that has an expectation of its own. */
const withoutEdit = (user: User | undefined) => user && { ...user, name: undefined }

function isThere(wanted: object | undefined, got: object | undefined): Finding {
  const [expected, actual] = [JSON.stringify(wanted), JSON.stringify(got)]
  return {
    held: expected === actual,
    expected: expected ?? '?',
    actual: actual ?? { en: 'It is gone.', ru: 'Его нет.' },
  }
}
