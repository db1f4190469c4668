/** What the platform keeps, as the commands are called that work with it. */
export const RESOURCES = ['users', 'orders', 'payments'] as const
export type ResourceName = (typeof RESOURCES)[number]

/** What can be done with each of them, in the order of the help. */
export const VERBS = ['create', 'list', 'get', 'update', 'delete'] as const
export type Verb = (typeof VERBS)[number]

/** A field that a flag can set. */
export interface Field {
  /** As the contract calls it. */
  readonly name: 'email' | 'name' | 'userId' | 'product' | 'quantity' | 'order_id' | 'amount' | 'status'
  /** The flag, without its dashes. */
  readonly flag: string
  readonly kind: 'text' | 'number'
  /** Whether the service gives it a value where the caller gives none. */
  readonly hasDefault?: true
}

const email = { name: 'email', flag: 'email', kind: 'text' } as const
const name = { name: 'name', flag: 'name', kind: 'text' } as const
const userId = { name: 'userId', flag: 'user-id', kind: 'number' } as const
const product = { name: 'product', flag: 'product', kind: 'text' } as const
const quantity = { name: 'quantity', flag: 'quantity', kind: 'number', hasDefault: true } as const
const orderId = { name: 'order_id', flag: 'order-id', kind: 'number' } as const
const amount = { name: 'amount', flag: 'amount', kind: 'number' } as const
const status = { name: 'status', flag: 'status', kind: 'text' } as const

interface ResourceFields {
  readonly create: readonly Field[]
  readonly update: readonly Field[]
  /** What a list can be filtered by. */
  readonly filter: Field | undefined
}

/** What each kind of object takes. The values are the services' to judge: a wrong one is a 422, as for any client. */
export const FIELDS: Readonly<Record<ResourceName, ResourceFields>> = {
  users: { create: [email, name], update: [email, name], filter: undefined },
  orders: { create: [userId, product, quantity], update: [userId, product, quantity], filter: userId },
  payments: { create: [orderId, amount], update: [amount, status], filter: orderId },
}
