import * as z from 'zod/mini'
import { atLeastOne, Id, Page, QueryId, Timestamp } from './fields.ts'

/** What can have become of a payment. */
export const PaymentStatus = z.enum(['pending', 'completed', 'failed'])
export type PaymentStatus = z.infer<typeof PaymentStatus>

const Amount = z.number().check(z.positive())

/** A payment. Its `order_id` is a logical link: it may name an order that does not exist. */
export const Payment = z.object({
  id: Id,
  order_id: Id,
  amount: Amount,
  status: PaymentStatus,
  created_at: Timestamp,
  updated_at: Timestamp,
})
export type Payment = z.infer<typeof Payment>

/** The body of `POST /payments`. */
export const CreatePayment = z.object({ order_id: Id, amount: Amount })
export type CreatePayment = z.infer<typeof CreatePayment>

/** The body of `PUT /payments/{id}`. */
export const UpdatePayment = atLeastOne(z.partial(z.object({ amount: Amount, status: PaymentStatus })))
export type UpdatePayment = z.infer<typeof UpdatePayment>

/** The query of `GET /payments`. */
export const ListPayments = z.extend(Page, { order_id: z.optional(QueryId) })
export type ListPayments = z.infer<typeof ListPayments>
