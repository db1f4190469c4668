import { once } from 'node:events'
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Check } from '@msctl/platform/doctor/check'
import { checkCompose } from '@msctl/platform/doctor/check-compose'
import { checkLocal } from '@msctl/platform/doctor/check-local'
import { checkMachine } from '@msctl/platform/doctor/check-machine'
import type { PlatformStatus } from '@msctl/platform/platform'
import { expect, onTestFinished, test } from 'vitest'
import type { Context } from '../context.ts'
import { en } from '../messages/en.ts'
import { describeTerminal } from '../output/terminal.ts'
import type { Diagnosis } from './doctor.ts'
import { exitCode, render } from './doctor.ts'

async function makeContext(env: NodeJS.ProcessEnv = {}): Promise<Pick<Context, 'home' | 'env'>> {
  const folder = await mkdtemp(path.join(tmpdir(), 'msctl-doctor-test-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const home = {
    projectDir: folder,
    state: path.join(folder, '.msctl'),
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
  const context = await makeContext({ MSCTL_PORT: String(port) })
  expect(find(await checkMachine(context, nothingRuns), 'port')).toMatchObject({
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
  const checks = await checkCompose(context, context.home.state)
  expect(find(checks, 'composeFile')).toMatchObject({
    state: 'missing',
    problem: { code: 'no-compose-file' },
  })
  expect(find(checks, 'docker')).toMatchObject({
    state: 'missing',
    problem: { code: 'no-docker', facts: { reason: 'There is no docker on PATH.' } },
  })
})

test('each driver has its verdict, and what is missing its remedy', () => {
  const diagnosis: Diagnosis = {
    drivers: [
      { driver: 'local', canRun: true },
      { driver: 'compose', canRun: false },
    ],
    checks: [
      { name: 'node', driver: null, state: 'ok', found: { version: '22.0.0' } },
      {
        name: 'disk',
        driver: null,
        state: 'warning',
        problem: { code: 'disk-nearly-full', freeBytes: 1e8, wantedBytes: 5e8 },
      },
      { name: 'redis', driver: 'local', state: 'ok', found: { command: null } },
      {
        name: 'docker',
        driver: 'compose',
        state: 'missing',
        problem: { code: 'no-docker', facts: { reason: 'It does not answer.' } },
      },
    ],
  }
  const terminal = describeTerminal({}, {})
  const { result, hints } = render(diagnosis, { messages: en, terminal, quiet: false, now: 0, self: 'msctl' })
  expect(result.split('\n')).toEqual([
    'This machine',
    '✓ Node.js       22.0.0',
    '! Disk space    100 MB free; 500 MB are advisable',
    '                Make room, or keep the state elsewhere: MSCTL_HOME=/some/folder msctl up',
    '',
    'local: can run',
    '✓ Redis         will be downloaded by apt into the state folder, once',
    '',
    'compose: cannot run',
    '✗ Docker        The compose driver needs Docker and Compose, which do not answer here.',
    '                It does not answer.',
    '                Start Docker, or do without: msctl up --driver local',
  ])
  expect(hints).toBe('Start the platform: msctl up --driver local')
  expect(exitCode(diagnosis)).toBe(0)
  expect(exitCode({ ...diagnosis, drivers: [{ driver: 'local', canRun: false }] })).toBe(4)
})
