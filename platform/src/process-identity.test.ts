import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, test } from 'vitest'
import { endProcess, identify, isRunning } from './process-identity.ts'

function startIdle() {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e6)'], { stdio: 'ignore' })
  if (child.pid === undefined) throw new Error('no child')
  return { child, pid: child.pid }
}

test('a process is known as long as it runs, and not a moment longer', async () => {
  const { child, pid } = startIdle()
  const identity = identify(pid)
  expect(identity).toMatchObject({ pid })
  if (identity === undefined) return
  expect(isRunning(identity)).toBe(true)
  child.kill('SIGKILL')
  await once(child, 'exit')
  expect(isRunning(identity)).toBe(false)
})

test('another process with the same pid is not taken for it, and not ended', async () => {
  const { child, pid } = startIdle()
  try {
    const formerOwner = { pid, birth: 'an earlier boot/1' }
    expect(isRunning(formerOwner)).toBe(false)
    expect(await endProcess(formerOwner)).toBe(true)
    expect(child.exitCode ?? child.signalCode).toBeNull()
    expect(identify(pid)).toBeDefined()
  } finally {
    child.kill('SIGKILL')
  }
})

test('a process that ignores SIGTERM is killed at the deadline', async () => {
  const stubborn = "process.on('SIGTERM', () => {}); setInterval(() => {}, 1e6); console.log('on')"
  const child = spawn(process.execPath, ['-e', stubborn], { stdio: ['ignore', 'pipe', 'ignore'] })
  await once(child.stdout, 'data')
  const identity = identify(child.pid ?? 0)
  if (identity === undefined) throw new Error('no child')
  const exited = once(child, 'exit')
  expect(await endProcess(identity, { deadlineMs: 100 })).toBe(true)
  expect(await exited).toEqual([null, 'SIGKILL'])
})

test('a dead process that nobody has waited for counts as gone', async () => {
  // The shell starts a child, prints its pid and never waits for it, so that it stays a zombie.
  const script = '/bin/true & echo $!; exec sleep 60'
  const shell = spawn('/bin/sh', ['-c', script], { stdio: ['ignore', 'pipe', 'ignore'] })
  try {
    const [output] = (await once(shell.stdout, 'data')) as [Buffer]
    const zombie = Number(output.toString())
    await expect.poll(() => identify(zombie)).toBeUndefined()
  } finally {
    shell.kill('SIGKILL')
  }
})
