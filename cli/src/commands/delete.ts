import { call, whereOf } from '../call.ts'
import type { Context } from '../context.ts'
import type { Deleted } from '../output/resource.ts'
import type { ResourceName } from '../resources.ts'

export { renderDeleted as render } from '../output/resource.ts'

export interface DeleteOptions {
  readonly resource: ResourceName
  readonly id: number
}

/** `msctl users|orders|payments delete <id>` */
export async function run({ resource, id }: DeleteOptions, context: Context): Promise<Deleted> {
  return call(await whereOf(context, { resource, verb: 'delete', id }), async (client, callOptions) => {
    await client[resource].delete(id, callOptions)
    return { resource, id, deleted: true }
  })
}
