import * as z from 'zod/mini'
import { Id, MAX_PAGE_SIZE } from './fields.ts'
import { Health, Ready, Status, UserDetails } from './gateway.ts'
import { CreateOrder, ListOrders, Order, UpdateOrder } from './orders.ts'
import { CreatePayment, ListPayments, Payment, UpdatePayment } from './payments.ts'
import { PROBLEM_MEDIA_TYPE, PROBLEMS, Problem, type ProblemName, problemType } from './problem.ts'
import { CreateUser, ListUsers, UpdateUser, User } from './users.ts'

/** The schemas that the document names, by their names there. */
const SCHEMAS = {
  User,
  CreateUser,
  UpdateUser,
  Order,
  CreateOrder,
  UpdateOrder,
  Payment,
  CreatePayment,
  UpdatePayment,
  UserDetails,
  Health,
  Status,
  Ready,
  Problem,
}

type SchemaName = keyof typeof SCHEMAS

/** A resource that can be created, listed, read, changed and deleted. */
const RESOURCES = [
  { plural: 'users', singular: 'user', schema: 'User', list: ListUsers },
  { plural: 'orders', singular: 'order', schema: 'Order', list: ListOrders },
  { plural: 'payments', singular: 'payment', schema: 'Payment', list: ListPayments },
] as const

type Json = { [key: string]: unknown }

/** An OpenAPI 3.1 document. */
export interface OpenApiDocument {
  openapi: string
  info: Json
  tags: Json[]
  paths: Record<string, Record<string, Json>>
  security: Json[]
  components: { schemas: Json; parameters: Json; headers: Json; responses: Json; securitySchemes: Json }
}

/**
 * The contract as an OpenAPI 3.1 document, made from the schemas that the services validate with.
 *
 * @param options.version that of the platform.
 */
export function createOpenApiDocument({ version }: { version: string }): OpenApiDocument {
  return {
    openapi: '3.1.0',
    info: {
      title: 'msctl platform',
      version,
      description:
        'Users, orders and payments, each a service of its own behind one gateway with circuit breakers. Every error is a problem (RFC 9457).',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    tags: [
      ...RESOURCES.map(({ plural, singular }) => ({ name: plural, description: `The ${singular} service.` })),
      { name: 'gateway', description: 'What the gateway answers by itself.' },
    ],
    // A key is needed only where the gateway has been given some.
    security: [{}, { 'api-key': [] }],
    paths: {
      ...Object.assign({}, ...RESOURCES.map(pathsOf)),
      '/users/{id}/details': { parameters: [ref('parameters', 'Id')], get: DETAILS } as never,
      ...GATEWAY_PATHS,
    },
    components: {
      schemas: namedSchemas(),
      parameters: PARAMETERS,
      headers: HEADERS,
      responses: problemResponses(),
      securitySchemes: {
        'api-key': {
          type: 'http',
          scheme: 'bearer',
          description: 'One of the keys in the setting API_KEYS of the gateway.',
        },
      },
    },
  }
}

const ref = (kind: string, name: string) => ({ $ref: `#/components/${kind}/${name}` })

const REQUEST_ID = { 'X-Request-Id': ref('headers', 'X-Request-Id') }

const answer = (description: string, schema: Json, headers: Json = {}) => ({
  description,
  headers: { ...REQUEST_ID, ...headers },
  content: { 'application/json': { schema } },
})

const named = (schema: SchemaName) => ref('schemas', schema)

const body = (schema: SchemaName) => ({
  required: true,
  content: { 'application/json': { schema: named(schema) } },
})

/** What the gateway may say to whoever asks for more than how it is. */
const NOT_ADMITTED: ProblemName[] = ['unauthorized', 'too-many-requests']
/** What the gateway may say instead of any service. A 503 may also be `overloaded`. */
const NOT_PASSED_ON: ProblemName[] = [
  ...NOT_ADMITTED,
  'service-unreachable',
  'circuit-open',
  'service-timeout',
]
const BAD_BODY: ProblemName[] = [
  'malformed-request',
  'content-too-large',
  'unsupported-media-type',
  'unprocessable-content',
]

/** For what anybody may ask for. */
const OPEN = { security: [] }

/** The answers to a request that fails; one status has one description, and any problem of that status. */
const problems = (...names: ProblemName[]) =>
  Object.fromEntries(names.map((name) => [PROBLEMS[name].status, ref('responses', name)]))

function pathsOf({ plural, singular, schema, list }: (typeof RESOURCES)[number]) {
  const noun = schema
  const conflict: ProblemName[] = plural === 'users' ? ['conflict'] : []
  return {
    [`/${plural}`]: {
      get: {
        operationId: `list${noun}s`,
        tags: [plural],
        summary: `List ${plural}, by id`,
        description: 'Without `limit` the list is complete, however long.',
        parameters: Object.keys(list.shape).map((name) => ref('parameters', name)),
        responses: {
          200: answer(`The ${plural}.`, { type: 'array', items: named(schema) }),
          ...problems('unprocessable-content', ...NOT_PASSED_ON),
        },
      },
      post: {
        operationId: `create${noun}`,
        tags: [plural],
        summary:
          plural === 'payments' ? 'Make a payment, which completes or fails at once' : `Create a ${singular}`,
        parameters: [ref('parameters', 'Idempotency-Key')],
        requestBody: body(`Create${schema}`),
        responses: {
          201: answer(`The new ${singular}.`, named(schema)),
          ...problems(...BAD_BODY, ...conflict, ...NOT_PASSED_ON),
        },
      },
    },
    [`/${plural}/{id}`]: {
      parameters: [ref('parameters', 'Id')],
      get: {
        operationId: `get${noun}`,
        tags: [plural],
        summary: `Get a ${singular}, from the cache where it is there`,
        responses: {
          200: answer(`The ${singular}.`, named(schema), { 'X-Cache': ref('headers', 'X-Cache') }),
          ...problems('not-found', ...NOT_PASSED_ON),
        },
      },
      put: {
        operationId: `update${noun}`,
        tags: [plural],
        summary: `Change the fields of a ${singular} that are named, at least one`,
        requestBody: body(`Update${schema}`),
        responses: {
          200: answer(`The ${singular} as it now is.`, named(schema)),
          ...problems('not-found', ...BAD_BODY, ...conflict, ...NOT_PASSED_ON),
        },
      },
      delete: {
        operationId: `delete${noun}`,
        tags: [plural],
        summary: `Delete a ${singular}`,
        responses: {
          204: { description: `The ${singular} is gone.`, headers: REQUEST_ID },
          ...problems('not-found', ...NOT_PASSED_ON),
        },
      },
    },
  }
}

const DETAILS = {
  operationId: 'getUserDetails',
  tags: ['users', 'gateway'],
  summary: 'Get a user with their orders',
  description:
    'Asks both services at once. Without the orders the user still comes: `orders` is null, and `degraded` says so.',
  responses: {
    200: answer('The user and their orders.', named('UserDetails')),
    ...problems('not-found', ...NOT_PASSED_ON),
  },
}

/** A page for people. */
const htmlPage = (description: string) => ({
  description,
  headers: REQUEST_ID,
  content: { 'text/html': { schema: { type: 'string' } } },
})

const GATEWAY_PATHS = {
  '/': {
    get: {
      ...OPEN,
      operationId: 'getIndex',
      tags: ['gateway'],
      summary: 'See where to look: a page for a browser, links for anybody else',
      responses: { 200: answer('The links, by name.', { type: 'object' }) },
    },
  },
  '/docs': {
    get: {
      ...OPEN,
      operationId: 'getDocs',
      tags: ['gateway'],
      summary: 'Read this document as a page, and try it out',
      responses: { 200: htmlPage('The API reference.') },
    },
  },
  '/health': {
    get: {
      ...OPEN,
      operationId: 'getHealth',
      tags: ['gateway'],
      summary: 'See how the circuits are; 200 for as long as the gateway lives',
      responses: { 200: answer('The circuits.', named('Health')) },
    },
  },
  '/status': {
    get: {
      operationId: 'getStatus',
      tags: ['gateway'],
      summary: 'See all that a dashboard draws',
      responses: {
        200: answer('The services, their circuits, rates and latencies.', named('Status')),
        ...problems(...NOT_ADMITTED),
      },
    },
  },
  '/ready': {
    get: {
      ...OPEN,
      operationId: 'getReady',
      tags: ['gateway'],
      summary: 'See whether the gateway takes requests',
      responses: {
        200: answer('It does.', named('Ready')),
        503: answer('It is stopping.', named('Ready')),
      },
    },
  },
  '/metrics': {
    get: {
      ...OPEN,
      operationId: 'getMetrics',
      tags: ['gateway'],
      summary: 'Read the metrics, in the text format of Prometheus',
      responses: {
        200: {
          description: 'The metrics.',
          headers: REQUEST_ID,
          content: { 'text/plain': { schema: { type: 'string' } } },
        },
      },
    },
  },
  '/openapi.json': {
    get: {
      ...OPEN,
      operationId: 'getOpenApi',
      tags: ['gateway'],
      summary: 'Read this document',
      responses: { 200: answer('This document.', { type: 'object' }) },
    },
  },
}

const toSchema = (schema: z.ZodMiniType): Json => {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: 'input' })
  return rest
}

const query = (name: string, description: string, schema: Json) => ({
  name,
  in: 'query',
  description,
  schema,
})

const ID = toSchema(Id)

const PARAMETERS: Json = {
  Id: { name: 'id', in: 'path', required: true, description: 'Any other id is a 404.', schema: ID },
  limit: query('limit', 'At most so many.', { type: 'integer', minimum: 1, maximum: MAX_PAGE_SIZE }),
  after: query('after', 'Only those with a larger id.', ID),
  userId: query('userId', 'Only those of this user.', ID),
  order_id: query('order_id', 'Only those of this order.', ID),
  'Idempotency-Key': {
    name: 'Idempotency-Key',
    in: 'header',
    description:
      'The same key with the same body gives the first answer again, for 24 hours, and creates nothing; with another body it is a 422.',
    schema: { type: 'string' },
  },
}

const HEADERS: Json = {
  'X-Request-Id': {
    description: "The request's id, the caller's or a new one; the logs of all parts have it.",
    schema: { type: 'string' },
  },
  'X-Cache': {
    description: 'Whether the cache had it, or was passed by because it is down.',
    schema: { enum: ['HIT', 'MISS', 'BYPASS'] },
  },
  'Retry-After': { description: 'When to come again, in seconds.', schema: { type: 'integer', minimum: 1 } },
}

/** The problems that say when to come again. */
const COME_AGAIN = new Set<ProblemName>(['circuit-open', 'overloaded', 'too-many-requests'])

function problemResponses(): Json {
  return Object.fromEntries(
    (Object.keys(PROBLEMS) as ProblemName[]).map((name) => [
      name,
      {
        description: `${PROBLEMS[name].title} (\`${problemType(name)}\`)`,
        headers: {
          ...REQUEST_ID,
          ...(COME_AGAIN.has(name) && { 'Retry-After': ref('headers', 'Retry-After') }),
        },
        content: { [PROBLEM_MEDIA_TYPE]: { schema: named('Problem') } },
      },
    ]),
  )
}

/** What JSON Schema makes of the contract's schemas. Where one names another, the document does. */
function namedSchemas(): Json {
  const registry = z.registry<{ id: string }>()
  for (const [id, schema] of Object.entries(SCHEMAS)) registry.add(schema, { id })
  const { schemas } = z.toJSONSchema(registry, { io: 'input', uri: (id) => `#/components/schemas/${id}` })
  return Object.fromEntries(
    Object.entries(schemas).map(([name, { $schema: _dialect, $id: _id, ...schema }]) => [name, schema]),
  )
}
