import type { ServiceName } from '@msctl/sdk/contract'
import type { Grader } from '../run/grader.ts'

type Body = Readonly<Record<string, unknown>>

/** What the checks of the three services need to know of each, so that one sheet does for all. */
export interface Resource {
  readonly service: ServiceName
  /** `/users` */
  readonly path: string
  /** The first part of its keys in Redis: `user` of `user:1`. */
  readonly key: string
  /** A body for POST that nobody else has sent. */
  make(world: Grader): Body
  /** Changes of single fields for PUT, each new every time. The first is the one that the assignment itself shows. */
  changes(world: Grader): readonly Body[]
  /** A change that need not be taken, as the assignment does not show it; where it is, it changes nothing else. */
  extraChange?(world: Grader): Body
  /** Bodies that POST must refuse, each with a part that shows whose it is. No framework that is true to types takes one. */
  refused(world: Grader): readonly Body[]
  /** A body that PUT must refuse. */
  readonly refusedChange: Body
  /** The query that lists those of one other object. */
  readonly filter?: string
  /** The fields by which an object is told from others in Redis and in the database, best first: the columns have the same names. */
  readonly marks: readonly [string, ...string[]]
}

/** The id of something in another service. Nothing is looked up there: links between services are logical. */
export function link({ random }: Grader): number {
  return 10_000_000 + Math.floor(random() * 89_999_999)
}

/** An amount below 10 000 that hardly anybody else has, with cents that no rounding leaves as they are. */
export function amount({ random }: Grader): number {
  return 1000 + Math.floor(random() * 8999) + (21 + Math.floor(random() * 8)) / 100
}

/** Lower case, as an implementation may take e-mails to be the same in either. */
const word = (world: Grader) => world.unique().toLowerCase()
const email = (world: Grader) => `${word(world)}@example.com`

const USERS: Resource = {
  service: 'users',
  path: '/users',
  key: 'user',
  make: (world) => ({ email: email(world), name: `Ann ${word(world)}` }),
  changes: (world) => [{ name: `Eve ${word(world)}` }, { email: email(world) }],
  refused: (world) => [
    { name: word(world) },
    { email: email(world) },
    { email: email(world), name: { first: 'Ann' } },
    { email: { at: 'example.com' }, name: word(world) },
  ],
  refusedChange: { name: { first: 'Eve' } },
  marks: ['name', 'email'],
}

const ORDERS: Resource = {
  service: 'orders',
  path: '/orders',
  key: 'order',
  make: (world) => ({ userId: link(world), product: `Lamp ${word(world)}`, quantity: 3 }),
  changes: (world) => [{ quantity: 7 }, { product: `Desk ${word(world)}` }],
  refused: (world) => [
    { product: word(world), quantity: 2 },
    { userId: link(world), quantity: 2 },
    { userId: 'nobody', product: word(world), quantity: 2 },
    { userId: link(world), product: word(world), quantity: 'many' },
  ],
  refusedChange: { quantity: 'many' },
  filter: 'userId',
  marks: ['product', 'userId'],
}

const PAYMENTS: Resource = {
  service: 'payments',
  path: '/payments',
  key: 'payment',
  make: (world) => ({ order_id: link(world), amount: amount(world) }),
  changes: () => [{ status: 'pending' }],
  extraChange: (world) => ({ amount: amount(world) }),
  refused: (world) => [
    { order_id: link(world) },
    { amount: amount(world) },
    { order_id: link(world), amount: 'lots' },
    { order_id: 'none', amount: amount(world) },
  ],
  refusedChange: { status: { is: 'completed' } },
  filter: 'order_id',
  marks: ['amount', 'order_id'],
}

export const RESOURCES: Readonly<Record<ServiceName, Resource>> = {
  users: USERS,
  orders: ORDERS,
  payments: PAYMENTS,
}

/** The sheets of the three services are made alike. */
export const ALL_RESOURCES: readonly Resource[] = Object.values(RESOURCES)
