import { Readable } from 'node:stream'

/** Rows that one statement fetches while a list is streamed. */
const BATCH_SIZE = 1000

/** What a list is asked for: at most `limit` rows (without it: all), with ids above `after`. */
export interface PageRequest {
  limit?: number | undefined
  after?: number | undefined
}

/**
 * Streams a list as a JSON array, batch by batch, so that a million rows cost the memory of one batch, and no connection
 * is held while a slow caller reads. The first batch is fetched before this resolves: until then an error can still be
 * answered; after that it ends the stream in mid-array, which no caller can take for a complete answer.
 *
 * @param fetchBatch gives up to `limit` objects with ids above `after`, by id.
 */
export async function streamList<T extends { id: number }>(
  { limit = Number.POSITIVE_INFINITY, after = 0 }: PageRequest,
  fetchBatch: (page: { limit: number; after: number }) => Promise<T[]>,
): Promise<Readable> {
  const nextBatch = (position: number, left: number) =>
    fetchBatch({ limit: Math.min(left, BATCH_SIZE), after: position })
  const first = await nextBatch(after, limit)

  async function* chunks(): AsyncGenerator<string> {
    let batch = first
    let left = limit
    let separator = '['
    for (;;) {
      if (batch.length > 0) yield separator + batch.map((item) => JSON.stringify(item)).join(',')
      else if (separator === '[') yield '['
      separator = ','
      left -= batch.length
      const last = batch.at(-1)
      if (last === undefined || batch.length < BATCH_SIZE || left <= 0) break
      batch = await nextBatch(last.id, left)
    }
    yield ']'
  }
  return Readable.from(chunks(), { objectMode: false })
}
