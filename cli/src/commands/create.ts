import { call, whereOf } from '../call.ts'
import type { Context } from '../context.ts'
import { type Answer, toAnswer } from '../output/resource.ts'
import { type BodyOptions, readBody } from '../request-body.ts'
import type { ResourceCalls } from '../resources.ts'

export { renderAnswer as render, toJson } from '../output/resource.ts'

export interface CreateOptions extends BodyOptions {
  readonly idempotencyKey?: string | undefined
}

/** `msctl users|orders|payments create` */
export async function run(options: CreateOptions, context: Context): Promise<Answer> {
  const { resource, idempotencyKey } = options
  const body = await readBody('create', options, context)
  return call(await whereOf(context, { resource, verb: 'create' }), async (client, callOptions) => {
    const calls: ResourceCalls = client[resource]
    return toAnswer(resource, await calls.create(body, { ...callOptions, idempotencyKey }).withResponse())
  })
}
