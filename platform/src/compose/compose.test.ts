import { expect, test } from 'vitest'
import { composeProject } from './compose-cli.ts'
import { followComposeLogs, readComposeLogs } from './compose-logs.ts'
import { describeParts, listContainers } from './containers.ts'

function inspected(service: string, state: object, folder = '/srv/clone') {
  return {
    Name: `/clone_${service}_1`,
    RestartCount: 0,
    Config: {
      Labels: { 'com.docker.compose.service': service, 'com.docker.compose.project.working_dir': folder },
    },
    State: { Status: 'running', StartedAt: '2026-01-01T00:00:00.123456789Z', ExitCode: 0, ...state },
    HostConfig: {
      RestartPolicy: { Name: 'unless-stopped' },
      PortBindings: service === 'api_gateway' ? { '8000/tcp': [{ HostPort: '8080' }] } : {},
    },
  }
}

const project = { name: 'clone', folder: '/srv/clone' }
const dockerWith = (containers: object[]) => ({
  docker: async ([command]: readonly string[]) =>
    command === 'ps' ? containers.map((_, index) => `id${index}`).join('\n') : JSON.stringify(containers),
})

test('a part of several containers is up when all of them are', async () => {
  const healthy = { Health: { Status: 'healthy' } }
  const docker = dockerWith([
    inspected('db_users', healthy),
    inspected('db_orders', { Health: { Status: 'starting' } }),
    inspected('db_payments', healthy),
    inspected('service_users', { Status: 'exited' }),
    inspected('api_gateway', healthy),
  ])
  const parts = describeParts(await listContainers(docker, project))
  expect(parts.map(({ name, state }) => `${name} ${state}`)).toEqual([
    ...['db not ready', 'cache down', 'users down', 'orders down', 'payments down', 'gateway up'],
  ])
  expect(parts.at(-1)).toMatchObject({
    container: 'clone_api_gateway_1',
    port: 8080,
    url: 'http://localhost:8080',
  })
})

test('containers of another folder that has the same name are left alone', async () => {
  const listing = listContainers(dockerWith([inspected('cache', {}, '/home/ann/clone')]), project)
  await expect(listing).rejects.toMatchObject({ code: 'project-taken', facts: { folder: '/home/ann/clone' } })
})

test("the project has Compose's own name for the folder, and another one for a state kept elsewhere", () => {
  const projectDir = '/srv/My Clone.v2'
  expect(composeProject({ projectDir, state: `${projectDir}/.msctl` }, {}).name).toBe('myclonev2')
  expect(composeProject({ projectDir, state: '/tmp/x' }, {}).name).toMatch(/^msctl-[0-9a-f]{8}$/)
  const given = { COMPOSE_PROJECT_NAME: 'mine' }
  expect(composeProject({ projectDir, state: '/tmp/x' }, given).name).toBe('mine')
})

test('log lines of both Compose versions are understood, and put in order', async () => {
  async function* lines() {
    yield 'Attaching to clone_service_users_1, clone_db_users_1'
    yield 'service_users_1     | {"level":30,"time":1767225600500,"service":"users","msg":"later"}'
    yield 'db_users-1  | 2026-01-01 00:00:00.100 UTC [1] LOG:  earlier'
  }
  const messages = await collect(readComposeLogs({ lines }))
  expect(messages.map(({ part, msg }) => `${part} ${msg}`)).toEqual(['db earlier', 'users later'])
  const followed = await collect(followComposeLogs({ lines }))
  expect(followed.map(({ msg }) => msg)).toEqual(['later', 'earlier'])
})

async function collect<T>(values: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const value of values) all.push(value)
  return all
}
