import { stripVTControlCharacters } from 'node:util'
import { createComposeCli } from '@msctl/platform/compose/compose-cli'
import { runProcess } from '@msctl/platform/run-process'
import { markedEnvironment } from '../marked-processes.ts'
import { isEnvironmentProblem } from './environment-problem.ts'

/** What came of a Compose command. */
export interface ComposeRun {
  readonly exitCode: number
  /** What it printed: its beginning and its end. */
  readonly output: readonly string[]
  readonly isLate: boolean
  /** A line that says that this machine, its network or a registry failed. */
  readonly problem: string | undefined
}

export interface RunComposeOptions {
  readonly command: readonly string[]
  readonly project: string
  /** The folder of `file`. */
  readonly folder: string
  readonly file: string
  readonly env: NodeJS.ProcessEnv
}

/** Runs Compose and Docker for the project of a submission. */
export interface ProjectCli {
  /** @throws the signal's reason. */
  compose(
    args: readonly string[],
    limits: { readonly limitMs: number; readonly signal?: AbortSignal | undefined },
    onLine?: (line: string) => void,
  ): Promise<ComposeRun>
  /** Not ended with the run: what is taken down is taken down to the end, and what was stopped is started again. */
  docker(args: readonly string[]): Promise<string>
}

/** Enough to find the first error of a build in. */
const KEPT_LINES = 400
const LINE_CHARACTERS = 500
/** What `timeout` exits with, too. */
const TOO_LATE = 124

export function projectCli(options: RunComposeOptions): ProjectCli {
  const { command, project, folder, file, env } = options
  const [program = 'docker', ...first] = command
  const own = {
    ...{ ...env, COMPOSE_FILE: file, ...markedEnvironment(project) },
    ...{ COMPOSE_ANSI: 'never', COMPOSE_PROGRESS: 'plain', BUILDKIT_PROGRESS: 'plain' },
  }
  return {
    docker: createComposeCli(command, { project: { name: project, folder }, env: own }).docker,
    async compose(args, { limitMs, signal }, onLine) {
      const output: string[] = []
      let problem: string | undefined
      const ended = await runProcess(program, [...first, '--project-name', project, ...args], {
        ...{ env: own, cwd: folder, signal, timeoutMs: Math.max(1, limitMs), maxOutput: 1 },
        onLine: (raw) => {
          const line = stripVTControlCharacters(raw).trimEnd().slice(0, LINE_CHARACTERS)
          if (line === '') return
          if (isEnvironmentProblem(line)) problem ??= line
          output.push(line)
          // The middle of what is too long says least.
          if (output.length > KEPT_LINES) output.splice(KEPT_LINES / 2, 1)
          onLine?.(line)
        },
      })
      const { exitCode = 1, isLate, isDone, reason } = ended
      if (isLate) output.push(reason)
      return { exitCode: isLate ? TOO_LATE : exitCode, output, isLate, problem: isDone ? undefined : problem }
    },
  }
}
