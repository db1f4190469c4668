// Fills the platform with people, what they ordered and what they paid, so that there is something to look at.
//
//   node examples/seed-data.mjs [--users 10] [--orders 3]
//
// It can be run again: people who are there already are left alone, and nothing is ordered or paid twice.
import { createClient, isConflictError } from '@msctl/sdk'
import { runScript, wholeNumber } from './support/script.mjs'

const USAGE = 'Usage: node examples/seed-data.mjs [--users N] [--orders N]'
const OPTIONS = /** @type {const} */ ({
  users: { type: 'string', default: '10' },
  orders: { type: 'string', default: '3' },
})

const ms = createClient({ baseUrl: process.env.MSCTL_URL ?? 'http://localhost:8000' })

const NAMES = ['Ann', 'Bob', 'Cleo', 'Dan', 'Eve', 'Fay', 'Gus', 'Hal', 'Ida', 'Jon']
const PRODUCTS = ['Lamp', 'Desk', 'Chair', 'Shelf', 'Clock', 'Kettle', 'Radio']

/** @param {number} n @param {number} orders */
async function seedUser(n, orders) {
  const name = NAMES[n % NAMES.length] ?? 'Kim'
  const email = `${name.toLowerCase()}.${n}@example.com`
  const user = await ms.users.create({ email, name }).catch((error) => {
    if (isConflictError(error)) return undefined
    throw error
  })
  if (user === undefined) return { users: 0, orders: 0, payments: 0 }

  for (let i = 0; i < orders; i += 1) {
    const product = PRODUCTS[(n + i) % PRODUCTS.length] ?? 'Lamp'
    const order = await ms.orders.create({ userId: user.id, product, quantity: 1 + (i % 3) })
    await ms.payments.create({ order_id: order.id, amount: 9.99 * order.quantity })
  }
  return { users: 1, orders, payments: orders }
}

await runScript(USAGE, { options: OPTIONS }, async ({ values }) => {
  const length = wholeNumber('--users', values.users)
  const orders = wholeNumber('--orders', values.orders)
  const made = await Promise.all(Array.from({ length }, (_, n) => seedUser(n, orders)))

  for (const what of /** @type {const} */ (['users', 'orders', 'payments'])) {
    const count = made.reduce((sum, one) => sum + one[what], 0)
    console.log(`${count} ${what} created, ${(await ms[what].list()).length} there now`)
  }
})
