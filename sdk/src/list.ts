import type * as z from 'zod/mini'
import { array } from 'zod/mini'
import type { ApiResponse } from './api-promise.ts'
import { MAX_PAGE_SIZE } from './contract/index.ts'
import { type Call, toQuery } from './endpoint.ts'
import { assertKnownOptions, type OptionNames } from './known-options.ts'
import type { CallOptions } from './options.ts'

/** What every list takes, besides what it filters by. */
export interface ListParameters {
  /** At most this many rows, however many pages that takes. Default: all there are. */
  limit?: number | undefined
  /** Only rows whose id is above this. */
  after?: number | undefined
  /** Rows to fetch with one request, 1 to 1000. Default: 1000. */
  pageSize?: number | undefined
}

const LIST_PARAMETERS: OptionNames<ListParameters> = { limit: true, after: true, pageSize: true }

/**
 * A list of rows, by id. Await it for the array, or iterate it with `for await`, which holds one page at a time and
 * fetches the next when it gets there. Nothing is sent before that; each iteration starts anew.
 */
export interface ApiList<T> extends Promise<T[]>, AsyncIterable<T> {
  /** The pages, each with what is known about its request. */
  pages(): AsyncIterableIterator<ApiResponse<T[]>>
  /** The whole array, with the response and the request id of the last page; attempts and timings are sums. */
  withResponse(): Promise<ApiResponse<T[]>>
}

/** How a list is fetched. */
export interface ListEndpoint<T> {
  /** The call as it stands in code, such as `users.list`. */
  call: string
  path: string
  row: z.ZodMiniType<T>
  /** What the list is filtered by. */
  filter?: Record<string, number | undefined>
}

/** Makes a list, which pages by itself. An awaited list is one call, with one deadline; of an iterated one each page is. */
export function createList<T extends { id: number }>(
  call: Call,
  { call: name, path, row, filter = {} }: ListEndpoint<T>,
  parameters: ListParameters = {},
  options: CallOptions = {},
): ApiList<T> {
  const { limit = Number.POSITIVE_INFINITY, after, pageSize = MAX_PAGE_SIZE } = parameters
  const schema = array(row)

  async function* fetchPages(begunAt?: number): AsyncGenerator<ApiResponse<T[]>, void, undefined> {
    assertKnownOptions(name, parameters, { ...filter, ...LIST_PARAMETERS })
    let last = after
    let missing = limit
    // The first page is always asked for: whether a limit makes sense is the server's to say.
    do {
      const size = Math.min(pageSize, missing)
      const page = await call(
        {
          call: name,
          method: 'GET',
          path: path + toQuery({ ...filter, limit: size, after: last }),
          answer: schema,
        },
        options,
        begunAt,
      ).withResponse()
      // A server that knows no paging answers with everything, again and again. Its rows count once, and it is asked once more at most.
      const from = last
      const rows = (from === undefined ? page.data : page.data.filter(({ id }) => id > from)).slice(
        0,
        missing,
      )
      yield { ...page, data: rows }
      missing -= rows.length
      if (rows.length === 0 || page.data.length !== size) return
      last = rows.reduce((highest, { id }) => Math.max(highest, id), 0)
    } while (missing > 0)
  }

  const pages = () => fetchPages()

  async function* rows(): AsyncGenerator<T, void, undefined> {
    for await (const { data } of pages()) yield* data
  }

  async function fetchAll(): Promise<ApiResponse<T[]>> {
    const begunAt = performance.now()
    let whole: ApiResponse<T[]> | undefined
    for await (const page of fetchPages(begunAt)) whole = whole === undefined ? page : join(whole, page)
    return whole as ApiResponse<T[]>
  }

  let everything: Promise<ApiResponse<T[]>> | undefined
  const fetchOnce = () => {
    everything ??= fetchAll()
    return everything
  }
  const toArray = () => fetchOnce().then(({ data }) => data)

  return {
    // biome-ignore lint/suspicious/noThenProperty: awaiting a list is what it is for; it must not fetch before.
    then: (onFulfilled, onRejected) => toArray().then(onFulfilled, onRejected),
    catch: (onRejected) => toArray().catch(onRejected),
    finally: (onFinally) => toArray().finally(onFinally),
    withResponse: fetchOnce,
    pages,
    [Symbol.asyncIterator]: rows,
    [Symbol.toStringTag]: 'ApiList',
  }
}

function join<T>(before: ApiResponse<T[]>, page: ApiResponse<T[]>): ApiResponse<T[]> {
  // One array grows, as copies for each page would cost the square of the length.
  for (const row of page.data) before.data.push(row)
  const [a, b] = [before.timings, page.timings]
  return {
    ...page,
    data: before.data,
    attempts: before.attempts + page.attempts,
    timings: {
      totalMs: a.totalMs + b.totalMs,
      firstByteMs: a.firstByteMs + b.firstByteMs,
      attemptMs: a.attemptMs + b.attemptMs,
      waitedMs: a.waitedMs + b.waitedMs,
    },
  }
}
