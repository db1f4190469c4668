import type { ControlledPart, Hands } from '@msctl/scenarios/grading'
import type { ComposeCli } from '../../platform/compose/compose-cli.ts'
import { waitUntil } from '../../platform/local/wait-until.ts'
import { inspectProject, type SubmittedContainer } from './inspect.ts'
import type { Roles } from './recognise.ts'

const STOP_SECONDS = '10'
const STOP_LIMIT_MS = 60_000

export interface ComposeHandsOptions {
  /** Not ended with the run: what was stopped has to be started again, whatever comes. */
  readonly cli: Pick<ComposeCli, 'docker'>
  readonly project: string
  readonly roles: Roles
  readonly restart: () => Promise<string>
}

/** Stops and starts the parts of a Compose project, as `docker-compose stop` and `start` would. */
export function composeHands({ cli, project, roles, restart }: ComposeHandsOptions): Hands {
  async function containersOf(part: ControlledPart): Promise<SubmittedContainer[]> {
    const found = (await inspectProject(cli, project)).filter(({ service }) => service === roles[part])
    if (found.length === 0) throw new Error(`There is no container of ${part}.`)
    return found
  }
  const isDown = async (part: ControlledPart) =>
    (await containersOf(part)).some(({ isRunning }) => isRunning) ? undefined : true

  const end = async (part: ControlledPart, work: (running: readonly string[]) => Promise<string>) => {
    const running = (await containersOf(part)).filter(({ isDead }) => !isDead).map(({ id }) => id)
    if (running.length === 0) return ''
    const said = await work(running)
    const done = await waitUntil(() => isDown(part), { deadlineMs: STOP_LIMIT_MS, everyMs: 100 })
    if (done === undefined) throw new Error(`The container of ${part} does not end.`)
    return said
  }

  return {
    stop: (part) => end(part, (running) => cli.docker(['stop', '-t', STOP_SECONDS, ...running])),
    kill: async (part) => {
      const before = await containersOf(part)
      // Docker would start at once again what was killed.
      const said = await end(part, async (running) => {
        await cli.docker(['update', '--restart', 'no', ...running])
        return cli.docker(['kill', '--signal', 'KILL', ...running])
      })
      for (const { id, restartPolicy } of before) await cli.docker(['update', '--restart', restartPolicy, id])
      return said
    },
    start: async (part) => cli.docker(['start', ...(await containersOf(part)).map(({ id }) => id)]),
    restart,
    isConcurrent: true,
  }
}
