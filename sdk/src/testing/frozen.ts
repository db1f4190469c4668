import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import net from 'node:net'
import { onTestFinished } from 'vitest'

/** A port that takes no connections and refuses none: its process is stopped, and its queue is full. */
export async function listenAndFreeze(): Promise<number> {
  const child: ChildProcess = spawn(
    process.execPath,
    [
      '--eval',
      `const server = require('node:net').createServer()
      server.listen({ host: '127.0.0.1', port: 0, backlog: 1 }, () => console.log(server.address().port))`,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  const fillers: net.Socket[] = []
  onTestFinished(async () => {
    for (const socket of fillers) socket.destroy()
    const exited = once(child, 'exit')
    child.kill('SIGKILL')
    await exited
  })
  if (child.stdout === null) throw new Error('the child has no output')
  const [output] = await once(child.stdout, 'data')
  const port = Number(output)
  child.kill('SIGSTOP')
  for (let isFull = false; !isFull; ) {
    const socket = net.connect(port, '127.0.0.1')
    socket.on('error', () => socket.destroy())
    fillers.push(socket)
    isFull = await new Promise<boolean>((resolve) => {
      const timer = setTimeout(resolve, 200, true)
      socket.once('connect', () => {
        clearTimeout(timer)
        resolve(false)
      })
    })
  }
  // The one that found the queue full would be counted as ours.
  fillers.pop()?.destroy()
  return port
}
