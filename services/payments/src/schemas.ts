import { IdParams } from '@msctl/kit'
import { CreatePayment, ListPayments, UpdatePayment } from '@msctl/sdk/contract'

/** What each route takes. What goes out is typed by the contract's `Payment`. */
export const create = { schema: { body: CreatePayment } }
export const list = { schema: { querystring: ListPayments } }
export const get = { schema: { params: IdParams } }
export const update = { schema: { params: IdParams, body: UpdatePayment } }
export const remove = { schema: { params: IdParams } }
