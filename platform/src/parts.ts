import { SERVICES } from '@msctl/sdk/contract'

/** Everything that the platform consists of, those that others need first. */
export const PARTS = ['db', 'cache', ...SERVICES, 'gateway'] as const

/** A part of the platform, as `msctl stop <part>` names it. */
export type Part = (typeof PARTS)[number]

/** Whether `name` names a part. */
export function isPart(name: string): name is Part {
  return (PARTS as readonly string[]).includes(name)
}
