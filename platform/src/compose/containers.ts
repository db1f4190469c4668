import path from 'node:path'
import * as z from 'zod/mini'
import { Failure } from '../failure.ts'
import { PARTS, type Part } from '../parts.ts'
import type { PartState, PartStatus } from '../platform.ts'
import type { ComposeCli, ComposeProject } from './compose-cli.ts'

/** The services of docker-compose.yml that make up each part. */
export const SERVICES_OF: Readonly<Record<Part, readonly string[]>> = {
  db: ['db_users', 'db_orders', 'db_payments'],
  cache: ['cache'],
  users: ['service_users'],
  orders: ['service_orders'],
  payments: ['service_payments'],
  gateway: ['api_gateway'],
}

/** The port of the gateway inside its container, by the contract. */
const GATEWAY_PORT = '8000/tcp'

const Inspected = z.array(
  z.object({
    Name: z.string(),
    RestartCount: z.number(),
    Config: z.object({ Labels: z.record(z.string(), z.string()) }),
    State: z.object({
      Status: z.string(),
      StartedAt: z.string(),
      ExitCode: z.number(),
      Health: z.optional(z.object({ Status: z.string() })),
    }),
    HostConfig: z.object({
      RestartPolicy: z.object({ Name: z.string() }),
      PortBindings: z.nullish(z.record(z.string(), z.nullable(z.array(z.object({ HostPort: z.string() }))))),
    }),
  }),
)

/** One container of the project, running or not. */
export interface Container {
  readonly name: string
  readonly service: string
  readonly state: PartState
  /** Whether it cannot become ready any more: it ended, or begins again and again. */
  readonly hasFailed: boolean
  readonly startedAt: string
  /** When Docker starts it again by itself. */
  readonly restartPolicy: string
  /** The gateway's port on this machine. */
  readonly port: number | undefined
}

/**
 * The project's containers.
 *
 * @throws Failure `project-taken` when they belong to a Compose file in another folder.
 */
export async function listContainers(
  { docker }: Pick<ComposeCli, 'docker'>,
  project: ComposeProject,
): Promise<Container[]> {
  const filter = `label=com.docker.compose.project=${project.name}`
  const ids = (await docker(['ps', '--all', '--quiet', '--no-trunc', '--filter', filter]))
    .split('\n')
    .filter(Boolean)
  if (ids.length === 0) return []
  const inspected = z.parse(Inspected, JSON.parse(await docker(['inspect', ...ids])))
  return inspected.map(({ Name, RestartCount, Config, State, HostConfig }) => {
    const folder = Config.Labels['com.docker.compose.project.working_dir']
    if (folder !== undefined && path.resolve(folder) !== path.resolve(project.folder)) {
      throw new Failure('project-taken', { project: project.name, folder })
    }
    const port = HostConfig.PortBindings?.[GATEWAY_PORT]?.[0]?.HostPort
    const health = State.Health?.Status ?? 'healthy'
    return {
      name: Name.replace(/^\//, ''),
      service: Config.Labels['com.docker.compose.service'] ?? '',
      state: State.Status !== 'running' ? 'down' : health === 'healthy' ? 'up' : 'not ready',
      hasFailed: RestartCount >= 3 || (['exited', 'dead'].includes(State.Status) && State.ExitCode !== 0),
      startedAt: State.StartedAt,
      restartPolicy: HostConfig.RestartPolicy.Name || 'no',
      port: port === undefined ? undefined : Number(port),
    }
  })
}

/** What the containers mean for each part. A part of several is up when all of them are. */
export function describeParts(containers: readonly Container[]): PartStatus[] {
  return PARTS.map((name) => {
    const own = containers.filter(({ service }) => SERVICES_OF[name].includes(service))
    const state = stateOf(
      own.map((container) => container.state),
      SERVICES_OF[name].length,
    )
    const port = own[0]?.port ?? null
    const startedAt =
      state === 'down' ? null : (own.map((container) => container.startedAt).sort()[0] ?? null)
    const names = own.map((container) => container.name)
    return {
      name,
      state,
      ...(name === 'db' ? { containers: names } : { container: names[0] ?? null }),
      port,
      url: port === null ? null : `http://localhost:${port}`,
      startedAt: startedAt === null ? null : new Date(startedAt).toISOString(),
      memoryBytes: null, // asking Docker for it takes seconds
    }
  })
}

function stateOf(states: readonly PartState[], wanted: number): PartState {
  if (states.length === wanted && states.every((state) => state === 'up')) return 'up'
  return states.every((state) => state === 'down') ? 'down' : 'not ready'
}
