import { once } from 'node:events'
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { Home } from '../home.ts'
import type { PlatformStatus } from '../platform.ts'
import type { Check } from './check.ts'
import { checkCompose } from './check-compose.ts'
import { checkLocal } from './check-local.ts'
import { checkMachine } from './check-machine.ts'

async function makeContext(env: NodeJS.ProcessEnv = {}): Promise<{ home: Home; env: NodeJS.ProcessEnv }> {
  const folder = await mkdtemp(path.join(tmpdir(), 'msctl-doctor-test-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const home = {
    projectDir: folder,
    state: path.join(folder, '.msctl'),
    cache: path.join(folder, '.msctl', 'cache'),
    packedParts: path.join(folder, 'parts'),
  }
  return { home, env: { PATH: folder, ...env } }
}

const nothingRuns: PlatformStatus = { driver: 'local', url: null, dataDir: '', parts: [] }
const find = (checks: readonly Check[], name: Check['name']) => checks.find((each) => each.name === name)

test('a taken port is a warning that names who holds it', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const { port } = server.address() as { port: number }
  const context = await makeContext({})
  expect(find(await checkMachine(context, nothingRuns, port), 'port')).toMatchObject({
    state: 'warning',
    problem: { code: 'port-taken', facts: { port, holder: { pid: process.pid } } },
  })
})

test('a state folder that cannot be there is missing', async () => {
  const context = await makeContext()
  const file = path.join(path.dirname(context.home.state), 'a file')
  await writeFile(file, '')
  await chmod(file, 0o400)
  const home = { ...context.home, state: path.join(file, '.msctl') }
  expect(find(await checkMachine({ ...context, home }, nothingRuns), 'home')).toMatchObject({
    state: 'missing',
    problem: { code: 'folder-unusable', facts: { folder: file } },
  })
})

test('programs that are not built, data of another PostgreSQL and a missing psql are found', async () => {
  const context = await makeContext()
  const data = path.join(context.home.state, 'data', 'postgres')
  await mkdir(data, { recursive: true })
  await writeFile(path.join(data, 'PG_VERSION'), '14\n')
  const checks = await checkLocal(context, nothingRuns)
  expect(find(checks, 'programs')).toMatchObject({ state: 'missing', problem: { code: 'not-built' } })
  expect(find(checks, 'data')).toMatchObject({
    state: 'missing',
    problem: { code: 'postgres-major', facts: { found: '14' } },
  })
  expect(find(checks, 'psql')).toMatchObject({ state: 'warning', problem: { code: 'no-prompt' } })
  expect(find(checks, 'postgres')).toMatchObject({
    state: 'ok',
    found: { version: expect.stringMatching(/^15\./) },
  })
})

test('a machine without Docker is told so, and why', async () => {
  const context = await makeContext()
  const checks = await checkCompose(context)
  expect(find(checks, 'composeFile')).toMatchObject({
    state: 'missing',
    problem: { code: 'no-compose-file' },
  })
  expect(find(checks, 'docker')).toMatchObject({
    state: 'missing',
    problem: { code: 'no-docker', facts: { reason: 'There is no docker on PATH.' } },
  })
})
