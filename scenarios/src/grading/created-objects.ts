import { SERVICES, type ServiceName } from '@msctl/sdk/contract'
import type { CreatedObjects, Request } from './grader.ts'

const AT_ONCE = 4

/** Remembers what the grader has created. */
export function rememberCreated(): CreatedObjects & {
  /** Deletes it all, over HTTP. @returns what could not be deleted, as paths. */
  deleteAll(request: Request): Promise<readonly string[]>
} {
  const paths = new Set<string>()
  const pathOf = (service: ServiceName, id: number) => `/${service}/${id}`
  return {
    note: (service, id) => void paths.add(pathOf(service, id)),
    forget: (service, id) => void paths.delete(pathOf(service, id)),
    async deleteAll(request) {
      const left: string[] = []
      const given = new Set<string>()
      const queue = [...paths]
      const worker = async () => {
        for (let path = queue.shift(); path !== undefined; path = queue.shift()) {
          const service = SERVICES.find((each) => path?.startsWith(`/${each}/`)) ?? ''
          // One that cannot delete will not begin to after a hundred attempts.
          const answer = given.has(service) ? undefined : await request('DELETE', path, { timeoutMs: 5_000 })
          const isGone = answer?.status !== null && answer !== undefined && answer.status < 500
          if (isGone) paths.delete(path)
          else {
            given.add(service)
            left.push(path)
          }
        }
      }
      await Promise.all(Array.from({ length: AT_ONCE }, worker))
      return left
    },
  }
}
