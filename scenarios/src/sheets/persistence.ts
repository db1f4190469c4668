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
  en: `A service that keeps its data in memory is quick to write and easy to demonstrate, until somebody restarts it. Here a service keeps nothing: every answer that says "done" means that PostgreSQL has it on disk, and a container or a process is something that one may throw away at any time.

That includes what one seldom thinks of: changes to what was there, and the counter that gives out ids.`,
  ru: `Сервис, который держит данные в памяти, легко написать и приятно показывать — до первого перезапуска. Здесь сервис не хранит ничего: если в ответе сказано «готово», значит, PostgreSQL записал это на диск, а процесс или контейнер можно выбросить в любую минуту.

Это относится и к тому, о чём вспоминают редко: к правкам и к счётчику, который выдаёт id.`,
}

/** Create, take everything down and up, and find it all again. */
export const persistence = defineSheet<World, State>({
  name: 'persistence',
  title: { en: 'Persistence', ru: 'Персистентность данных' },
  question: {
    en: 'Everything is switched off and on again. What is still there?',
    ru: 'Всё выключили и включили снова. Что осталось?',
  },
  idea,
  expectations: {
    'users-survive': survives('the user', 'пользователь'),
    'orders-survive': survives('the order', 'заказ'),
    'payments-survive': survives('the payment', 'платёж'),
    'edits-survive': {
      title: { en: 'so is the last change', ru: 'последняя правка тоже на месте' },
      why: {
        en: 'A change that lives in the cache only is lost with it.',
        ru: 'Правка, которая живёт только в кэше, пропадёт вместе с ним.',
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
        en: 'Create another user and delete them, to remember the id.',
        ru: 'Создаём ещё одного пользователя и удаляем его, запомнив id.',
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
      title: { en: 'Ask for everything.', ru: 'Спрашиваем обо всём.' },
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
    en: 'Not one process that ran before runs now, and nobody who asks can tell. State has one home, the database; everything else is replaceable, and that is what makes it possible to update, to move and to repair it.',
    ru: 'Ни один прежний процесс больше не работает, но по ответам этого не заметить. У состояния один дом — база данных; всё остальное заменимо, и только поэтому его можно обновлять, переносить и чинить.',
  }),
})

function survives(en: string, ru: string) {
  return {
    title: { en: `${en} is still there, word for word`, ru: `${ru} на месте, слово в слово` },
    why: {
      en: 'An answer that says "created" is a promise.',
      ru: 'Ответ «создано» — это обещание.',
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
