import { Validator } from '@seriousme/openapi-schema-validator'
import { expect, test } from 'vitest'
import { createOpenApiDocument } from './openapi.ts'

const document = createOpenApiDocument({ version: '1.2.3' })

test('is a valid OpenAPI 3.1 document', async () => {
  const validator = new Validator()
  expect(await validator.validate(structuredClone(document) as never)).toEqual({ valid: true })
  expect(validator.version).toBe('3.1')
})

test('is JSON, and refers to nothing that it does not hold', () => {
  const text = JSON.stringify(document)
  expect(JSON.parse(text)).toEqual(document)
  const references = [...text.matchAll(/"\$ref":"#\/([^"]+)"/g)].map(([, path]) => path ?? '')
  expect(references.length).toBeGreaterThan(50)
  for (const path of new Set(references)) {
    const target = path
      .split('/')
      .reduce<unknown>((value, key) => (value as Record<string, unknown>)?.[key], document)
    expect([path, typeof target]).toEqual([path, 'object'])
  }
  expect(text).not.toContain('"$id"')
})

test('gives every operation a name of its own', () => {
  const ids = Object.values(document.paths).flatMap((path) =>
    Object.values(path).flatMap(({ operationId }) => (operationId ? [operationId] : [])),
  )
  expect(ids).toHaveLength(23)
  expect(new Set(ids).size).toBe(ids.length)
})

test('asks for a key for everything but how the gateway is', () => {
  const open = Object.entries(document.paths).flatMap(([path, { get }]) => (get?.security ? [path] : []))
  expect(open).toEqual(['/', '/docs', '/health', '/ready', '/metrics', '/openapi.json'])
  expect(document.security).toEqual([{}, { 'api-key': [] }])
  for (const path of ['/users', '/status'])
    expect(document.paths[path]?.get?.responses).toMatchObject({ 401: {}, 429: {} })
})

test('tells what the schemas say: a quantity may be left out, an amount may not', () => {
  expect(document.components.schemas).toMatchObject({
    CreateOrder: { required: ['userId', 'product'], properties: { quantity: { default: 1 } } },
    CreatePayment: { required: ['order_id', 'amount'] },
    UpdateUser: { minProperties: 1 },
    Payment: { properties: { status: { enum: ['pending', 'completed', 'failed'] } } },
    User: { properties: { name: { minLength: 1, maxLength: 255 } } },
  })
})
