import type { Redis } from '@msctl/platform/redis'
import type { Lab } from '@msctl/scenarios'
import type { ServiceName } from '@msctl/sdk/contract'
import type { Grader } from '../../run/grader.ts'
import { comesTrue } from '../locks.ts'
import type { Created } from '../objects.ts'
import type { Resource } from '../resources.ts'

export interface State {
  object?: Created
  /** Where in Redis it was found. */
  key?: string
  /** Whether it is read at all. */
  isServed?: boolean
}

export type CacheLab = Lab<Grader, State>

export const TTL_SECONDS = 300
/** Set by the grader, to see whether reading sets it anew. */
export const SHORTENED_SECONDS = 200

/** What an object is told from others by, in Redis and in the database. */
export interface Mark {
  readonly name: string
  readonly value: string | number
}

/** How long something may take that follows a request, in milliseconds: what a cache does may come after its answer. */
export const patience = ({ pace }: Grader) => 1_500 + 10 * pace.p99Ms

/** Has the cache filled anew: by a read, or by a write where that is when it is filled. */
export async function fill(lab: CacheLab, redis: Redis, resource: Resource): Promise<boolean> {
  const { object, key } = lab.state
  if (object === undefined || key === undefined) return false
  const { path } = resource
  await redis.ask('DEL', key)
  const isFilled = async () => (await redis.ask('EXISTS', key)) === 1
  const isFilledByRead = await comesTrue(lab.signal, patience(lab.world), async () => {
    await lab.world.request('GET', `${path}/${object.id}`)
    return isFilled()
  })
  if (isFilledByRead) return true
  const [json] = resource.changes(lab.world)
  await lab.world.request('PUT', `${path}/${object.id}`, { json })
  return isFilled()
}

export const sampleMark = (service: ServiceName) =>
  ({ users: 'Ann', orders: 'Lamp', payments: '12.34' })[service]

/** A key, with the object's id as the script's. */
export const keyInShell = (key: string, { id }: Created) => key.replace(String(id), '$ID')
