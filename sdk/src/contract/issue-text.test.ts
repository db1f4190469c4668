import { expect, test } from 'vitest'
import * as z from 'zod/mini'
import { CreateOrder, CreatePayment, CreateUser, ListUsers, UpdatePayment, UpdateUser } from './index.ts'
import { issueText } from './issue-text.ts'

const long = 'x'.repeat(300)
const issues = (schema: z.ZodMiniType, value: unknown) =>
  z
    .safeParse(schema, value, { error: issueText })
    .error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)

test.for([
  [CreateUser, {}, ['email: is missing', 'name: is missing']],
  [CreateUser, 'text', [': must be an object']],
  [
    CreateUser,
    { email: 'nobody', name: '' },
    ['email: must be an e-mail address', 'name: must not be empty'],
  ],
  [CreateUser, { email: 7, name: ['a'] }, ['email: must be a text', 'name: must be a text']],
  [CreateUser, { email: 'a@b.cc', name: long }, ['name: must not be longer than 255 characters']],
  [CreateUser, { email: 'a@b.cc', name: 'a\0b' }, ['name: must not hold NUL characters or lone surrogates']],
  [UpdateUser, {}, [': must hold at least one of email, name']],
  [CreateOrder, { userId: 1, product: 'x', quantity: 0 }, ['quantity: must be above 0']],
  [CreateOrder, { userId: 1, product: 'x', quantity: 1.5 }, ['quantity: must be a whole number']],
  [CreateOrder, { userId: 2 ** 31, product: 'x' }, ['userId: must be at most 2147483647']],
  [CreatePayment, { order_id: 1, amount: 'much' }, ['amount: must be a number']],
  [CreatePayment, { order_id: 1, amount: 0 }, ['amount: must be above 0']],
  [UpdatePayment, { status: 'lost' }, ['status: must be one of pending, completed, failed']],
  [
    ListUsers,
    { limit: '0', after: 'x' },
    ['limit: must be a whole number from 1 to 1000', 'after: must be a whole number from 1 to 2147483647'],
  ],
] as const)('%o says of %o what it has to be', ([schema, value, expected]) => {
  expect(issues(schema, value)).toEqual(expected)
})
