// Pays for an order exactly once, whatever happens meanwhile: a gateway that restarts, a lost answer, this script being
// killed and run again.
//
//   node examples/pay-once.mjs --order 17 --amount 99.90
//
// What makes it safe is the idempotency key. It is derived from what must happen once, so that a second run sends the same.
import { createClient, isValidationError } from '@msctl/sdk'
import { runScript, UsageError, wholeNumber } from './support/script.mjs'

const USAGE = 'Usage: node examples/pay-once.mjs --order ID --amount NUMBER'
const OPTIONS = /** @type {const} */ ({ order: { type: 'string' }, amount: { type: 'string' } })

await runScript(USAGE, { options: OPTIONS }, async ({ values }) => {
  if (values.order === undefined || values.amount === undefined)
    throw new UsageError('Which order, and how much?')
  const order = wholeNumber('--order', values.order)

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
        { order_id: order, amount: Number(values.amount) },
        { idempotencyKey: `pay-once:order-${order}` },
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
})
