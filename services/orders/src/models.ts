import { type Database, indexDdl, type Query } from '@msctl/kit'
import type { CreateOrder, ListOrders, Order, UpdateOrder } from '@msctl/sdk/contract'

/** The table, as the contract has it, and an index so that a user's orders do not cost a scan of everyone's. */
export const ORDERS_DDL = `
  CREATE TABLE IF NOT EXISTS orders (
    id SERIAL PRIMARY KEY,
    "userId" INTEGER NOT NULL,
    product VARCHAR NOT NULL,
    quantity INTEGER DEFAULT 1,
    created_at TIMESTAMP DEFAULT NOW()
  );
  ${indexDdl('"orders_userId_id"', 'orders ("userId", id)')}`

const COLUMNS = 'id, "userId", product, quantity, created_at'

const INSERT = {
  name: 'insert-order',
  text: `INSERT INTO orders ("userId", product, quantity) VALUES ($1, $2, $3) RETURNING ${COLUMNS}`,
}
const LIST = { name: 'list-orders', text: `SELECT ${COLUMNS} FROM orders WHERE id > $1 ORDER BY id LIMIT $2` }
const LIST_OF_USER = {
  name: 'list-orders-of-user',
  text: `SELECT ${COLUMNS} FROM orders WHERE "userId" = $3 AND id > $1 ORDER BY id LIMIT $2`,
}
const FIND = { name: 'find-order', text: `SELECT ${COLUMNS} FROM orders WHERE id = $1` }
const UPDATE = {
  name: 'update-order',
  text: `
    UPDATE orders
    SET "userId" = COALESCE($2, "userId"), product = COALESCE($3, product), quantity = COALESCE($4, quantity)
    WHERE id = $1 RETURNING ${COLUMNS}`,
}
const DELETE = { name: 'delete-order', text: 'DELETE FROM orders WHERE id = $1 RETURNING id' }

/** The orders' table. What is not there is `undefined`. */
export interface OrderModel {
  /** Inserts an order, within the transaction of `query`. */
  insert(query: Query, order: CreateOrder): Promise<Order>
  /** Orders with ids above `after`, of one user or of all, by id. */
  list(page: { limit: number; after: number }, filter: Pick<ListOrders, 'userId'>): Promise<Order[]>
  find(id: number): Promise<Order | undefined>
  /** Changes the fields that are given. */
  update(query: Query, id: number, changes: UpdateOrder): Promise<Order | undefined>
  /** Says whether there was such an order. */
  delete(query: Query, id: number): Promise<boolean>
}

/** Works the orders' table with prepared statements. */
export function createOrderModel({ query }: Database): OrderModel {
  return {
    insert: async (within, { userId, product, quantity }) => {
      const [order] = await within<Order>(INSERT, [userId, product, quantity])
      return order as Order
    },
    list: ({ limit, after }, { userId }) =>
      userId === undefined
        ? query<Order>(LIST, [after, limit])
        : query<Order>(LIST_OF_USER, [after, limit, userId]),
    find: async (id) => (await query<Order>(FIND, [id]))[0],
    update: async (within, id, { userId, product, quantity }) =>
      (await within<Order>(UPDATE, [id, userId, product, quantity]))[0],
    delete: async (within, id) => (await within(DELETE, [id])).length > 0,
  }
}
