import { toCallFailure } from '../call-failure.ts'
import { connect } from '../call-platform.ts'
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
  const connection = await connect(context)
  try {
    const calls: ResourceCalls = connection.client[resource]
    const filter = FIELDS[resource].filter
    const parameters = { limit, after, ...(filter !== undefined && { [filter.name]: userId ?? orderId }) }
    let isFirst = true
    for await (const { data } of calls.list(parameters, connection.options).pages()) {
      if (isFirst || data.length > 0) yield { resource, rows: data, isFirst }
      isFirst = false
    }
  } catch (error) {
    throw toCallFailure(error, { resource, verb: 'list', url: connection.url, signal: context.signal })
  } finally {
    await connection.client.close()
  }
}

/** What `--json` prints: the rows. */
export function toJson({ rows }: RowPage): RowPage['rows'] {
  return rows
}
