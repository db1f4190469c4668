import { type Database, indexDdl, type Query } from '@msctl/kit'
import type { CreatePayment, ListPayments, Payment, PaymentStatus, UpdatePayment } from '@msctl/sdk/contract'

/** The table, as the contract has it, and an index so that an order's payments do not cost a scan of all. */
export const PAYMENTS_DDL = `
  CREATE TABLE IF NOT EXISTS payments (
    id SERIAL PRIMARY KEY,
    order_id INTEGER NOT NULL,
    amount FLOAT NOT NULL,
    status VARCHAR DEFAULT 'pending',
    created_at TIMESTAMP DEFAULT NOW(),
    updated_at TIMESTAMP DEFAULT NOW()
  );
  ${indexDdl('payments_order_id_id', 'payments (order_id, id)')}`

const COLUMNS = 'id, order_id, amount, status, created_at, updated_at'

const INSERT = {
  name: 'insert-payment',
  text: `INSERT INTO payments (order_id, amount, status) VALUES ($1, $2, $3) RETURNING ${COLUMNS}`,
}
const LIST = {
  name: 'list-payments',
  text: `SELECT ${COLUMNS} FROM payments WHERE id > $1 ORDER BY id LIMIT $2`,
}
const LIST_OF_ORDER = {
  name: 'list-payments-of-order',
  text: `SELECT ${COLUMNS} FROM payments WHERE order_id = $3 AND id > $1 ORDER BY id LIMIT $2`,
}
const FIND = { name: 'find-payment', text: `SELECT ${COLUMNS} FROM payments WHERE id = $1` }
const UPDATE = {
  name: 'update-payment',
  text: `
    UPDATE payments
    SET amount = COALESCE($2, amount), status = COALESCE($3, status), updated_at = NOW()
    WHERE id = $1 RETURNING ${COLUMNS}`,
}
const DELETE = { name: 'delete-payment', text: 'DELETE FROM payments WHERE id = $1 RETURNING id' }

/** The payments' table. What is not there is `undefined`. */
export interface PaymentModel {
  /** Inserts a payment, within the transaction of `query`. */
  insert(query: Query, payment: CreatePayment & { status: PaymentStatus }): Promise<Payment>
  /** Payments with ids above `after`, of one order or of all, by id. */
  list(page: { limit: number; after: number }, filter: Pick<ListPayments, 'order_id'>): Promise<Payment[]>
  find(id: number): Promise<Payment | undefined>
  /** Changes the fields that are given, and `updated_at`. */
  update(query: Query, id: number, changes: UpdatePayment): Promise<Payment | undefined>
  /** Says whether there was such a payment. */
  delete(query: Query, id: number): Promise<boolean>
}

/** Works the payments' table with prepared statements. */
export function createPaymentModel({ query }: Database): PaymentModel {
  return {
    insert: async (within, { order_id, amount, status }) => {
      const [payment] = await within<Payment>(INSERT, [order_id, amount, status])
      return payment as Payment
    },
    list: ({ limit, after }, { order_id }) =>
      order_id === undefined
        ? query<Payment>(LIST, [after, limit])
        : query<Payment>(LIST_OF_ORDER, [after, limit, order_id]),
    find: async (id) => (await query<Payment>(FIND, [id]))[0],
    update: async (within, id, { amount, status }) =>
      (await within<Payment>(UPDATE, [id, amount, status]))[0],
    delete: async (within, id) => (await within(DELETE, [id])).length > 0,
  }
}
