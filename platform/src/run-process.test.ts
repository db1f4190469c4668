import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { identify } from './process-identity.ts'
import { readProcessLines, runProcess } from './run-process.ts'

const env = { PATH: process.env.PATH }
const sh = (script: string, options: Partial<Parameters<typeof runProcess>[2]> = {}) =>
  runProcess('sh', ['-c', script], { env, ...options })

test('what a program prints, and how it ends, is a result', async () => {
  expect(await sh('echo out; echo err >&2')).toEqual({
    isDone: true,
    exitCode: 0,
    isLate: false,
    isMissing: false,
    reason: 'exit code 0',
    stdout: 'out',
    stderr: 'err',
  })
  expect(await sh('exit 7')).toMatchObject({ isDone: false, exitCode: 7, reason: 'exit code 7' })
  expect(await sh('kill -9 $$')).toMatchObject({
    isDone: false,
    exitCode: undefined,
    reason: 'ended by SIGKILL',
  })
  expect(await runProcess('no-such-program', [], { env })).toMatchObject({
    isDone: false,
    isMissing: true,
    reason: expect.stringContaining('ENOENT'),
  })
})

test('a file that is there and may not be run is no missing program', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'msctl-run-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const file = path.join(folder, 'program')
  await writeFile(file, '')
  await chmod(file, 0o644)
  expect(await runProcess(file, [], { env })).toMatchObject({
    isDone: false,
    isMissing: false,
    reason: expect.stringContaining('EACCES'),
  })
})

test('it sees the environment that it is given, and no other', async () => {
  process.env.MSCTL_TEST_SECRET = 'x'
  onTestFinished(() => void delete process.env.MSCTL_TEST_SECRET)
  const { stdout } = await runProcess('/usr/bin/env', [], { env: { A: '1' } })
  expect(stdout).toBe('A=1')
})

test('when its time is over it is ended, with all that it has started', async () => {
  const result = await sh('sleep 60 & echo $!; wait', { timeoutMs: 300 })
  expect(result).toMatchObject({ isDone: false, isLate: true, reason: 'not done within 0.3 s' })
  await expect.poll(() => identify(Number(result.stdout))).toBeUndefined()
})

test('one that does not listen is killed', async () => {
  const script = "trap '' TERM; while :; do sleep 0.05; done"
  const result = await sh(script, { timeoutMs: 200, killAfterMs: 200 })
  expect(result).toMatchObject({ isLate: true, exitCode: undefined })
})

test('the signal ends it, and is the reason', async () => {
  const controller = new AbortController()
  let pid = 0
  const running = sh('sleep 60', { signal: controller.signal, onStart: (started) => (pid = started) })
  controller.abort(new Error('enough'))
  await expect(running).rejects.toThrow('enough')
  expect(identify(pid)).toBeUndefined()
  await expect(sh('exit 0', { signal: controller.signal })).rejects.toThrow('enough')
})

test('a server that it starts goes on, and is not waited for', async () => {
  const { isDone, stdout } = await sh('sleep 60 & echo $!')
  expect(isDone).toBe(true)
  const pid = Number(stdout)
  expect(identify(pid)).toBeDefined()
  process.kill(pid, 'SIGKILL')
})

test('of much output the end is kept', async () => {
  const { stdout } = await sh('i=0; while [ $i -lt 2000 ]; do echo "line $i"; i=$((i+1)); done', {
    maxOutput: 20,
  })
  expect(stdout).toMatch(/line 1998\nline 1999$/)
  expect(stdout.length).toBeLessThanOrEqual(20)
})

test('lines come while it runs, and it is ended when nobody reads on', async () => {
  let pid = 0
  for await (const line of readProcessLines('sh', ['-c', 'echo $$; echo more; exec sleep 60'], { env })) {
    if (pid === 0) pid = Number(line)
    else break
  }
  await expect.poll(() => identify(pid)).toBeUndefined()
})

test('a program that fails while its lines are read is an error', async () => {
  const lines = readProcessLines('sh', ['-c', 'echo one; exit 3'], { env })
  expect((await lines.next()).value).toBe('one')
  await expect(lines.next()).rejects.toThrow('exit code 3')
})

test('the signal ends the lines', async () => {
  const controller = new AbortController()
  const lines = readProcessLines('sh', ['-c', 'echo one; exec sleep 60'], { env, signal: controller.signal })
  expect((await lines.next()).value).toBe('one')
  const next = lines.next()
  controller.abort()
  expect((await next).done).toBe(true)
})
