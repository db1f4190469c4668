import type { Redis } from '@msctl/platform/redis'
import type { Lab } from '@msctl/scenarios'
import type { Grader } from '../../run/grader.ts'
import { comesTrue } from '../locks.ts'
import type { Created } from '../objects.ts'
import type { Resource } from '../resources.ts'

/** What reading twice has found, for the steps after it. */
export interface State {
  object?: Created
  /** Where in Redis it was found. */
  key?: string
  /** Whether it is read at all. */
  isServed?: boolean
}

export type CacheLab = Lab<Grader, State>

/** What an object is told from others by, in Redis and in the database. */
export interface Mark {
  readonly name: string
  readonly value: string | number
}

/** How long something may take that follows a request, in milliseconds: what a cache does may come after its answer. */
export const patienceMs = ({ pace }: Grader) => 1_500 + 10 * pace.p99Ms

/** Has the cache filled anew: by a read, or by a write where that is when it is filled. */
export async function fill(lab: CacheLab, redis: Redis, resource: Resource): Promise<boolean> {
  const { object, key } = lab.state
  if (object === undefined || key === undefined) return false
  const url = `${resource.path}/${object.id}`
  await redis.ask('DEL', key)
  const isFilled = async () => (await redis.ask('EXISTS', key)) === 1
  const isFilledByRead = await comesTrue(lab.signal, patienceMs(lab.world), async () => {
    await lab.world.request('GET', url)
    return isFilled()
  })
  if (isFilledByRead) return true
  const [json] = resource.changes(lab.world)
  await lab.world.request('PUT', url, { json })
  return isFilled()
}
