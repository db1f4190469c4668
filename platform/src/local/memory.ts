import { execFile } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { promisify } from 'node:util'

/**
 * How much memory each process has resident, in bytes; null where the system does not say. Of a process's children
 * (PostgreSQL has many) only what they do not share is added.
 */
export async function residentMemory(pids: readonly number[]): Promise<(number | null)[]> {
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
  const { stdout } = await promisify(execFile)('ps', ['-o', 'rss=', '-p', String(pid)]).catch(() => ({
    stdout: '',
  }))
  return stdout.trim() === '' ? null : Number(stdout) * 1024
}
