import { IdParams } from '@msctl/kit'
import { CreateUser, ListUsers, UpdateUser } from '@msctl/sdk/contract'

/** What each route takes. What goes out is typed by the contract's `User`. */
export const create = { schema: { body: CreateUser } }
export const list = { schema: { querystring: ListUsers } }
export const get = { schema: { params: IdParams } }
export const update = { schema: { params: IdParams, body: UpdateUser } }
export const remove = { schema: { params: IdParams } }
