import { expect, test } from 'vitest'
import { parseComposeFile } from './compose-file.ts'
import { awaitedServices, quickened } from './health-check.ts'

test('those are waited for that somebody wants to be healthy first', () => {
  const { services } = parseComposeFile(`
services:
  gateway: {depends_on: {users: {condition: service_healthy}, orders: {condition: service_started}}}
  users: {depends_on: [db]}
  orders: {depends_on: {db: {condition: service_healthy}}}
  db: {image: postgres}`)
  expect([...awaitedServices(services)].sort()).toEqual(['db', 'users'])
})

test.each([
  [
    { test: 'x', interval: '10s', retries: 5 },
    { test: 'x', interval: '1s', retries: 50 },
  ],
  [
    { test: 'x', interval: '1m30s', timeout: '3s' },
    { test: 'x', interval: '1s', retries: 270, timeout: '3s' },
  ],
  [{ test: 'x' }, { test: 'x', interval: '1s', retries: 90 }],
  [
    { test: 'x', interval: '1500ms', retries: 3 },
    { test: 'x', interval: '1s', retries: 5 },
  ],
  [{ test: 'x', interval: '500ms' }, undefined],
  [{ test: 'x', interval: '1s' }, undefined],
  [{ test: 'x', interval: 'soon' }, undefined],
  [{ disable: true }, undefined],
  [undefined, undefined],
])('%j becomes %j', (given, wanted) => {
  expect(quickened(given)).toEqual(wanted)
})
