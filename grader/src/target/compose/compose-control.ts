import type { ComposeCli } from '@msctl/platform/compose/compose-cli'
import type { Control } from '@msctl/platform/control'
import { waitUntil } from '@msctl/platform/wait-until'
import { type ControlledPart, TargetFailure } from '../../run/grader.ts'
import { inspectContainers, type SubmittedContainer } from './inspect.ts'
import type { Roles } from './recognise.ts'

const STOP_SECONDS = '10'
const STOP_LIMIT_MS = 60_000

export interface ComposeControlOptions {
  /** Not ended with the run: what was stopped has to be started again, whatever comes. */
  readonly cli: Pick<ComposeCli, 'docker'>
  readonly roles: Roles
  /** Those that there are now: they stay the same until all is restarted. */
  readonly containers: () => readonly SubmittedContainer[]
  readonly restart: () => Promise<string>
}

/** Stops and starts the parts of a Compose project, as `docker-compose stop` and `start` would. */
export function composeControl({
  cli,
  roles,
  containers,
  restart,
}: ComposeControlOptions): Control<ControlledPart> {
  function idsOf(part: ControlledPart): readonly string[] {
    if (roles[part] === undefined) throw new TargetFailure(...NO_PART(part))
    const ids = containers().flatMap(({ service, id }) => (service === roles[part] ? [id] : []))
    if (ids.length === 0) throw new Error(`There is no container of ${part}.`)
    return ids
  }

  async function awaitDown(part: ControlledPart, ids: readonly string[]): Promise<void> {
    const isDown = async () => {
      const statuses = await cli.docker(['inspect', '--format', '{{.State.Status}}', ...ids])
      return statuses.split('\n').includes('running') ? undefined : true
    }
    const done = await waitUntil(isDown, { deadlineMs: STOP_LIMIT_MS, everyMs: 100 })
    if (done === undefined) throw new Error(`The container of ${part} does not end.`)
  }

  return {
    stop: async (part) => {
      const ids = idsOf(part)
      const said = await cli.docker(['stop', '-t', STOP_SECONDS, ...ids])
      await awaitDown(part, ids)
      return said
    },
    kill: async (part) => {
      const running = (await inspectContainers(cli, idsOf(part))).filter(({ isDead }) => !isDead)
      if (running.length === 0) return ''
      const ids = running.map(({ id }) => id)
      // Docker would start at once again what was killed.
      await cli.docker(['update', '--restart', 'no', ...ids])
      try {
        const said = await cli.docker(['kill', '--signal', 'KILL', ...ids])
        await awaitDown(part, ids)
        return said
      } finally {
        for (const { id, restartPolicy } of running)
          await cli.docker(['update', '--restart', restartPolicy, id])
      }
    },
    start: async (part) => cli.docker(['start', ...idsOf(part)]),
    restart,
    isConcurrent: true,
    startsInBackground: true,
  }
}

const NO_PART = (part: ControlledPart): ConstructorParameters<typeof TargetFailure> => [
  {
    en: `The Compose project has no service of its own for ${part} that could be stopped.`,
    ru: `В проекте Compose у ${part} нет своего сервиса, который можно остановить.`,
  },
  { because: part === 'cache' ? 'compose.redis' : 'compose.services' },
]
