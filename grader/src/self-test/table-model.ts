import type { ServiceName } from '@msctl/sdk/contract'
import { sql } from './sql.ts'
import type { Fields, Model, Row, ServicePart } from './switches.ts'

/** What a service stores, and the columns that hold it: as in its own table. */
export const COLUMNS: Readonly<Record<ServiceName, Readonly<Record<string, string>>>> = {
  users: { id: 'id', email: 'email', name: 'name', created_at: 'created_at' },
  orders: {
    ...{ id: 'id', userId: '"userId"', product: 'product', quantity: 'quantity' },
    created_at: 'created_at',
  },
  payments: {
    ...{ id: 'id', order_id: 'order_id', amount: 'amount', status: 'status' },
    ...{ created_at: 'created_at', updated_at: 'updated_at' },
  },
}

/** Keeps what a service stores in another table, or in other columns. */
export const inTable =
  ({
    table: ofTable,
    columns: ofColumns = {},
    ids,
  }: {
    readonly table?: string
    /** Other columns than the service's own; `undefined`: there is none. */
    readonly columns?: Readonly<Record<string, string | undefined>>
    /** Gives ids, instead of the database; a row that has one already is replaced. */
    readonly ids?: () => () => number
  }) =>
  (_models: Model, { service, query }: ServicePart): Model => {
    const table = ofTable ?? service
    const columns = Object.fromEntries(
      Object.entries({ ...COLUMNS[service], ...ofColumns }).filter(([, column]) => column !== undefined),
    ) as Readonly<Record<string, string>>
    const all = Object.entries(columns)
      .map(([name, column]) => `${column} AS "${name}"`)
      .join(', ')
    const nextId = ids?.()
    const isTaken = async (email: unknown, id: number) =>
      service === 'users' &&
      (await query(sql(`SELECT 1 FROM ${table} WHERE email = $1 AND id <> $2`), [email, id])).length > 0
    const given = (fields: Fields) =>
      Object.entries(fields).filter(([name, value]) => value !== undefined && columns[name] !== undefined)
    return {
      insert: async (within, fields) => {
        const values = given({ ...fields, ...(nextId && { id: nextId() }) })
        const names = values.map(([name]) => columns[name])
        const places = values.map((_, index) => `$${index + 1}`)
        const replaced = names.map((name) => `${name} = EXCLUDED.${name}`)
        const conflict = nextId ? `(id) DO UPDATE SET ${replaced.join(', ')}` : 'DO NOTHING'
        const text = `INSERT INTO ${table} (${names.join(', ')}) VALUES (${places.join(', ')}) ON CONFLICT ${conflict} RETURNING ${all}`
        const [row] = await within<Row>(
          sql(text),
          values.map(([, value]) => value),
        )
        return row ?? 'email taken'
      },
      list: ({ limit, after }, filter = {}) => {
        const [[name, value] = []] = given(filter)
        const where = name === undefined ? '' : ` AND ${columns[name]} = $3`
        return query<Row>(
          sql(`SELECT ${all} FROM ${table} WHERE id > $1${where} ORDER BY id LIMIT $2`),
          name === undefined ? [after, limit] : [after, limit, value],
        )
      },
      find: async (id) => (await query<Row>(sql(`SELECT ${all} FROM ${table} WHERE id = $1`), [id]))[0],
      update: async (within, id, changes) => {
        if (changes.email !== undefined && (await isTaken(changes.email, id))) return 'email taken'
        const values = given(changes)
        const sets = values.map(([name], index) => `${columns[name]} = $${index + 2}`)
        if (columns.updated_at !== undefined) sets.push('updated_at = NOW()')
        const text = `UPDATE ${table} SET ${sets.join(', ')} WHERE id = $1 RETURNING ${all}`
        return (await within<Row>(sql(text), [id, ...values.map(([, value]) => value)]))[0]
      },
      delete: async (within, id) =>
        (await within(sql(`DELETE FROM ${table} WHERE id = $1 RETURNING id`), [id])).length > 0,
    }
  }
