import { expect, test } from 'vitest'
import { newTraceparent, requestIdOf, traceIdOf, traceparentOf } from './tracing.ts'

const TRACE = '0af7651916cd43dd8448eb211c80319c'
const VALID = `00-${TRACE}-b7ad6b7169203331-01`

test.each(['a', 'A-1_b.c:d', 'x'.repeat(128)])('the request id %s is kept', (id) => {
  expect(requestIdOf({ 'x-request-id': id })).toBe(id)
})

test.each([
  undefined,
  '',
  'a b',
  'a\tb',
  'a,b',
  'caf\u00e9',
  '{"a":1}',
  'x'.repeat(129),
  ['a', 'b'] as never,
])('the request id %j is replaced by a new one', (id) => {
  const made = requestIdOf(id === undefined ? {} : { 'x-request-id': id })
  expect(made).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
  expect(requestIdOf({})).not.toBe(made)
})

test.each([
  VALID,
  `00-${TRACE}-b7ad6b7169203331-00`,
  `01-${TRACE}-b7ad6b7169203331-01`,
  `cc-${TRACE}-b7ad6b7169203331-01-more`,
])('the trace %s is kept', (traceparent) => {
  expect(traceparentOf({ traceparent })).toBe(traceparent)
  expect(traceIdOf(traceparent)).toBe(TRACE)
})

test.each([
  undefined,
  '',
  `ff-${TRACE}-b7ad6b7169203331-01`,
  `00-${'0'.repeat(32)}-b7ad6b7169203331-01`,
  `00-${TRACE}-${'0'.repeat(16)}-01`,
  VALID.toUpperCase(),
  `${VALID}-more`,
  `${VALID}0`,
  `cc-${TRACE}-b7ad6b7169203331-01more`,
  VALID.slice(0, -1),
])('the trace %s is not', (traceparent) => {
  expect(traceparentOf(traceparent === undefined ? {} : { traceparent })).toBeUndefined()
})

test('new traces are well-formed, and all different', () => {
  const traces = Array.from({ length: 1000 }, newTraceparent)
  for (const trace of traces) expect(traceparentOf({ traceparent: trace })).toBe(trace)
  expect(new Set(traces.map(traceIdOf)).size).toBe(1000)
})
