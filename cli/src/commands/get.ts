import { callPlatform } from '../call-platform.ts'
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
export function run({ resource, id, details = false }: GetOptions, context: Context): Promise<Answer> {
  return callPlatform(context, { resource, verb: 'get', id }, async ({ client, options }) => {
    const calls: ResourceCalls = client[resource]
    const answer = await (details ? client.users.details(id, options) : calls.get(id, options)).withResponse()
    const { tookMs = answer.timings.totalMs } = context.begun ?? {}
    return { ...toAnswer(resource, answer), tookMs }
  })
}
