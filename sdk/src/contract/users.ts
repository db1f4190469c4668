import * as z from 'zod/mini'
import { atLeastOne, Email, Id, Page, Text, Timestamp } from './fields.ts'

/** A user, as it is stored, answered and cached. */
export const User = z.object({ id: Id, email: Email, name: Text, created_at: Timestamp })
export type User = z.infer<typeof User>

/** The body of `POST /users`. */
export const CreateUser = z.object({ email: Email, name: Text })
export type CreateUser = z.infer<typeof CreateUser>

/** The body of `PUT /users/{id}`. */
export const UpdateUser = atLeastOne(z.partial(CreateUser))
export type UpdateUser = z.infer<typeof UpdateUser>

/** The query of `GET /users`. */
export const ListUsers = Page
export type ListUsers = z.infer<typeof ListUsers>
