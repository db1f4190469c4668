import { identify, isRunning } from '@msctl/platform/process-identity'
import * as z from 'zod/mini'

/** The process of a grading. */
export const Owner = z.object({ pid: z.number(), birth: z.string() })

/** This process, as it is written on what belongs to it. */
export const ownerText = (): string => JSON.stringify(identify(process.pid))

/** Whether what has this written on it belongs to nobody any more. */
export function isOwnerDead(text: string): boolean {
  return !isRunning(z.parse(Owner, JSON.parse(text)))
}
