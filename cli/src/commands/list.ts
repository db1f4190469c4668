import { openClient, toCallFailure, whereOf } from '../call.ts'
import type { Context } from '../context.ts'
import type { RowPage } from '../output/resource.ts'
import { FIELDS, type ResourceCalls, type ResourceName } from '../resources.ts'

export { renderPage as render } from '../output/resource.ts'

export interface ListOptions {
  readonly resource: ResourceName
  readonly limit?: number | undefined
  readonly after?: number | undefined
  /** Orders: only this user's. */
  readonly userId?: number | undefined
  /** Payments: only those for this order. */
  readonly orderId?: number | undefined
}

/** The pages are parts of one list. */
export const isArray = true

/** `msctl users|orders|payments list`, a page at a time, so that a list of any length needs little memory. */
export async function* run(options: ListOptions, context: Context): AsyncGenerator<RowPage> {
  const { resource, limit, after, userId, orderId } = options
  const where = await whereOf(context, { resource, verb: 'list' })
  const client = openClient(where.url)
  try {
    const calls: ResourceCalls = client[resource]
    const filter = FIELDS[resource].filter
    const parameters = { limit, after, ...(filter !== undefined && { [filter.name]: userId ?? orderId }) }
    let isFirst = true
    for await (const { data } of calls.list(parameters, { signal: context.signal }).pages()) {
      if (isFirst || data.length > 0) yield { resource, rows: data, isFirst }
      isFirst = false
    }
  } catch (error) {
    throw toCallFailure(error, where)
  } finally {
    await client.close()
  }
}

/** What `--json` prints: the rows. */
export function toJson({ rows }: RowPage): RowPage['rows'] {
  return rows
}
