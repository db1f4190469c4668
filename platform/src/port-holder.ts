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

/**
 * Whether one of the connections from these ports of this machine belongs to whoever listens on `port`: to its process, or to one of its
 * process group where that is not ours as well. `false` where the system does not let us see that.
 */
export async function isConnectedFrom(ports: ReadonlySet<number>, port: number): Promise<boolean> {
  if (process.platform !== 'linux') return false
  const listeners = await holdersOf(await listeningSockets(port))
  const clients = await holdersOf(await socketsOf((local, state) => ports.has(local) && state !== LISTENING))
  const groups = new Set(await Promise.all(listeners.map(groupOf)))
  groups.delete(undefined)
  groups.delete(await groupOf(String(process.pid)))
  const isOfTheirs = async (pid: string) => listeners.includes(pid) || groups.has(await groupOf(pid))
  return (await Promise.all(clients.map(isOfTheirs))).includes(true)
}

/** The process group of a process that is there. */
async function groupOf(pid: string): Promise<string | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => '')
  // The second field is the command in parentheses, which may itself hold spaces and parentheses.
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[2]
}

async function holderByProc(port: number): Promise<PortHolder | undefined> {
  const [pid] = await holdersOf(await listeningSockets(port))
  return pid === undefined ? undefined : { pid: Number(pid), command: await commandOf(pid) }
}

/** The processes that have one of these sockets. */
async function holdersOf(sockets: ReadonlySet<string>): Promise<string[]> {
  if (sockets.size === 0) return []
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const holds = await Promise.all(pids.map((pid) => holdsOneOf(pid, sockets)))
  return pids.filter((_, index) => holds[index])
}

const listeningSockets = (port: number) => socketsOf((local, state) => local === port && state === LISTENING)

/** The sockets whose own port and state are wanted, as the links in /proc/PID/fd name them. */
async function socketsOf(isWanted: (port: number, state: string) => boolean): Promise<Set<string>> {
  const sockets = new Set<string>()
  for (const table of ['/proc/net/tcp', '/proc/net/tcp6']) {
    const lines = (await readFile(table, 'latin1').catch(() => '')).split('\n').slice(1)
    for (const line of lines) {
      // sl, local address, remote address, state, queues, timer, retransmits, uid, timeout, inode
      const [, local = '', , state = '', , , , , , inode] = line.trim().split(/\s+/)
      if (isWanted(Number.parseInt(local.split(':')[1] ?? '', 16), state)) sockets.add(`socket:[${inode}]`)
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
