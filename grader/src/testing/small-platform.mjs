// The whole platform in one small process without a store, for tests of what grades submissions. Listens on PORT; a word on the command
// line breaks it.
import { createServer } from 'node:http'
import process from 'node:process'

const [fault] = process.argv.slice(2)
if (fault === 'exits') throw new Error('the platform ends at once')
if (fault === 'prints') setInterval(() => process.stdout.write(`${'noise '.repeat(10_000)}\n`), 1)
if (fault === 'silent') setInterval(() => undefined, 1_000)

/** What each field has to be. */
const isText = (value) => typeof value === 'string' && value !== ''
const isCount = (value) => Number.isInteger(value) && value > 0
const isAmount = (value) => typeof value === 'number' && value > 0
const STATUSES = ['pending', 'completed', 'failed']
const FIELDS = {
  users: { email: isText, name: isText },
  orders: { userId: isCount, product: isText, quantity: isCount },
  payments: { order_id: isCount, amount: isAmount, status: (value) => STATUSES.includes(value) },
}
const DEFAULTS = {
  users: () => ({}),
  orders: () => ({ quantity: 1 }),
  payments: () => ({ status: Math.random() < (fault === 'rate' ? 0.9 : 0.3) ? 'failed' : 'completed' }),
}
const FILTERS = { users: undefined, orders: 'userId', payments: 'order_id' }
const stores = { users: new Map(), orders: new Map(), payments: new Map() }
let lastId = 0

function answer(method, url, body) {
  const [, name, id, rest] = url.pathname.split('/')
  if (name === 'health') return [200, { status: 'ok', circuits: {} }]
  if (name === 'status') return [200, { status: 'ok' }]
  const store = stores[name]
  if (store === undefined) return [404, { detail: 'no such route' }]
  const object = store.get(Number(id))
  if (id !== undefined && object === undefined) return [404, { detail: 'not found' }]
  if (rest === 'details') {
    return [
      200,
      { user: object, orders: [...stores.orders.values()].filter(({ userId }) => userId === object.id) },
    ]
  }
  if (method === 'DELETE') return [204, fault === 'delete' ? undefined : void store.delete(object.id)]
  if (method === 'GET' && id !== undefined) return [200, object]
  if (method === 'GET') {
    const wanted = url.searchParams.get(FILTERS[name])
    const all = [...store.values()]
    return [200, wanted === null ? all : all.filter((each) => String(each[FILTERS[name]]) === wanted)]
  }
  const fields = Object.entries(FIELDS[name])
  const isPartial = method === 'PUT'
  const given = isPartial ? body : { ...DEFAULTS[name](), ...body }
  const isWrong = ([field, fits]) => (isPartial && given[field] === undefined ? false : !fits(given[field]))
  if (fields.some(isWrong)) return [422, { detail: 'invalid' }]
  if (
    name === 'users' &&
    [...store.values()].some(({ id: other, email }) => email === given.email && other !== object?.id)
  )
    return [409, { detail: 'taken' }]
  const known = Object.fromEntries(
    fields.flatMap(([field]) => (given[field] === undefined ? [] : [[field, given[field]]])),
  )
  const now = new Date().toISOString()
  const saved = isPartial
    ? { ...object, ...known, ...(name === 'payments' && { updated_at: now }) }
    : { id: ++lastId, ...known, created_at: now, ...(name === 'payments' && { updated_at: now }) }
  store.set(saved.id, saved)
  return [isPartial ? 200 : 201, saved]
}

function parse(text) {
  try {
    return JSON.parse(text || '{}')
  } catch {
    return undefined
  }
}

const server = createServer(async (request, response) => {
  let text = ''
  for await (const chunk of request) text += chunk
  const body = parse(text)
  const isObject = typeof body === 'object' && body !== null
  const [status, result] = isObject
    ? answer(request.method, new URL(request.url, 'http://localhost'), body)
    : [400, { detail: 'no JSON' }]
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(status === 204 ? undefined : JSON.stringify(result))
})
if (fault !== 'silent') server.listen(Number(process.env.PORT), '127.0.0.1')
