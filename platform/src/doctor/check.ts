import { isFailure, type PlatformFailureCode, type PlatformFailures } from '../failure.ts'
import type { Home } from '../home.ts'
import type { Driver } from '../platform.ts'

/** Where a driver would work. */
export interface Surroundings {
  readonly home: Home
  readonly env: NodeJS.ProcessEnv
}

/** What is found to be all right, with what there is to say of it. */
export interface Findings {
  node: { readonly version: string }
  home: { readonly folder: string }
  disk: { readonly freeBytes: number }
  port: { readonly port: number; readonly isOurs: boolean }
  stores: { readonly taken: string }
  programs: Record<never, never>
  postgres: { readonly version: string }
  data: { readonly isNew: boolean }
  redis: { readonly command: string | null }
  psql: { readonly command: string }
  composeFile: { readonly file: string }
  docker: { readonly version: string }
}
export type CheckName = keyof Findings

/** What is worth knowing, and stops nothing. */
export type Warning =
  | { readonly code: 'disk-nearly-full'; readonly freeBytes: number; readonly wantedBytes: number }
  | { readonly code: 'no-prompt'; readonly remedy: string }

/** Why a driver cannot run, in the terms of the error that it would end with. */
export interface Problem {
  readonly code: PlatformFailureCode
  readonly facts: PlatformFailures[PlatformFailureCode]
}

interface Subject {
  readonly name: CheckName
  /** Whom it concerns; null: both drivers. */
  readonly driver: Driver | null
}
/** One thing that was looked at. `warning`: it stops nothing, or there is a way around it. */
export type Check =
  | (Subject & { readonly state: 'ok'; readonly found: Findings[CheckName] })
  | (Subject & { readonly state: 'warning'; readonly problem: Problem | Warning })
  | (Subject & { readonly state: 'missing'; readonly problem: Problem })

/** Looks at one thing; a failure that can be explained is what is missing. */
export async function check<N extends CheckName>(
  name: N,
  driver: Driver | null,
  look: () => Promise<Findings[N]> | Findings[N],
): Promise<Check> {
  try {
    return { name, driver, state: 'ok', found: await look() }
  } catch (error) {
    if (!isFailure(error)) throw error
    return { name, driver, state: 'missing', problem: { code: error.code, facts: error.facts } }
  }
}
