/** The services behind the gateway, in the order in which people name them. In a file without zod, for programs that have to start at once. */
export const SERVICES = ['users', 'orders', 'payments'] as const
