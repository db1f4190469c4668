import type { ComposeCli } from '@msctl/platform/compose/compose-cli'
import { runProcess } from '@msctl/platform/run-process'
import * as z from 'zod/mini'
import { errorLines } from '../error-lines.ts'

const Inspected = z.array(
  z.object({
    Id: z.string(),
    RestartCount: z.number(),
    Config: z.object({ Labels: z.record(z.string(), z.string()), Env: z.nullish(z.array(z.string())) }),
    State: z.object({
      Status: z.string(),
      StartedAt: z.string(),
      ExitCode: z.number(),
      OOMKilled: z.optional(z.boolean()),
      Health: z.optional(z.nullable(z.object({ Status: z.string() }))),
    }),
    Mounts: z.array(z.object({ Type: z.string(), Name: z.optional(z.string()) })),
    HostConfig: z.object({ RestartPolicy: z.object({ Name: z.string() }) }),
  }),
)

/** A container of a submission. */
export interface SubmittedContainer {
  readonly id: string
  readonly service: string
  readonly isRunning: boolean
  /** Its health check has passed; `false` when it has none. */
  readonly isHealthy: boolean
  /** Its health check has not yet come to a result. */
  readonly isStarting: boolean
  /** It ended, or was never started, and nobody starts it any more. */
  readonly isDead: boolean
  /** `running`, `running, unhealthy`, `exited (1)`, `exited (137), out of memory`, `restarting, restarted 4 times` */
  readonly state: string
  readonly restartPolicy: string
  /** How often Docker has started it again. */
  readonly restarts: number
  readonly startedAt: string
  /** Volumes that nobody named: `docker-compose down` forgets them, and leaves them behind. */
  readonly anonymousVolumes: readonly string[]
  /** With what its image brings. */
  readonly environment: Readonly<Record<string, string>>
}

/** All containers of a project, running or not. */
export async function inspectProject(
  cli: Pick<ComposeCli, 'docker'>,
  project: string,
): Promise<SubmittedContainer[]> {
  const filter = `label=com.docker.compose.project=${project}`
  const ids = await cli.docker(['ps', '--all', '--quiet', '--no-trunc', '--filter', filter])
  return inspectContainers(cli, ids.split('\n').filter(Boolean))
}

/** These containers, as they are now. */
export async function inspectContainers(
  { docker }: Pick<ComposeCli, 'docker'>,
  ids: readonly string[],
): Promise<SubmittedContainer[]> {
  if (ids.length === 0) return []
  return z
    .parse(Inspected, JSON.parse(await docker(['inspect', ...ids])))
    .map(({ Id, RestartCount, Config, State, Mounts, HostConfig }) => {
      const isRunning = State.Status === 'running'
      const isOver = State.Status === 'exited' || State.Status === 'dead'
      const health = State.Health?.Status
      const policy = HostConfig.RestartPolicy.Name || 'no'
      return {
        id: Id,
        service: Config.Labels['com.docker.compose.service'] ?? '',
        isRunning,
        isHealthy: isRunning && health === 'healthy',
        isStarting: isRunning && health === 'starting',
        isDead: isOver || State.Status === 'created',
        state: [
          isOver ? `${State.Status} (${State.ExitCode})` : State.Status,
          ...(State.OOMKilled === true ? ['out of memory'] : []),
          ...(RestartCount > 0 ? [`restarted ${RestartCount} times`] : []),
          ...(isRunning && health === 'unhealthy' ? ['unhealthy'] : []),
        ].join(', '),
        restartPolicy: policy,
        restarts: RestartCount,
        startedAt: State.StartedAt,
        anonymousVolumes: Mounts.flatMap(({ Name = '' }) => (/^[0-9a-f]{64}$/.test(Name) ? [Name] : [])),
        environment: Object.fromEntries(
          (Config.Env ?? []).map((line) => [
            line.slice(0, line.indexOf('=')),
            line.slice(line.indexOf('=') + 1),
          ]),
        ),
      }
    })
}

const READ_LINES = '2000'
const READ_CHARACTERS = 400_000
const LIMIT_MS = 30_000

/** The lines of what a container printed, on either stream, that say what went wrong. */
export async function errorLinesOf(id: string, env: NodeJS.ProcessEnv): Promise<string[]> {
  const lines: string[] = []
  await runProcess('docker', ['logs', '--tail', READ_LINES, id], {
    ...{ env, timeoutMs: LIMIT_MS, maxOutput: READ_CHARACTERS },
    onLine: (line) => lines.push(line),
  })
  return errorLines(lines)
}
