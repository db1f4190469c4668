import type { ServiceName } from '@msctl/sdk/contract'

/** An object as one client has made and changed it, and what is known to have happened. */
export interface Life {
  kind: Kind
  /** Unique in the torture, and part of the object whatever version it has. */
  identity: number
  key: string
  /** The answers to its creation, of which there may be several: of two requests at once, and of replays. */
  answers: { status: number; text: string }[]
  /** The version that was acknowledged last; 0 while not even the creation was. */
  acknowledged: number
  /** The version that was asked for last, and got no answer. Its client leaves the object alone from then on. */
  possible: number | undefined
  deletion: 'none' | 'unknown' | 'acknowledged'
  /** An answer that was none of those that can be. */
  surprise?: string
}

/** A kind of object, with a version in two of its fields, so that half a change would show. */
export interface Kind {
  service: ServiceName
  path: string
  database: string
  /** What creates or changes an object. */
  body: (identity: number, version: number) => object
  /** All rows, as `id`, `identity`, and the versions in the two fields. */
  select: string
}

/** A row, as {@link Kind.select} gives it. */
export interface Row {
  id: number
  identity: number
  version: number
  otherVersion: number
}

export const KINDS: readonly Kind[] = [
  {
    service: 'users',
    path: '/users',
    database: 'users_db',
    body: (identity, version) => ({ email: `d${identity}-${version}@example.com`, name: `v${version}` }),
    select: `SELECT id, substring(email from 'd(\\d+)-')::int AS identity, substring(email from '-(\\d+)@')::int AS version,
      substring(name from 2)::int AS "otherVersion" FROM users`,
  },
  {
    service: 'orders',
    path: '/orders',
    database: 'orders_db',
    body: (identity, version) => ({ userId: 1, product: `d${identity}-${version}`, quantity: version }),
    select: `SELECT id, substring(product from 'd(\\d+)-')::int AS identity, substring(product from '-(\\d+)$')::int AS version,
      quantity AS "otherVersion" FROM orders`,
  },
  {
    service: 'payments',
    path: '/payments',
    database: 'payments_db',
    // A payment has its status from the processor first, so that only changes can have a version there.
    body: (identity, version) =>
      version === 1
        ? { order_id: identity, amount: version }
        : { amount: version, status: version % 2 === 0 ? 'pending' : 'failed' },
    select: `SELECT id, order_id AS identity, amount::int AS version,
      CASE WHEN amount = 1 OR status = (CASE WHEN amount::int % 2 = 0 THEN 'pending' ELSE 'failed' END)
        THEN amount::int ELSE -1 END AS "otherVersion" FROM payments`,
  },
]

/** What is wrong with a database, given what clients were told. */
export function audit(lives: readonly Life[], rows: readonly Row[]): string[] {
  const byIdentity = new Map<number, Row[]>()
  for (const row of rows) byIdentity.set(row.identity, [...(byIdentity.get(row.identity) ?? []), row])
  return [
    ...rows
      .filter(({ version, otherVersion }) => version !== otherVersion)
      .map((row) => `half a change: ${JSON.stringify(row)}`),
    ...lives.flatMap((life) => auditLife(life, byIdentity.get(life.identity) ?? [])),
  ]
}

function auditLife(life: Life, rows: Row[]): string[] {
  const { kind, identity, acknowledged, possible, deletion, answers } = life
  const problem = (what: string) => [`${kind.service} ${identity} (key ${life.key}): ${what}`]
  if (life.surprise !== undefined) return problem(life.surprise)
  if (rows.length > 1) return problem(`created ${rows.length} times`)
  const created = answers.filter(({ status }) => status === 201)
  if (new Set(created.map(({ text }) => text)).size > 1)
    return problem(`different answers to one key: ${created.map(({ text }) => text).join(' and ')}`)
  const [row] = rows
  if (row === undefined) {
    return acknowledged > 0 && deletion === 'none' ? problem('acknowledged, and lost') : []
  }
  if (deletion === 'acknowledged') return problem('acknowledged as deleted, and still there')
  if (row.version !== acknowledged && row.version !== possible)
    return problem(`version ${acknowledged} was acknowledged, the database has ${row.version}`)
  const [first] = created
  if (first !== undefined && JSON.parse(first.text).id !== row.id)
    return problem(`answered as ${first.text}, the database has id ${row.id}`)
  return []
}
