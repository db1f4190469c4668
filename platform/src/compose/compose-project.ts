import { createHash } from 'node:crypto'
import path from 'node:path'
import type { ComposeProject } from './compose-cli.ts'

/**
 * The Compose project of a clone. It has the name that Compose itself would give it, so that `docker-compose exec cache
 * redis-cli` in the clone reaches the very containers that msctl started. With a state folder elsewhere (MSCTL_HOME)
 * it is another platform, and has a name of its own.
 */
export function composeProject(options: {
  clone: string
  state: string
  env: NodeJS.ProcessEnv
}): ComposeProject {
  const { clone, state, env } = options
  const isElsewhere = path.resolve(state) !== path.join(clone, '.msctl')
  const ownName = `msctl-${createHash('sha256').update(path.resolve(state)).digest('hex').slice(0, 8)}`
  const usualName = path
    .basename(clone)
    .toLowerCase()
    .replace(/[^-_a-z0-9]/g, '')
    .replace(/^[-_]+/, '')
  const name = env.COMPOSE_PROJECT_NAME || (isElsewhere ? ownName : usualName) || ownName
  return { name, folder: clone }
}
