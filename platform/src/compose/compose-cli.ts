import { existsSync } from 'node:fs'
import path from 'node:path'
import { execa } from 'execa'
import { Failure } from '../failure.ts'

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
  const attempt = (command: string, args: readonly string[]) =>
    execa(command, args, {
      env,
      extendEnv: false,
      reject: false,
      timeout: timeoutMs,
      stdin: 'ignore',
    })
  // Side by side: each takes a noticeable while to start.
  const [engine, v2, v1] = await Promise.all([
    attempt('docker', ['version', '--format', '{{.Server.Version}}']),
    attempt('docker', ['compose', 'version']),
    isTried
      ? attempt('docker-compose', ['version', '--short'])
      : { failed: !isOnPath(env, 'docker-compose') },
  ])
  if (engine.failed) {
    if (engine.code === 'ENOENT') return { reason: 'There is no docker on PATH.' }
    const words = engine.stderr.trim().split('\n').at(-1)
    return {
      reason: engine.timedOut ? `docker gave no answer within ${timeoutMs / 1000} s.` : (words ?? ''),
    }
  }
  if (!v2.failed) return { command: ['docker', 'compose'], engine: engine.stdout }
  if (!v1.failed) return { command: ['docker-compose'], engine: engine.stdout }
  return { reason: 'Docker answers, but neither docker compose nor docker-compose is installed.' }
}

function isOnPath({ PATH = '' }: NodeJS.ProcessEnv, command: string): boolean {
  return PATH.split(path.delimiter).some((folder) => existsSync(path.join(folder, command)))
}

/** @param command As {@link probeCompose} found it. */
export function createComposeCli(command: readonly string[], options: ComposeCliOptions): ComposeCli {
  const { project, env, signal } = options
  const [program = 'docker', ...first] = command
  const quietEnv = { ...env, COMPOSE_ANSI: 'never', COMPOSE_PROGRESS: 'plain', BUILDKIT_PROGRESS: 'plain' }
  const common = {
    env: quietEnv,
    extendEnv: false,
    cwd: project.folder,
    stdin: 'ignore' as const,
    // Ctrl-C reaches us alone; we then end it, and put back what it did.
    detached: true,
    ...(signal !== undefined && { cancelSignal: signal }),
  }
  const composeArgs = (args: readonly string[]) => [...first, '--project-name', project.name, ...args]

  return {
    async docker(args) {
      try {
        return (await execa('docker', args, common)).stdout
      } catch (error) {
        signal?.throwIfAborted()
        const { stderr = '', message } = error as { stderr?: string; message: string }
        throw new Failure('compose-failed', {
          command: `docker ${args.join(' ')}`,
          output: [stderr.trim() || message],
        })
      }
    },

    async compose(args, onLine) {
      const last: string[] = []
      try {
        for await (const line of execa(program, composeArgs(args), {
          ...common,
          all: true,
          buffer: false,
        }).iterable({ from: 'all' })) {
          if (line.trim() === '') continue
          last.push(line)
          if (last.length > KEPT_LINES) last.shift()
          onLine?.(line)
        }
      } catch (error) {
        signal?.throwIfAborted()
        const said = [program, ...composeArgs(args)].join(' ')
        throw new Failure('compose-failed', { command: said, output: last }, { cause: error })
      }
    },

    async *lines(args) {
      const running = execa(program, composeArgs(args), { ...common, buffer: false })
      try {
        yield* running.iterable({ from: 'stdout' })
      } catch (error) {
        if (signal?.aborted !== true) throw error
      } finally {
        running.kill()
      }
    },
  }
}
