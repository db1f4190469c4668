/** What is said of users, orders and payments. By itself, since who reads one of them needs no more of the catalogue. */
export const resource = {
  none: {
    users: 'There are no users.',
    orders: 'There are no orders.',
    payments: 'There are no payments.',
  },
  deleted: {
    users: (id: number) => `User ${id} is deleted.`,
    orders: (id: number) => `Order ${id} is deleted.`,
    payments: (id: number) => `Payment ${id} is deleted.`,
  },
  cache: {
    HIT: 'from the cache (HIT)',
    MISS: 'from the database (MISS); the cache has it now',
    BYPASS: 'from the database (BYPASS); the cache is away',
  },
  replayed: 'answered before: the same idempotency key came with the same body; nothing was created now',
  ordersMissing: 'The orders are not to be had now; this does not mean that there are none.',
}

export type ResourceMessages = typeof resource
