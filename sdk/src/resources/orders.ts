import type * as z from 'zod/mini'
import type { ApiPromise } from '../api-promise.ts'
import { type CreateOrder, Order, type UpdateOrder } from '../contract/index.ts'
import type { Call } from '../endpoint.ts'
import { type ApiList, createList, type ListParameters } from '../list.ts'
import type { CallOptions } from '../options.ts'

/** What `orders.create` takes; a quantity that is not given is 1. */
export type NewOrder = z.input<typeof CreateOrder>
/** What `orders.update` takes: the fields to change, at least one. */
export type OrderChanges = z.input<typeof UpdateOrder>

/** What `orders.list` takes. */
export interface ListOrdersParameters extends ListParameters {
  /** Only this user's orders. */
  userId?: number | undefined
}

/** The orders. */
export interface Orders {
  /** Creates an order. Its user need not exist. @throws {ValidationError} */
  create(order: NewOrder, options?: CallOptions): ApiPromise<Order>
  /** Reads an order, through the platform's cache. @throws {NotFoundError} */
  get(id: number, options?: CallOptions): ApiPromise<Order>
  /** All orders, or those of one user, by id: await it for the array, or iterate it. */
  list(parameters?: ListOrdersParameters, options?: CallOptions): ApiList<Order>
  /** Changes the fields that it names. @throws {NotFoundError} @throws {ValidationError} */
  update(id: number, changes: OrderChanges, options?: CallOptions): ApiPromise<Order>
  /** Deletes an order. @throws {NotFoundError} */
  delete(id: number, options?: CallOptions): ApiPromise<void>
}

/** Makes the calls of orders: one line an endpoint. */
export const createOrders = (call: Call): Orders => ({
  create: (body, options) =>
    call({ call: 'orders.create', method: 'POST', path: '/orders', body, answer: Order }, options),
  get: (id, options) =>
    call({ call: 'orders.get', method: 'GET', path: ['/orders', id], answer: Order }, options),
  list: ({ userId, ...parameters } = {}, options) =>
    createList(
      call,
      { call: 'orders.list', path: '/orders', row: Order, filter: { userId } },
      parameters,
      options,
    ),
  update: (id, body, options) =>
    call({ call: 'orders.update', method: 'PUT', path: ['/orders', id], body, answer: Order }, options),
  delete: (id, options) =>
    call({ call: 'orders.delete', method: 'DELETE', path: ['/orders', id], answer: 'nothing' }, options),
})
