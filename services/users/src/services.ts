import type { Readable } from 'node:stream'
import {
  type Cache,
  type CacheRead,
  type Idempotency,
  ProblemError,
  type StoredAnswer,
  streamList,
  toBody,
} from '@msctl/kit'
import type { CreateUser, ListUsers, UpdateUser, User } from '@msctl/sdk/contract'
import type { UserModel } from './models.ts'

/** What can be done with users. */
export interface Users {
  /** Creates a user; the same idempotency key gives the first answer again. */
  create(user: CreateUser, idempotencyKey: string | undefined): Promise<StoredAnswer & { isReplay: boolean }>
  list(query: ListUsers): Promise<Readable>
  get(id: number): Promise<CacheRead>
  /** @throws a 409 {@link ProblemError} when another user has the e-mail. */
  update(id: number, changes: UpdateUser): Promise<User | undefined>
  delete(id: number): Promise<boolean>
}

/** The rules of users: an e-mail is one user's, and the cache forgets what changes before anyone is told of the change. */
export function createUsers({
  models,
  cache,
  idempotency,
}: {
  models: UserModel
  cache: Cache
  idempotency: Idempotency
}): Users {
  return {
    create: (user, idempotencyKey) =>
      idempotency.run({ key: idempotencyKey, body: user }, async (query) => {
        const created = await models.insert(query, user)
        return created === 'email taken'
          ? { status: 409, body: JSON.stringify(toBody(emailTaken(user.email))) }
          : { status: 201, body: JSON.stringify(created) }
      }),

    list: (query) => streamList(query, models.list),

    get: (id) => cache.read(id, () => models.find(id)),

    update: async (id, changes) => {
      const updated = await cache.change(id, (query) => models.update(query, id, changes))
      if (updated === 'email taken') throw emailTaken(changes.email)
      return updated
    },

    delete: (id) => cache.change(id, (query) => models.delete(query, id)),
  }
}

const emailTaken = (email: string | undefined): ProblemError =>
  new ProblemError('conflict', `There is a user with the e-mail address ${email} already.`)
