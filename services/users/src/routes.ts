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
import type { Users } from './services.ts'

/** The users' part of the contract: schema in, one call, answer out. */
export const userRoutes = (users: Users) => (app: App) => {
  app.post('/users', schemas.create, async (request, reply) =>
    sendStored(reply, await users.create(request.body, idempotencyKeyOf(request))),
  )
  app.get('/users', schemas.list, async ({ query }, reply) => sendList(reply, await users.list(query)))
  app.get('/users/:id', schemas.get, async (request, reply) =>
    sendRead(request, reply, await users.get(request.params.id)),
  )
  app.put('/users/:id', schemas.update, async (request, reply) =>
    sendFound(request, reply, await users.update(request.params.id, request.body)),
  )
  app.delete('/users/:id', schemas.remove, async (request, reply) =>
    sendDeleted(request, reply, await users.delete(request.params.id)),
  )
}
