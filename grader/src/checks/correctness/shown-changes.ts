import type { ServiceName } from '@msctl/sdk/contract'
import { SAMPLE } from '../repro.ts'

/** Changes of single fields, one after the other, and what is to be seen after each. */
export const CHANGES: Readonly<Record<ServiceName, readonly [ShownChange, ...ShownChange[]]>> = {
  users: [
    {
      ...{ change: '{"name": "Eve"}', keeps: 'name is Eve, and email is still there' },
      isKept: '.name == "Eve" and .email == "a$N@example.com"',
    },
    {
      ...{ change: '{"email": "c$N@example.com"}', keeps: 'email is the new one, and name is still Eve' },
      isKept: '.name == "Eve" and .email == "c$N@example.com"',
    },
  ],
  orders: [
    {
      ...{ change: '{"quantity": 7}', keeps: 'quantity is 7, product and userId as before' },
      isKept: '.quantity == 7 and .product == "Lamp $N" and .userId == $N',
    },
    {
      ...{ change: '{"product": "Desk"}', keeps: 'product is Desk, and quantity is still 7' },
      isKept: '.quantity == 7 and .product == "Desk" and .userId == $N',
    },
  ],
  payments: [
    {
      ...{ change: '{"status": "pending"}', keeps: 'status is pending, amount and order_id as before' },
      isKept: `.status == "pending" and ${SAMPLE.payments.isIt}`,
    },
    {
      ...{ change: '{"status": "failed"}', keeps: 'status is failed, amount and order_id as before' },
      isKept: `.status == "failed" and ${SAMPLE.payments.isIt}`,
    },
    {
      ...{ change: '{"amount": 56.78}', keeps: 'status is still failed, and order_id as before' },
      isKept: '.status == "failed" and .order_id == $N',
    },
  ],
}

interface ShownChange {
  readonly change: string
  readonly keeps: string
  /** For jq. */
  readonly isKept: string
}
