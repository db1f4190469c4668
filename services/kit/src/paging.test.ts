import { text } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import { streamList } from './paging.ts'

/** A table of `count` rows, and what was asked of it. */
function table(count: number) {
  const asked: { limit: number; after: number }[] = []
  return {
    asked,
    fetchBatch: async (page: { limit: number; after: number }) => {
      asked.push(page)
      const length = Math.min(page.limit, count - page.after)
      return Array.from({ length }, (_, i) => ({ id: page.after + i + 1 }))
    },
  }
}

const idsOf = async (list: ReturnType<typeof streamList>): Promise<number[]> =>
  JSON.parse(await text(await list)).map(({ id }: { id: number }) => id)

describe('a streamed list', () => {
  test.each([0, 1, 999, 1000, 1001, 2500])('of %i rows is complete', async (count) => {
    const ids = await idsOf(streamList({}, table(count).fetchBatch))
    expect(ids).toEqual(Array.from({ length: count }, (_, i) => i + 1))
  })

  test('ends at its limit, and starts after its position', async () => {
    expect(await idsOf(streamList({ limit: 3 }, table(10).fetchBatch))).toEqual([1, 2, 3])
    expect(await idsOf(streamList({ limit: 1000, after: 9 }, table(10).fetchBatch))).toEqual([10])
    const { asked, fetchBatch } = table(5000)
    await idsOf(streamList({ limit: 1500 }, fetchBatch))
    expect(asked).toEqual([
      { limit: 1000, after: 0 },
      { limit: 500, after: 1000 },
    ])
  })

  test('of a million rows is not read faster than its reader takes it', async () => {
    const { asked, fetchBatch } = table(1_000_000)
    const list = await streamList({}, fetchBatch)
    for await (const _chunk of list) if (asked.length >= 3) break
    await new Promise((resolve) => setImmediate(resolve))
    expect(asked.length).toBeLessThanOrEqual(4)
    expect(list.destroyed).toBe(true)
  })

  test('whose first batch fails can still be answered with an error', async () => {
    await expect(streamList({}, () => Promise.reject(new Error('no database')))).rejects.toThrow(
      'no database',
    )
  })

  test('whose later batch fails ends as an error, not as a shorter list', async () => {
    const { fetchBatch } = table(5000)
    const list = await streamList({}, (page) =>
      page.after >= 2000 ? Promise.reject(new Error('lost')) : fetchBatch(page),
    )
    await expect(text(list)).rejects.toThrow('lost')
  })
})
