// Pays for an order exactly once, whatever happens meanwhile: a gateway that restarts, a lost answer, this script being
// killed and run again.
//
//   node examples/pay-once.mjs --order 17 --amount 99.90
//
// What makes it safe is the idempotency key. It is derived from what must happen once, so that a second run sends the same.
import { parseArgs } from 'node:util'
import { createClient, isValidationError } from '@msctl/sdk'

const { values } = parseArgs({ options: { order: { type: 'string' }, amount: { type: 'string' } } })
if (values.order === undefined || values.amount === undefined) {
  console.error('Usage: node examples/pay-once.mjs --order ID --amount NUMBER')
  process.exit(2)
}

const ms = createClient({
  baseUrl: process.env.MSCTL_URL ?? 'http://localhost:8000',
  // Patient: a minute of trouble is nothing to fail a payment for.
  timeoutMs: 60_000,
  maxRetries: 30,
  hooks: {
    onRetry: ({ attempt, delayMs, error }) =>
      console.error(`attempt ${attempt} failed (${error.code}), again in ${Math.round(delayMs)} ms`),
  },
})

try {
  const { data: payment, attempts } = await ms.payments
    .create(
      { order_id: Number(values.order), amount: Number(values.amount) },
      { idempotencyKey: `pay-once:order-${values.order}` },
    )
    .withResponse()
  console.log(`payment ${payment.id} of ${payment.amount} for order ${payment.order_id}: ${payment.status}`)
  if (attempts > 1) console.error(`it took ${attempts} attempts, and was made once`)
  // A payment that the bank refused is a result, not an error; whether to try a new one is a person's decision.
  process.exitCode = payment.status === 'failed' ? 1 : 0
} catch (error) {
  if (!isValidationError(error)) throw error
  // Also when the order was paid before, with another amount.
  for (const { path, message } of error.errors) console.error(`${path}: ${message}`)
  process.exitCode = 1
}
