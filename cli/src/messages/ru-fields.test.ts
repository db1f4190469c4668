import {
  CreateOrder,
  CreatePayment,
  CreateUser,
  issueText,
  ListOrders,
  ListUsers,
  UpdatePayment,
  UpdateUser,
} from '@msctl/sdk/contract'
import { expect, test } from 'vitest'
import * as z from 'zod/mini'
import { inRussian } from './ru-fields.ts'

const long = 'x'.repeat(300)
const WRONG: readonly (readonly [z.ZodMiniType, unknown])[] = [
  [CreateUser, {}],
  [CreateUser, 'text'],
  [CreateUser, null],
  [CreateUser, { email: 'nobody', name: '' }],
  [CreateUser, { email: 7, name: ['a'] }],
  [CreateUser, { email: `${long}@example.com`, name: long }],
  [CreateUser, { email: 'a@example.com', name: 'a\0b' }],
  [UpdateUser, {}],
  [CreateOrder, { userId: 0, product: 'x', quantity: 1.5 }],
  [CreateOrder, { userId: 1e10, product: 'x', quantity: -1 }],
  [CreatePayment, { order_id: true, amount: 0 }],
  [CreatePayment, { order_id: 1, amount: Number.POSITIVE_INFINITY }],
  [CreatePayment, { order_id: 1, amount: Number.NaN }],
  [UpdatePayment, { status: 'lost' }],
  [ListUsers, { limit: '0', after: 'x' }],
  [ListOrders, { userId: '-1' }],
]

test.for(WRONG)('what %o says of %o is said in Russian', ([schema, value]) => {
  const messages =
    z.safeParse(schema, value, { error: issueText }).error?.issues.map(({ message }) => message) ?? []
  expect(messages).not.toEqual([])
  const untranslated = messages.filter((message) => !/[а-я]/.test(inRussian(message)))
  expect(untranslated).toEqual([])
})

test('says what is wanted', () => {
  expect(inRussian('must be a text')).toBe('должно быть текстом')
  expect(inRussian('must be at most 1000')).toBe('должно быть не больше 1000')
  expect(inRussian('must be one of pending, completed')).toBe('должно быть одним из: pending, completed')
  expect(inRussian('value is not a valid email address')).toBe('value is not a valid email address')
})
