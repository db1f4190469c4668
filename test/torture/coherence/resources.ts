import type { ServiceName } from '@msctl/sdk/contract'

/** What can be cached, as the torture sees it: an object that holds a version. */
export interface Resource {
  service: ServiceName
  path: string
  /** The first part of its keys in Redis. */
  cacheName: string
  database: string
  create: (unique: string) => object
  change: (version: number) => object
  versionOf: (body: unknown) => number
  /** Gives the version in the database's row with an id, if there is one. */
  select: string
}

/** The version of a new object. */
export const FIRST_VERSION = 1

const text = (version: number) => `v${version}`
const fromText = (value: unknown) => Number(String(value).slice(1))

export const RESOURCES: readonly Resource[] = [
  {
    service: 'users',
    path: '/users',
    cacheName: 'user',
    database: 'users_db',
    create: (unique) => ({ email: `${unique}@example.com`, name: text(FIRST_VERSION) }),
    change: (version) => ({ name: text(version) }),
    versionOf: (body) => fromText((body as { name: string }).name),
    select: 'SELECT name AS value FROM users WHERE id = $1',
  },
  {
    service: 'orders',
    path: '/orders',
    cacheName: 'order',
    database: 'orders_db',
    create: () => ({ userId: 1, product: text(FIRST_VERSION) }),
    change: (version) => ({ product: text(version) }),
    versionOf: (body) => fromText((body as { product: string }).product),
    select: 'SELECT product AS value FROM orders WHERE id = $1',
  },
  {
    service: 'payments',
    path: '/payments',
    cacheName: 'payment',
    database: 'payments_db',
    create: () => ({ order_id: 1, amount: FIRST_VERSION }),
    change: (version) => ({ amount: version }),
    versionOf: (body) => (body as { amount: number }).amount,
    select: "SELECT 'v' || amount AS value FROM payments WHERE id = $1",
  },
]

/** What {@link Resource.select} gives, as a version; `null` where there is no row. */
export const versionOfRow = (row: { value: string } | undefined): number | null =>
  row === undefined ? null : fromText(row.value)
