import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { OnEnd } from '../torture.ts'

/** A service that takes its time for each request, whatever it is. */
export interface SlowService {
  url: string
  /** How many requests were under way at once, at the most. */
  mostAtOnce(): number
}

export async function startSlowService({
  serviceMs,
  onEnd,
}: {
  serviceMs: number
  onEnd: OnEnd
}): Promise<SlowService> {
  let underWay = 0
  let most = 0
  const server = createServer((_request, response) => {
    underWay += 1
    most = Math.max(most, underWay)
    setTimeout(() => {
      underWay -= 1
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"id":1}')
    }, serviceMs)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  onEnd(async () => {
    server.close()
    server.closeAllConnections()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, mostAtOnce: () => most }
}
