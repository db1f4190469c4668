import type { InvalidationJournal } from './invalidation-journal.ts'

/** How long what a look has found holds, from when it began, in milliseconds. */
export const TRUST_MS = 1000
/** How long a replica that cannot reach the database goes on by what it knew, from a look that failed, in milliseconds. */
const ALONE_MS = 5000

/**
 * Whether what the cache holds may be believed: for {@link TRUST_MS} from the beginning of a look into the journal that
 * found nothing. So whoever writes something into the journal, and then waits that long, knows that every other replica
 * has seen it or believes the cache no more.
 */
export interface CacheTrust {
  holds(): boolean
  /** Looks anew if that may help, as after a standstill of this process. */
  renew(): Promise<boolean>
  /** Looks into the journal; what comes of it is in `latest`. */
  look(): Promise<void>
  /** What the latest look that was answered has found. */
  latest(): 'nothing' | 'outage' | 'undelivered' | 'unknown'
}

/**
 * @param options.onFailure told of looks that the database did not answer.
 * @param options.now the time in milliseconds, by a clock that nobody sets and that goes on while the process is paused.
 */
export function createCacheTrust({
  journal,
  onFailure = () => undefined,
  now = () => performance.now(),
}: {
  journal: Pick<InvalidationJournal, 'look'>
  onFailure?: (error: unknown) => void
  now?: () => number
}): CacheTrust {
  let until = Number.NEGATIVE_INFINITY
  let latest: ReturnType<CacheTrust['latest']> = 'unknown'
  let looking: Promise<void> | undefined

  const holds = () => now() < until

  async function takeLook(): Promise<void> {
    const begunAt = now()
    try {
      // The second time over a new connection: that one was lost says nothing of the database.
      const { isUndelivered, isOutage } = await journal.look().catch(() => journal.look())
      latest = isUndelivered ? 'undelivered' : isOutage ? 'outage' : 'nothing'
      until = latest === 'nothing' ? begunAt + TRUST_MS : Number.NEGATIVE_INFINITY
    } catch (error) {
      onFailure(error)
      // Cut off from the database for as long as trust lasts: then the cache is all there is (contract, the one exception).
      if (latest === 'nothing' && begunAt >= until) until = now() + ALONE_MS
    }
  }

  const look = () => {
    looking ??= takeLook().finally(() => {
      looking = undefined
    })
    return looking
  }

  return {
    holds,
    look,
    latest: () => latest,
    renew: async () => {
      // One that is under way may have begun too long ago, before a standstill.
      for (let looks = 0; looks < 2 && !holds() && latest === 'nothing'; looks++) await look()
      return holds()
    },
  }
}
