import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { createCappedLog } from './capped-log.ts'
import { type ProcessesOptions, startProcesses } from './start-processes.ts'

const platform = fileURLToPath(new URL('../testing/small-platform.mjs', import.meta.url))
const serve = `${process.execPath} ${platform}`

async function setUp(start: string, more: Partial<ProcessesOptions> = {}) {
  const folder = await mkdtemp(path.join(tmpdir(), 'msctl-start-'))
  const file = path.join(folder, 'log.txt')
  const log = createCappedLog(file)
  onTestFinished(async () => {
    await log.close()
    await rm(folder, { recursive: true, force: true })
  })
  const how = { url: 'http://127.0.0.1:$PORT', control: undefined, redis: undefined, db: {}, stop: undefined }
  const started = startProcesses({
    ...{ how: { by: 'processes', ...how, start }, folder, log, mark: path.basename(folder) },
    ...{ env: process.env, signal: new AbortController().signal, readyLimitMs: 10_000 },
    ...more,
  })
  return { started, log, file }
}

test('a submission sees what it needs of our environment, and nothing else', async () => {
  const env = { ...process.env, LC_ALL: 'C', COMPANY_DATABASE: 'x', AWS_PROFILE: 'x', LANG: 'C.UTF-8' }
  const { started, file } = await setUp(`env; exec ${serve}`, { env })
  const { close } = await started
  await close()
  const seen = (await readFile(file, 'utf8')).split('\n').map((line) => line.split('=')[0])
  expect(seen).toEqual(expect.arrayContaining(['PATH', 'HOME', 'LANG', 'LC_ALL', 'PORT', 'MSCTL_SUBMISSION']))
  expect(seen).not.toEqual(expect.arrayContaining(['COMPANY_DATABASE']))
  expect(seen).not.toEqual(expect.arrayContaining(['AWS_PROFILE']))
})

test('services that a start script leaves running may go on printing', async () => {
  const { started, log } = await setUp(`${serve} & (sleep 1; echo later) & exit 0`)
  const { unstarted, close } = await started
  expect(unstarted).toBeUndefined()
  await expect.poll(() => log.last(), { timeout: 10_000 }).toContain('later')
  await close()
})

test('a script that fails is told with its error', async () => {
  const { started } = await setUp('echo "Error: no such table" >&2; echo bye; exit 3')
  const { unstarted, close } = await started
  expect(unstarted).toBe('It ended with exit code 3: Error: no such table')
  await close()
})

test('a process that this machine cannot start is an error of its own submission alone', async () => {
  const { started } = await setUp(serve, { folder: '/nowhere/at/all' })
  await expect(started).rejects.toThrow(/spawn sh ENOENT/)
})
