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
import type { Payments } from './services.ts'

/** The payments' part of the contract: schema in, one call, answer out. */
export const paymentRoutes = (payments: Payments) => (app: App) => {
  app.post('/payments', schemas.create, async (request, reply) =>
    sendStored(reply, await payments.create(request.body, idempotencyKeyOf(request))),
  )
  app.get('/payments', schemas.list, async ({ query }, reply) => sendList(reply, await payments.list(query)))
  app.get('/payments/:id', schemas.get, async (request, reply) =>
    sendRead(request, reply, await payments.get(request.params.id)),
  )
  app.put('/payments/:id', schemas.update, async (request, reply) =>
    sendFound(request, reply, await payments.update(request.params.id, request.body)),
  )
  app.delete('/payments/:id', schemas.remove, async (request, reply) =>
    sendDeleted(request, reply, await payments.delete(request.params.id)),
  )
}
