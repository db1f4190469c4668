import { callPlatform } from '../call-platform.ts'
import type { Context } from '../context.ts'
import type { Deleted } from '../output/resource.ts'
import type { ResourceName } from '../resources.ts'

export { renderDeleted as render } from '../output/resource.ts'

export interface DeleteOptions {
  readonly resource: ResourceName
  readonly id: number
}

/** `msctl users|orders|payments delete <id>` */
export function run({ resource, id }: DeleteOptions, context: Context): Promise<Deleted> {
  return callPlatform(context, { resource, verb: 'delete', id }, async ({ client, options }) => {
    await client[resource].delete(id, options)
    return { resource, id, deleted: true }
  })
}
