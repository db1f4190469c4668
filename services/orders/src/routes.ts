import {
  type App,
  idempotencyKeyOf,
  sendDeleted,
  sendFound,
  sendList,
  sendRead,
  sendStored,
} from '@msctl/kit'
import * as schemas from './schemas.ts'
import type { Orders } from './services.ts'

/** The orders' part of the contract: schema in, one call, answer out. */
export const orderRoutes = (orders: Orders) => (app: App) => {
  app.post('/orders', schemas.create, async (request, reply) =>
    sendStored(reply, await orders.create(request.body, idempotencyKeyOf(request))),
  )
  app.get('/orders', schemas.list, async ({ query }, reply) => sendList(reply, await orders.list(query)))
  app.get('/orders/:id', schemas.get, async (request, reply) =>
    sendRead(request, reply, await orders.get(request.params.id)),
  )
  app.put('/orders/:id', schemas.update, async (request, reply) =>
    sendFound(request, reply, await orders.update(request.params.id, request.body)),
  )
  app.delete('/orders/:id', schemas.remove, async (request, reply) =>
    sendDeleted(request, reply, await orders.delete(request.params.id)),
  )
}
