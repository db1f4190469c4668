import { type Database, isUniqueViolation, type Query } from '@msctl/kit'
import type { CreateUser, UpdateUser, User } from '@msctl/sdk/contract'

/** The table, as the contract has it. */
export const USERS_DDL = `
  CREATE TABLE IF NOT EXISTS users (
    id SERIAL PRIMARY KEY,
    email VARCHAR UNIQUE NOT NULL,
    name VARCHAR NOT NULL,
    created_at TIMESTAMP DEFAULT NOW()
  )`

const COLUMNS = 'id, email, name, created_at'

const INSERT = {
  name: 'insert-user',
  text: `INSERT INTO users (email, name) VALUES ($1, $2) ON CONFLICT (email) DO NOTHING RETURNING ${COLUMNS}`,
}
const LIST = { name: 'list-users', text: `SELECT ${COLUMNS} FROM users WHERE id > $1 ORDER BY id LIMIT $2` }
const FIND = { name: 'find-user', text: `SELECT ${COLUMNS} FROM users WHERE id = $1` }
const UPDATE = {
  name: 'update-user',
  text: `UPDATE users SET email = COALESCE($2, email), name = COALESCE($3, name) WHERE id = $1 RETURNING ${COLUMNS}`,
}
const DELETE = { name: 'delete-user', text: 'DELETE FROM users WHERE id = $1 RETURNING id' }

/** The users' table. What is not there is `undefined`. */
export interface UserModel {
  /** Inserts a user, within the transaction of `query`, unless the e-mail is taken. */
  insert(query: Query, user: CreateUser): Promise<User | 'email taken'>
  /** Users with ids above `after`, by id. */
  list(page: { limit: number; after: number }): Promise<User[]>
  find(id: number): Promise<User | undefined>
  /** Changes the fields that are given, unless another user has the e-mail. */
  update(query: Query, id: number, changes: UpdateUser): Promise<User | 'email taken' | undefined>
  /** Says whether there was such a user. */
  delete(query: Query, id: number): Promise<boolean>
}

/** Works the users' table with prepared statements. */
export function createUserModel({ query }: Database): UserModel {
  return {
    insert: async (within, { email, name }) =>
      (await within<User>(INSERT, [email, name]))[0] ?? 'email taken',
    list: ({ limit, after }) => query<User>(LIST, [after, limit]),
    find: async (id) => (await query<User>(FIND, [id]))[0],
    update: async (within, id, { email, name }) => {
      try {
        return (await within<User>(UPDATE, [id, email, name]))[0]
      } catch (error) {
        if (isUniqueViolation(error)) return 'email taken'
        throw error
      }
    },
    delete: async (within, id) => (await within(DELETE, [id])).length > 0,
  }
}
