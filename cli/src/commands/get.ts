import { call, whereOf } from '../call.ts'
import type { Context } from '../context.ts'
import { type Answer, toAnswer } from '../output/resource.ts'
import type { ResourceCalls, ResourceName } from '../resources.ts'

export { renderAnswer as render, toJson } from '../output/resource.ts'

export interface GetOptions {
  readonly resource: ResourceName
  readonly id: number
  /** Users only: with the orders that name the user. */
  readonly details?: boolean | undefined
}

/** `msctl users|orders|payments get <id>` */
export async function run({ resource, id, details = false }: GetOptions, context: Context): Promise<Answer> {
  return call(await whereOf(context, { resource, verb: 'get', id }), async (client, callOptions) => {
    const calls: ResourceCalls = client[resource]
    const answer = details ? client.users.details(id, callOptions) : calls.get(id, callOptions)
    return toAnswer(resource, await answer.withResponse())
  })
}
