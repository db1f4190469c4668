import type * as z from 'zod/mini'
import type { ApiPromise } from '../api-promise.ts'
import { type CreateUser, type UpdateUser, User, UserDetails } from '../contract/index.ts'
import type { Call } from '../endpoint.ts'
import { type ApiList, createList, type ListParameters } from '../list.ts'
import type { CallOptions } from '../options.ts'

/** What `users.create` takes. */
export type NewUser = z.input<typeof CreateUser>
/** What `users.update` takes: the fields to change, at least one. */
export type UserChanges = z.input<typeof UpdateUser>

/** The users. */
export interface Users {
  /** Creates a user. @throws {ConflictError} when the e-mail address is taken. @throws {ValidationError} */
  create(user: NewUser, options?: CallOptions): ApiPromise<User>
  /** Reads a user, through the platform's cache. @throws {NotFoundError} */
  get(id: number, options?: CallOptions): ApiPromise<User>
  /** All users by id: await it for the array, or iterate it. */
  list(parameters?: ListParameters, options?: CallOptions): ApiList<User>
  /** Changes the fields that it names. @throws {NotFoundError} @throws {ConflictError} @throws {ValidationError} */
  update(id: number, changes: UserChanges, options?: CallOptions): ApiPromise<User>
  /** Deletes a user. @throws {NotFoundError} */
  delete(id: number, options?: CallOptions): ApiPromise<void>
  /** A user with the orders that name it; `orders` is null and `degraded` says so while orders are not to be had. @throws {NotFoundError} */
  details(id: number, options?: CallOptions): ApiPromise<UserDetails>
}

/** Makes the calls of users: one line an endpoint. */
export const createUsers = (call: Call): Users => ({
  create: (body, options) =>
    call({ call: 'users.create', method: 'POST', path: '/users', body, answer: User }, options),
  get: (id, options) =>
    call({ call: 'users.get', method: 'GET', path: ['/users', id], answer: User }, options),
  list: (parameters, options) =>
    createList(call, { call: 'users.list', path: '/users', row: User }, parameters, options),
  update: (id, body, options) =>
    call({ call: 'users.update', method: 'PUT', path: ['/users', id], body, answer: User }, options),
  delete: (id, options) =>
    call({ call: 'users.delete', method: 'DELETE', path: ['/users', id], answer: 'nothing' }, options),
  details: (id, options) =>
    call(
      { call: 'users.details', method: 'GET', path: ['/users', id, '/details'], answer: UserDetails },
      options,
    ),
})
