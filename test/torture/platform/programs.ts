import type { ServiceName } from '@msctl/sdk/contract'

/** The gateway's and the services' programs, as they were built. */
export const PROGRAMS: Record<ServiceName | 'gateway', string> = {
  users: 'services/users/dist/main.cjs',
  orders: 'services/orders/dist/main.cjs',
  payments: 'services/payments/dist/main.cjs',
  gateway: 'gateway/dist/main.cjs',
}
