import type { ServiceName } from '@msctl/sdk/contract'
import type { Report } from '../run/report.ts'
import type { ComposeFacts } from './compose-facts.ts'
import type { Hands } from './control.ts'
import type { DatabaseAccess } from './database-reach.ts'
import type { AskRedis } from './redis-reach.ts'

/** What is graded, and by which ways it can be reached. */
export interface Target {
  readonly kind: Report['run']['target']['kind']
  /** The gateway. */
  readonly url: string
  /** A submission's name, where there is one. */
  readonly name?: string
  readonly redis?: string | AskRedis
  readonly databases?: Readonly<Partial<Record<ServiceName, DatabaseAccess>>>
  readonly hands?: Hands
  /** The folder of the sources. */
  readonly source?: string
  readonly compose?: ComposeFacts
  /** Whether Redis and the databases are known to be the target's, as we started all of it. Default `false`: that is then looked at. */
  readonly isOurs?: boolean
  /** Whether it is thrown away afterwards, so that what was created need not be deleted. */
  readonly isDisposable?: boolean
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
