import type { Order, Payment, User } from '@msctl/sdk'
import type { ResourceName, Row } from '../resources.ts'

const MAX_INT4 = 2_147_483_647
const MAX_TEXT_LENGTH = 255
const EMAIL = /^[a-z0-9_+-]+(?:\.[a-z0-9_+-]+)*@(?:[a-z0-9][a-z0-9-]*\.)+[a-z]{2,}$/i
const TIME =
  /^(\d{4}-\d\d-\d\d)T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)?$/

const isInt4 = (value: unknown) => isPositive(value) && Number.isInteger(value) && value <= MAX_INT4
const isPositive = (value: unknown): value is number => Number.isFinite(value) && Number(value) > 0
const isText = (value: unknown): value is string =>
  typeof value === 'string' && value !== '' && value.length <= MAX_TEXT_LENGTH && isStorable(value)
const isStorable = (text: string) => !text.includes('\0') && text.isWellFormed()
const isEmail = (value: unknown) => isText(value) && EMAIL.test(value)
const isStatus = (value: unknown) => value === 'pending' || value === 'completed' || value === 'failed'

function isTime(value: unknown): boolean {
  const [, day] = typeof value === 'string' ? (TIME.exec(value) ?? []) : []
  if (day === undefined) return false
  const midnight = new Date(`${day}T00:00:00Z`)
  return !Number.isNaN(midnight.getTime()) && midnight.toISOString().startsWith(day) // no 30 February
}

type Checks<T> = { readonly [Field in keyof T]: (value: unknown) => boolean }
const users: Checks<User> = { id: isInt4, email: isEmail, name: isText, created_at: isTime }
const orders: Checks<Order> = {
  id: isInt4,
  userId: isInt4,
  product: isText,
  quantity: isInt4,
  created_at: isTime,
}
const payments: Checks<Payment> = {
  id: isInt4,
  order_id: isInt4,
  amount: isPositive,
  status: isStatus,
  created_at: isTime,
  updated_at: isTime,
}
const CHECKS: Readonly<Record<ResourceName, Readonly<Record<string, (value: unknown) => boolean>>>> = {
  users,
  orders,
  payments,
}

/**
 * Whether it is certain that the contract allows this as such an object. The contract's own schemas take longer to load
 * than the request takes; they are asked about whatever is not let through here.
 */
export function fits(resource: ResourceName, data: unknown): data is Row {
  // What has a "user" is shown as the details of one.
  if (typeof data !== 'object' || data === null || 'user' in data) return false
  const fields = data as Readonly<Record<string, unknown>>
  return Object.entries(CHECKS[resource]).every(([name, isFine]) => isFine(fields[name]))
}
