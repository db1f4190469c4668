import type { Readable } from 'node:stream'
import { type Cache, type CacheRead, type Idempotency, type StoredAnswer, streamList } from '@msctl/kit'
import type { CreateOrder, ListOrders, Order, UpdateOrder } from '@msctl/sdk/contract'
import type { OrderModel } from './models.ts'

/** What can be done with orders. */
export interface Orders {
  /** Creates an order; the same idempotency key gives the first answer again. */
  create(
    order: CreateOrder,
    idempotencyKey: string | undefined,
  ): Promise<StoredAnswer & { isReplay: boolean }>
  list(query: ListOrders): Promise<Readable>
  get(id: number): Promise<CacheRead>
  update(id: number, changes: UpdateOrder): Promise<Order | undefined>
  delete(id: number): Promise<boolean>
}

/**
 * The rules of orders: the cache forgets what changes before anyone is told of the change. Whether an order's user
 * exists is not asked: services do not call each other.
 */
export function createOrders({
  models,
  cache,
  idempotency,
}: {
  models: OrderModel
  cache: Cache
  idempotency: Idempotency
}): Orders {
  return {
    create: (order, idempotencyKey) =>
      idempotency.run({ key: idempotencyKey, body: order }, async (query) => ({
        status: 201,
        body: JSON.stringify(await models.insert(query, order)),
      })),

    list: (query) => streamList(query, (page) => models.list(page, query)),

    get: (id) => cache.read(id, () => models.find(id)),

    update: (id, changes) => cache.change(id, (query) => models.update(query, id, changes)),

    delete: (id) => cache.change(id, (query) => models.delete(query, id)),
  }
}
