import * as z from 'zod/mini'
import { atLeastOne, Id, MAX_INT4, Page, QueryId, Text, Timestamp } from './fields.ts'

const Quantity = z.int().check(z.positive(), z.maximum(MAX_INT4))

/** An order. Its `userId` is a logical link: it may name a user that does not exist. */
export const Order = z.object({
  id: Id,
  userId: Id,
  product: Text,
  quantity: Quantity,
  created_at: Timestamp,
})
export type Order = z.infer<typeof Order>

const fields = z.object({ userId: Id, product: Text, quantity: Quantity })

/** The body of `POST /orders`; a quantity that is not given is 1. */
export const CreateOrder = z.extend(fields, { quantity: z._default(Quantity, 1) })
export type CreateOrder = z.infer<typeof CreateOrder>

/** The body of `PUT /orders/{id}`. */
export const UpdateOrder = atLeastOne(z.partial(fields))
export type UpdateOrder = z.infer<typeof UpdateOrder>

/** The query of `GET /orders`. */
export const ListOrders = z.extend(Page, { userId: z.optional(QueryId) })
export type ListOrders = z.infer<typeof ListOrders>
