import type { ResourceMessages } from './en-resource.ts'

/** What is said of users, orders and payments, in Russian. */
export const resource: ResourceMessages = {
  none: { users: 'Пользователей нет.', orders: 'Заказов нет.', payments: 'Платежей нет.' },
  deleted: {
    users: (id) => `Пользователь ${id} удалён.`,
    orders: (id) => `Заказ ${id} удалён.`,
    payments: (id) => `Платёж ${id} удалён.`,
  },
  cache: {
    HIT: 'из кэша (HIT)',
    MISS: 'из базы данных (MISS); теперь есть и в кэше',
    BYPASS: 'из базы данных (BYPASS); кэш недоступен',
  },
  replayed: 'этот ответ уже был: тот же ключ идемпотентности с теми же данными; ничего нового не создано',
  ordersMissing: 'Заказы сейчас недоступны; это не значит, что их нет.',
}
