import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { createComposeCli, probeCompose } from '../../../platform/src/compose/compose-cli.ts'
import { reservePort } from '../../../platform/src/reserved-ports.ts'
import type { Context } from '../torture.ts'
import { RESOURCES, versionOfRow } from './resources.ts'
import type { SelectVersion } from './round.ts'
import type { Member, World } from './world.ts'

const ROOT = path.join(import.meta.dirname, '../../..')
const READY_TIMEOUT_MS = 60_000

/**
 * The platform as docker-compose.yml has it, with several replicas of each service behind its gateway, removed when the
 * torture is over. Clients know the gateway alone, so nobody can say which replica answered: whatever strikes one counts as
 * striking the service.
 */
export async function startComposeWorld({
  replicas,
  onEnd,
}: Pick<Context, 'onEnd'> & { replicas: number }): Promise<{ world: World; select: SelectVersion }> {
  const port = await reservePort()
  // A circuit that a kill has opened closes soon, for nothing is learned meanwhile.
  const env = { ...process.env, GATEWAY_PORT: String(port), BREAKER_RESET_SECONDS: '1' }
  const found = await probeCompose(env)
  if ('reason' in found) throw new Error(found.reason)
  const project = { name: `msctl-torture-${process.pid}`, folder: ROOT }
  const { docker, compose, lines } = createComposeCli(found.command, { project, env })

  onEnd(() => compose(['down', '--volumes', '--rmi', 'local', '--timeout', '1']))
  const scale = RESOURCES.flatMap(({ service }) => ['--scale', `service_${service}=${replicas}`])
  await compose(['up', '--build', '--detach', ...scale])

  const idsOf = async (service: string) => {
    const ids: string[] = []
    for await (const id of lines(['ps', '--quiet', service])) ids.push(id)
    return ids
  }
  const idOf = async (service: string) => {
    const [id] = await idsOf(service)
    if (id === undefined) throw new Error(`${service} has no container`)
    return id
  }
  const inspect = (id: string, what: string) => docker(['inspect', '--format', what, id])
  const containerOf = (id: string) => {
    let isRunning = true
    let isPaused = false
    const begin = (verb: string) => docker([verb, id])
    return {
      isRunning: () => isRunning,
      start: async () => {
        if (!isRunning) await begin('start')
        isRunning = true
      },
      kill: async () => {
        isRunning = false
        await begin('kill')
      },
      pause: async () => {
        isPaused = true
        await begin('pause')
      },
      resume: async () => {
        if (isPaused) await begin('unpause')
        isPaused = false
      },
      unexpectedEnd: async () => {
        const restarts = await inspect(id, '{{.RestartCount}}')
        return restarts === '0' ? undefined : `the container ${id} ended by itself`
      },
      ready: async () => {
        const deadline = performance.now() + READY_TIMEOUT_MS
        while ((await inspect(id, '{{.State.Health.Status}}')) !== 'healthy') {
          if (performance.now() > deadline) throw new Error(`The container ${id} is not healthy`)
          await delay(200)
        }
      },
    }
  }

  const url = `http://127.0.0.1:${port}`
  const members: Member[] = []
  for (const resource of RESOURCES) {
    for (const [number, id] of (await idsOf(`service_${resource.service}`)).entries()) {
      const process = { ...containerOf(id), url }
      members.push({ name: `${resource.service} ${number + 1}`, resource, index: 0, process })
    }
  }
  const cache = await idOf('cache')
  await Promise.all([
    ...members.map(({ process }) => process.ready()),
    containerOf(await idOf('api_gateway')).ready(),
  ])

  return {
    world: {
      members,
      redis: {
        ...containerOf(cache),
        // With -e, what Redis refuses ends redis-cli with an error. It shows nothing for a key that there is not.
        command: async (...words) =>
          (await docker(['exec', cache, 'timeout', '3', 'redis-cli', '-e', '--raw', ...words])).trim() ||
          null,
      },
    },
    select: async ({ service, database, select }, id) => {
      const sql = select.replace('$1', String(id))
      const container = await idOf(`db_${service}`)
      const value = await docker(['exec', container, 'psql', '-U', 'user', '-d', database, '-Atc', sql])
      return versionOfRow(value.trim() === '' ? undefined : { value: value.trim() })
    },
  }
}
