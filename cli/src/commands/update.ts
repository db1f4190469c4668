import { call, whereOf } from '../call.ts'
import type { Context } from '../context.ts'
import { type Answer, toAnswer } from '../output/resource.ts'
import { type BodyOptions, readBody } from '../request-body.ts'
import type { ResourceCalls } from '../resources.ts'

export { renderAnswer as render, toJson } from '../output/resource.ts'

export interface UpdateOptions extends BodyOptions {
  readonly id: number
}

/** `msctl users|orders|payments update <id>` */
export async function run(options: UpdateOptions, context: Context): Promise<Answer> {
  const { resource, id } = options
  const changes = await readBody('update', options, context)
  return call(await whereOf(context, { resource, verb: 'update', id }), async (client, callOptions) => {
    const calls: ResourceCalls = client[resource]
    return toAnswer(resource, await calls.update(id, changes, callOptions).withResponse())
  })
}
