import type { Control } from '@msctl/platform/control'
import type { DatabaseAddress } from '@msctl/platform/database'
import type { Redis } from '@msctl/platform/redis'
import type { Text } from '@msctl/scenarios'
import type { ServiceName } from '@msctl/sdk/contract'
import type { ControlledPart } from '../run/grader.ts'
import type { Evidence, Report } from '../run/report.ts'
import type { ComposeFacts } from './compose-facts.ts'

/** What is graded, and by which ways it can be reached. */
export interface Target {
  readonly kind: Report['run']['target']['kind']
  /** The gateway. */
  readonly url: string
  /** Other addresses that mean it, where it runs on another port than by itself. */
  readonly aliases?: readonly string[]
  /** A submission's name, where there is one. */
  readonly name?: string
  /** Its URL, or who can ask it. */
  readonly redis?: string | Redis
  readonly databases?: Readonly<Partial<Record<ServiceName, DatabaseAddress>>>
  readonly control?: Control<ControlledPart>
  /** The folder of the sources. */
  readonly source?: string
  readonly compose?: ComposeFacts
  /** Whether Redis and the databases are known to be the target's, as we started all of it. Default `false`: that is then looked at. */
  readonly isOurs?: boolean
  /** Whether it is thrown away afterwards, so that what was created need not be deleted. */
  readonly isDisposable?: boolean
}

/** Why a target cannot be asked anything. */
export interface Unstarted {
  readonly reason: Text
  readonly evidence: readonly Evidence[]
  /** The check that says so, where there is one. */
  readonly because?: string
}

/** Something to be graded, and how to leave it. */
export interface OpenTarget {
  readonly target: Target
  /** It was to be started, and does not answer. */
  readonly unstarted?: Unstarted
  close(): Promise<void>
}

/** The target never answered. */
export class TargetNotReady extends Error {
  override readonly name = 'TargetNotReady'
  readonly url: string
  readonly seconds: number

  constructor(url: string, seconds: number) {
    super(`Nothing answered at ${url} within ${seconds} s`)
    this.url = url
    this.seconds = seconds
  }
}
