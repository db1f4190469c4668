import type { Readable } from 'node:stream'
import { type Cache, type CacheRead, type Idempotency, type StoredAnswer, streamList } from '@msctl/kit'
import type { CreatePayment, ListPayments, Payment, PaymentStatus, UpdatePayment } from '@msctl/sdk/contract'
import type { PaymentModel } from './models.ts'

/** What can be done with payments. */
export interface Payments {
  /** Creates a payment, and processes it; the same idempotency key gives the first answer again. */
  create(
    payment: CreatePayment,
    idempotencyKey: string | undefined,
  ): Promise<StoredAnswer & { isReplay: boolean }>
  list(query: ListPayments): Promise<Readable>
  get(id: number): Promise<CacheRead>
  update(id: number, changes: UpdatePayment): Promise<Payment | undefined>
  delete(id: number): Promise<boolean>
}

/**
 * The rules of payments: a new one is processed at once, and the cache forgets what changes before anyone is told of the change. Whether a payment's order
 * exists is not asked: services do not call each other.
 */
export function createPayments({
  models,
  cache,
  idempotency,
  process,
}: {
  models: PaymentModel
  cache: Cache
  idempotency: Idempotency
  process: () => PaymentStatus
}): Payments {
  return {
    create: (payment, idempotencyKey) =>
      idempotency.run({ key: idempotencyKey, body: payment }, async (query) => ({
        status: 201,
        body: JSON.stringify(await models.insert(query, { ...payment, status: process() })),
      })),

    list: (query) => streamList(query, (page) => models.list(page, query)),

    get: (id) => cache.read(id, () => models.find(id)),

    update: (id, changes) => cache.change(id, (query) => models.update(query, id, changes)),

    delete: (id) => cache.change(id, (query) => models.delete(query, id)),
  }
}
