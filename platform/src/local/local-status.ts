import { readdir, readFile, realpath } from 'node:fs/promises'
import { PARTS, type Part } from '../parts.ts'
import type { PartState, PartStatus, PlatformStatus } from '../platform.ts'
import { runProcess } from '../run-process.ts'
import { askReady } from './node-part.ts'
import { clusterLink } from './postgres-cluster.ts'
import { acceptsConnections } from './postgres-server.ts'
import { answersAs } from './redis-server.ts'
import type { StateFile } from './state.ts'

const SCHEMES: Partial<Record<Part, string>> = { db: 'postgres', cache: 'redis' }

/** What runs of the platform whose state this is. */
export async function localStatus(state: StateFile, dataDir: string): Promise<PlatformStatus> {
  const ports = state.ports()
  const processes = PARTS.map(state.processOf)
  const memory = await residentMemory(processes.map((recorded) => recorded?.pid ?? 0))

  const parts = await Promise.all(
    PARTS.map(async (name, index): Promise<PartStatus> => {
      const port = ports?.[name] ?? null
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
  const url = isUp && ports !== undefined ? `http://localhost:${ports.gateway}` : null
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

/**
 * How much memory each process has resident, in bytes; null where the system does not say. Of a process's children
 * (PostgreSQL has many) only what they do not share is added.
 */
async function residentMemory(pids: readonly number[]): Promise<(number | null)[]> {
  if (process.platform !== 'linux') return Promise.all(pids.map(residentByPs))
  const children = await childrenOf(new Set(pids))
  return Promise.all(
    pids.map(async (pid) => {
      const own = await statusField(pid, 'VmRSS')
      if (own === undefined) return null
      const private_ = await Promise.all(
        (children.get(pid) ?? []).map((child) => statusField(child, 'RssAnon')),
      )
      return private_.reduce((sum: number, bytes) => sum + (bytes ?? 0), own)
    }),
  )
}

async function childrenOf(parents: ReadonlySet<number>): Promise<Map<number, number[]>> {
  const children = new Map<number, number[]>()
  for (const name of (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry))) {
    const stat = await readFile(`/proc/${name}/stat`, 'latin1').catch(() => '')
    const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
    if (parents.has(parent)) children.set(parent, [...(children.get(parent) ?? []), Number(name)])
  }
  return children
}

async function statusField(pid: number, field: string): Promise<number | undefined> {
  const status = await readFile(`/proc/${pid}/status`, 'latin1').catch(() => '')
  const kilobytes = new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]
  return kilobytes === undefined ? undefined : Number(kilobytes) * 1024
}

async function residentByPs(pid: number): Promise<number | null> {
  const args = ['-o', 'rss=', '-p', String(pid)]
  const { stdout } = await runProcess('ps', args, { env: { PATH: '/usr/bin:/bin' } })
  return stdout.trim() === '' ? null : Number(stdout) * 1024
}
