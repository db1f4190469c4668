import { IdParams } from '@msctl/kit'
import { CreateOrder, ListOrders, UpdateOrder } from '@msctl/sdk/contract'

/** What each route takes. What goes out is typed by the contract's `Order`. */
export const create = { schema: { body: CreateOrder } }
export const list = { schema: { querystring: ListOrders } }
export const get = { schema: { params: IdParams } }
export const update = { schema: { params: IdParams, body: UpdateOrder } }
export const remove = { schema: { params: IdParams } }
