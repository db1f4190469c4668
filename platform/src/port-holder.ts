import { readdir, readFile, readlink } from 'node:fs/promises'
import type { PortHolder } from './failure.ts'
import { runProcess } from './run-process.ts'

const LISTENING = '0A'

/** Who listens on a TCP port of this machine; `undefined` when the system does not let us see that. */
export async function portHolder(port: number): Promise<PortHolder | undefined> {
  return process.platform === 'linux' ? holderByProc(port) : holderByLsof(port)
}

/**
 * Whether that process, one of ours, is who listens on the port. What answers there may be another server, on a port
 * that ours failed to get. Elsewhere than on Linux this is taken for granted.
 */
export async function isHeldBy(pid: number, port: number): Promise<boolean> {
  return process.platform !== 'linux' || holdsOneOf(String(pid), await listeningSockets(port))
}

async function holderByProc(port: number): Promise<PortHolder | undefined> {
  const sockets = await listeningSockets(port)
  if (sockets.size === 0) return undefined
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    if (await holdsOneOf(pid, sockets)) return { pid: Number(pid), command: await commandOf(pid) }
  }
  return undefined
}

/** The sockets that listen on a port, as the links in /proc/PID/fd name them. */
async function listeningSockets(port: number): Promise<Set<string>> {
  const sockets = new Set<string>()
  for (const table of ['/proc/net/tcp', '/proc/net/tcp6']) {
    const lines = (await readFile(table, 'latin1').catch(() => '')).split('\n').slice(1)
    for (const line of lines) {
      // sl, local address, remote address, state, queues, timer, retransmits, uid, timeout, inode
      const [, local = '', , state, , , , , , inode] = line.trim().split(/\s+/)
      const isPort = Number.parseInt(local.split(':')[1] ?? '', 16) === port
      if (isPort && state === LISTENING) sockets.add(`socket:[${inode}]`)
    }
  }
  return sockets
}

async function holdsOneOf(pid: string, sockets: ReadonlySet<string>): Promise<boolean> {
  for (const fd of await readdir(`/proc/${pid}/fd`).catch(() => [])) {
    const target = await readlink(`/proc/${pid}/fd/${fd}`).catch(() => '')
    if (sockets.has(target)) return true
  }
  return false
}

async function commandOf(pid: string): Promise<string> {
  const line = (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).replaceAll('\0', ' ').trim()
  return line === '' ? (await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '?')).trim() : line
}

async function holderByLsof(port: number): Promise<PortHolder | undefined> {
  const args = ['-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-Fpc']
  const { stdout } = await runProcess('lsof', args, { env: { PATH: '/usr/sbin:/usr/bin:/bin' } })
  const pid = /^p(\d+)$/m.exec(stdout)?.[1]
  const command = /^c(.+)$/m.exec(stdout)?.[1]
  return pid === undefined ? undefined : { pid: Number(pid), command: command ?? '?' }
}
