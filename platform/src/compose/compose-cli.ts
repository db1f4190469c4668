import { createHash } from 'node:crypto'
import path from 'node:path'
import { Failure } from '../failure.ts'
import type { Home } from '../home.ts'
import { isOnPath, readProcessLines, runProcess } from '../run-process.ts'

/** Docker and Compose as this machine has them. */
export interface ComposeCli {
  /** Runs `docker …` and returns what it printed. */
  docker(args: readonly string[]): Promise<string>
  /**
   * Runs `docker compose …` or `docker-compose …` for the project, each line it prints handed on.
   *
   * @throws Failure `compose-failed` with its last lines.
   */
  compose(args: readonly string[], onLine?: (line: string) => void): Promise<void>
  /** The lines that such a command prints on stdout, as they come. */
  lines(args: readonly string[]): AsyncIterable<string>
}

export interface ComposeProject {
  readonly name: string
  /** The folder of docker-compose.yml. */
  readonly folder: string
}

/**
 * The Compose project of a folder. It has the name that Compose itself would give it, so that `docker-compose exec cache
 * redis-cli` in the folder reaches the very containers that msctl started. With a state folder elsewhere (MSCTL_HOME)
 * it is another platform, and has a name of its own.
 */
export function composeProject(
  { projectDir, state }: Pick<Home, 'projectDir' | 'state'>,
  env: NodeJS.ProcessEnv,
): ComposeProject {
  const isElsewhere = path.resolve(state) !== path.join(projectDir, '.msctl')
  const ownName = `msctl-${createHash('sha256').update(path.resolve(state)).digest('hex').slice(0, 8)}`
  const usualName = path
    .basename(projectDir)
    .toLowerCase()
    .replace(/[^-_a-z0-9]/g, '')
    .replace(/^[-_]+/, '')
  const name = env.COMPOSE_PROJECT_NAME || (isElsewhere ? ownName : usualName) || ownName
  return { name, folder: projectDir }
}

export interface ComposeCliOptions {
  readonly project: ComposeProject
  readonly env: NodeJS.ProcessEnv
  readonly signal?: AbortSignal | undefined
}

/** How long the engine may take to say that it is there, in milliseconds. */
const ENGINE_TIMEOUT_MS = 5_000
const KEPT_LINES = 12

/**
 * Why Docker and Compose cannot be used here, or the engine's version and the command that runs Compose: v2, a part of
 * docker, before v1.
 *
 * @param timeoutMs How long each of them may take to say so.
 * @param isTried `false`: of v1 it is enough that it is there. It takes longer to start than all else together, and is needed for little
 *   once a platform runs.
 */
export async function probeCompose(
  env: NodeJS.ProcessEnv,
  timeoutMs = ENGINE_TIMEOUT_MS,
  isTried = true,
): Promise<{ command: readonly string[]; engine: string } | { reason: string }> {
  const attempt = (command: string, args: readonly string[]) => runProcess(command, args, { env, timeoutMs })
  // Side by side: each takes a noticeable while to start.
  const [engine, v2, v1] = await Promise.all([
    attempt('docker', ['version', '--format', '{{.Server.Version}}']),
    attempt('docker', ['compose', 'version']),
    isTried ? attempt('docker-compose', ['version', '--short']) : { isDone: isOnPath(env, 'docker-compose') },
  ])
  if (!engine.isDone) {
    if (engine.isMissing) return { reason: 'There is no docker on PATH.' }
    if (engine.isLate) return { reason: `docker gave no answer within ${timeoutMs / 1000} s.` }
    return { reason: engine.stderr.split('\n').at(-1) ?? '' }
  }
  if (v2.isDone) return { command: ['docker', 'compose'], engine: engine.stdout }
  if (v1.isDone) return { command: ['docker-compose'], engine: engine.stdout }
  return { reason: 'Docker answers, but neither docker compose nor docker-compose is installed.' }
}

/** @param command As {@link probeCompose} found it. */
export function createComposeCli(command: readonly string[], options: ComposeCliOptions): ComposeCli {
  const { project, env, signal } = options
  const [program = 'docker', ...first] = command
  const quietEnv = { ...env, COMPOSE_ANSI: 'never', COMPOSE_PROGRESS: 'plain', BUILDKIT_PROGRESS: 'plain' }
  const common = { env: quietEnv, cwd: project.folder, signal }
  const composeArgs = (args: readonly string[]) => [...first, '--project-name', project.name, ...args]

  return {
    async docker(args) {
      const { isDone, stdout, stderr, reason } = await runProcess('docker', args, common)
      if (isDone) return stdout
      const output = [stderr.trim() || reason]
      throw new Failure('compose-failed', { command: `docker ${args.join(' ')}`, output })
    },

    async compose(args, onLine) {
      const last: string[] = []
      const keep = (line: string) => {
        if (line.trim() === '') return
        last.push(line)
        if (last.length > KEPT_LINES) last.shift()
        onLine?.(line)
      }
      const { isDone } = await runProcess(program, composeArgs(args), { ...common, onLine: keep })
      if (isDone) return
      const said = [program, ...composeArgs(args)].join(' ')
      throw new Failure('compose-failed', { command: said, output: last })
    },

    lines: (args) => readProcessLines(program, composeArgs(args), common),
  }
}
