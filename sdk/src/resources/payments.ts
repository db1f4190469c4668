import type * as z from 'zod/mini'
import type { ApiPromise } from '../api-promise.ts'
import { type CreatePayment, Payment, type UpdatePayment } from '../contract/index.ts'
import type { Call } from '../endpoint.ts'
import { type ApiList, createList, type ListParameters } from '../list.ts'
import type { CallOptions } from '../options.ts'

/** What `payments.create` takes. */
export type NewPayment = z.input<typeof CreatePayment>
/** What `payments.update` takes: the fields to change, at least one. */
export type PaymentChanges = z.input<typeof UpdatePayment>

/** What `payments.list` takes. */
export interface ListPaymentsParameters extends ListParameters {
  /** Only the payments for this order. */
  order_id?: number | undefined
}

/** The payments. */
export interface Payments {
  /**
   * Pays, once: however often the request is repeated, its idempotency key sees to it that one payment comes of it. The
   * payment comes back `completed` or `failed`; a failed one is no error.
   *
   * @throws {ValidationError}
   */
  create(payment: NewPayment, options?: CallOptions): ApiPromise<Payment>
  /** Reads a payment, through the platform's cache. @throws {NotFoundError} */
  get(id: number, options?: CallOptions): ApiPromise<Payment>
  /** All payments, or those for one order, by id: await it for the array, or iterate it. */
  list(parameters?: ListPaymentsParameters, options?: CallOptions): ApiList<Payment>
  /** Changes the fields that it names. @throws {NotFoundError} @throws {ValidationError} */
  update(id: number, changes: PaymentChanges, options?: CallOptions): ApiPromise<Payment>
  /** Deletes a payment. @throws {NotFoundError} */
  delete(id: number, options?: CallOptions): ApiPromise<void>
}

/** Makes the calls of payments: one line an endpoint. */
export const createPayments = (call: Call): Payments => ({
  create: (body, options) =>
    call({ call: 'payments.create', method: 'POST', path: '/payments', body, answer: Payment }, options),
  get: (id, options) =>
    call({ call: 'payments.get', method: 'GET', path: ['/payments', id], answer: Payment }, options),
  list: ({ order_id, ...parameters } = {}, options) =>
    createList(
      call,
      { call: 'payments.list', path: '/payments', row: Payment, filter: { order_id } },
      parameters,
      options,
    ),
  update: (id, body, options) =>
    call({ call: 'payments.update', method: 'PUT', path: ['/payments', id], body, answer: Payment }, options),
  delete: (id, options) =>
    call({ call: 'payments.delete', method: 'DELETE', path: ['/payments', id], answer: 'nothing' }, options),
})
