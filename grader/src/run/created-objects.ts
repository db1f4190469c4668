import { SERVICES, type ServiceName } from '@msctl/sdk/contract'
import type { CreatedObjects, Request } from './grader.ts'

const AT_ONCE = 4

/** Remembers what the grader has created. */
export function rememberCreated(): CreatedObjects & {
  /**
   * Deletes it all, over HTTP; what is left of it once more when the services are back, as long as that gets anywhere.
   *
   * @returns what could not be deleted, as paths.
   */
  deleteAll(request: Request, areBack: () => Promise<boolean>): Promise<readonly string[]>
} {
  const paths = new Set<string>()
  const everNoted = new Set<string>()
  const notedTwice = new Set<string>()
  const pathOf = (service: ServiceName, id: number) => `/${service}/${id}`
  const deleteOnce = async (request: Request) => {
    const givenUp = new Set<string>()
    const queue = [...paths]
    const worker = async () => {
      for (let path = queue.shift(); path !== undefined; path = queue.shift()) {
        const service = SERVICES.find((each) => path?.startsWith(`/${each}/`)) ?? ''
        // One that cannot delete will not begin to after a hundred attempts.
        if (givenUp.has(service)) continue
        const { status } = await request('DELETE', path, { timeoutMs: 5_000 })
        if (status !== null && status < 500) paths.delete(path)
        else givenUp.add(service)
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, worker))
  }
  return {
    note: (service, id) => {
      const path = pathOf(service, id)
      if (everNoted.has(path)) notedTwice.add(path)
      paths.add(path)
      everNoted.add(path)
    },
    wasReused: (service, id) => notedTwice.has(pathOf(service, id)),
    wasNoted: (service, id) => everNoted.has(pathOf(service, id)),
    forget: (service, id) => void paths.delete(pathOf(service, id)),
    async deleteAll(request, areBack) {
      for (let before = Number.POSITIVE_INFINITY; paths.size > 0 && paths.size < before; ) {
        before = paths.size
        await deleteOnce(request)
        if (paths.size > 0 && paths.size < before && !(await areBack())) break
      }
      return [...paths]
    },
  }
}
