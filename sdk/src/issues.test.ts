import { expect, test } from 'vitest'
import * as z from 'zod/mini'
import { Payment, User } from './contract/index.ts'
import { findIssues } from './issues.ts'
import { ann } from './testing/server.ts'

test('finds nothing wrong with what keeps the contract, further fields included', () => {
  expect(findIssues(User, ann)).toBeUndefined()
  expect(findIssues(User, { ...ann, nickname: 'Annie' })).toBeUndefined()
})

test('says where, what was expected and what was there', () => {
  const payment = { id: 0, order_id: 1.5, amount: '9', status: 'done', created_at: 'yesterday' }
  expect(findIssues(z.array(Payment), [payment])).toEqual([
    { path: '[0].id', message: 'expected more than 0, got 0' },
    { path: '[0].order_id', message: 'expected int, got 1.5' },
    { path: '[0].amount', message: 'expected number, got "9"' },
    { path: '[0].status', message: 'expected "pending" or "completed" or "failed", got "done"' },
    { path: '[0].created_at', message: 'expected datetime, got "yesterday"' },
    { path: '[0].updated_at', message: 'expected string, got nothing' },
  ])
})

test('names an answer of another kind altogether', () => {
  expect(findIssues(User, null)).toEqual([{ path: '', message: 'expected object, got null' }])
  expect(findIssues(User, [ann])?.[0]?.message).toMatch(/^expected object, got \[\{"id":1,/)
})
