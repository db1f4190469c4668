import { createComposeCli, probeCompose } from '@msctl/platform/compose/compose-cli'
import { Failure as PlatformFailure } from '@msctl/platform/failure'
import { deadProjects, removeLeft } from '../target/compose/leftovers.ts'
import { PROBE_LIMIT_MS } from '../target/compose/open-target.ts'
import { deadMarks, endMarkedProcesses } from '../target/marked-processes.ts'

/** What was removed of gradings that were killed. */
export interface Cleaned {
  /** The names by which they were known. */
  readonly removed: readonly string[]
  /** What Docker refused to remove. */
  readonly left: readonly string[]
}

/**
 * Removes what gradings have left that do not run any more: processes, containers, networks, volumes, images and temporary folders.
 * Whatever belongs to one that runs stays.
 *
 * @throws Failure `no-docker`, once the processes are ended.
 */
export async function cleanUpDead(env: NodeJS.ProcessEnv): Promise<Cleaned> {
  const marks = deadMarks()
  for (const mark of marks) await endMarkedProcesses(mark)
  const probe = await probeCompose(env, PROBE_LIMIT_MS, false)
  if ('reason' in probe) throw new PlatformFailure('no-docker', { reason: probe.reason })
  const cli = createComposeCli(probe.command, { project: { name: '', folder: process.cwd() }, env })
  const projects = await deadProjects(cli)
  const left: string[] = []
  for (const project of projects) left.push(...(await removeLeft(cli, project)))
  return { removed: [...new Set([...marks, ...projects])].sort(), left }
}
