import { identify, isRunning } from '@msctl/platform/process-identity'
import * as z from 'zod/mini'

/** The process of a grading. */
export const Owner = z.object({ pid: z.number(), birth: z.string() })

/** This process, as it is written on what belongs to it. */
export const ownerText = (): string => JSON.stringify(identify(process.pid))

/** Whether what has this written on it belongs to nobody any more. What no grading can have written belongs to somebody else. */
export function isOwnerDead(text: string): boolean {
  const { data } = z.safeParse(Owner, parseJson(text))
  return data !== undefined && !isRunning(data)
}

/** @returns `undefined` for what is no JSON, or half of it. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
