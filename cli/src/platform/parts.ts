/** The services, in the order in which people name them. */
export const SERVICE_PARTS = ['users', 'orders', 'payments'] as const
export type ServicePart = (typeof SERVICE_PARTS)[number]

/** Everything that the platform consists of, those that others need first. */
export const PARTS = ['db', 'cache', ...SERVICE_PARTS, 'gateway'] as const

/** A part of the platform, as `msctl stop <part>` names it. */
export type Part = (typeof PARTS)[number]

/** Whether `name` names a part. */
export function isPart(name: string): name is Part {
  return (PARTS as readonly string[]).includes(name)
}
