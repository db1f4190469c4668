import { realpath } from 'node:fs/promises'
import { PARTS, type Part } from '../parts.ts'
import type { PartState, PartStatus, PlatformStatus } from '../platform.ts'
import { isRunning } from '../process-identity.ts'
import { residentMemory } from './memory.ts'
import { askReady } from './node-part.ts'
import { clusterLink } from './postgres-cluster.ts'
import { acceptsConnections } from './postgres-server.ts'
import { answersAs } from './redis-server.ts'
import type { State } from './state.ts'

const SCHEMES: Partial<Record<Part, string>> = { db: 'postgres', cache: 'redis' }

/** What runs of the platform whose state this is. */
export async function localStatus(options: {
  state: State | undefined
  dataDir: string
}): Promise<PlatformStatus> {
  const { state, dataDir } = options
  const processes = PARTS.map((part) => {
    const recorded = state?.parts[part].process
    return recorded !== undefined && isRunning(recorded) ? recorded : undefined
  })
  const pids = processes.map((recorded) => recorded?.pid ?? 0)
  const memory = await residentMemory(pids)

  const parts = await Promise.all(
    PARTS.map(async (name, index): Promise<PartStatus> => {
      const port = state?.parts[name].port ?? null
      const recorded = processes[index]
      return {
        name,
        state:
          recorded === undefined || port === null ? 'down' : await askPart(name, recorded.pid, port, dataDir),
        pid: recorded?.pid ?? null,
        port,
        url: port === null ? null : `${SCHEMES[name] ?? 'http'}://127.0.0.1:${port}`,
        startedAt: recorded?.startedAt ?? null,
        memoryBytes: recorded === undefined ? null : (memory[index] ?? null),
      }
    }),
  )
  const isUp = parts.some((part) => part.state !== 'down')
  const url = isUp && state !== undefined ? `http://localhost:${state.parts.gateway.port}` : null
  return { driver: 'local', url, dataDir, parts }
}

async function askPart(part: Part, pid: number, port: number, dataDir: string): Promise<PartState> {
  if (part === 'db') {
    const folder = await realpath(clusterLink(dataDir)).catch(() => undefined)
    return folder !== undefined && (await acceptsConnections({ folder }, pid)) ? 'up' : 'not ready'
  }
  const isReady = part === 'cache' ? await answersAs(pid, port) : (await askReady(port)) === 'ready'
  return isReady ? 'up' : 'not ready'
}
