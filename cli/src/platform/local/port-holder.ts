import { execFile } from 'node:child_process'
import { readdir, readFile, readlink } from 'node:fs/promises'
import { promisify } from 'node:util'
import type { PortHolder } from '../../failure.ts'

const run = promisify(execFile)
const LISTENING = '0A'

/** Who listens on a TCP port of this machine; `undefined` when the system does not let us see that. */
export async function portHolder(port: number): Promise<PortHolder | undefined> {
  return process.platform === 'linux' ? holderByProc(port) : holderByLsof(port)
}

async function holderByProc(port: number): Promise<PortHolder | undefined> {
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
  if (sockets.size === 0) return undefined
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    for (const fd of await readdir(`/proc/${pid}/fd`).catch(() => [])) {
      const target = await readlink(`/proc/${pid}/fd/${fd}`).catch(() => '')
      if (sockets.has(target)) return { pid: Number(pid), command: await commandOf(pid) }
    }
  }
  return undefined
}

async function commandOf(pid: string): Promise<string> {
  const line = (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).replaceAll('\0', ' ').trim()
  return line === '' ? (await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '?')).trim() : line
}

async function holderByLsof(port: number): Promise<PortHolder | undefined> {
  const { stdout } = await run('lsof', ['-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-Fpc']).catch(() => ({
    stdout: '',
  }))
  const pid = /^p(\d+)$/m.exec(stdout)?.[1]
  const command = /^c(.+)$/m.exec(stdout)?.[1]
  return pid === undefined ? undefined : { pid: Number(pid), command: command ?? '?' }
}
