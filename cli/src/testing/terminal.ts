import { execFile, spawnSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Whether there is a terminal to be had here. */
export const hasTmux = spawnSync('tmux', ['-V']).status === 0

/** A real terminal, without anybody before it. */
export interface TestTerminal {
  /**
   * Runs a program in a terminal of its own until it ends, and gives what then stands there, without empty lines at the
   * end; with the escape sequences that mark it, if `withMarks`.
   */
  show(
    command: readonly string[],
    options: { columns: number; env: Readonly<Record<string, string>>; withMarks?: boolean },
  ): Promise<string>
  close(): Promise<void>
}

/**
 * What `env` is told first, so that a program in a terminal looks the same wherever the tests run: in CI, too, and in
 * the shell of somebody who wants no colours.
 */
export const NOTHING_INHERITED: readonly string[] = [
  'CI',
  'NO_COLOR',
  'FORCE_COLOR',
  'MSCTL_LANG',
  'LC_ALL',
  'LANG',
  'COLUMNS',
  'LINES',
].flatMap((name) => ['-u', name])

/** Higher than any screen that we print. */
const ROWS = 120

/** Starts a tmux of its own, which has to be closed. */
export async function openTerminal(): Promise<TestTerminal> {
  // Not that of one that has just been closed: it may still be ending.
  const server = `msctl-test-${randomUUID()}`
  const tmux = async (...args: string[]) =>
    (await run('tmux', ['-L', server, '-f', '/dev/null', '-u', ...args])).stdout
  // Between two sessions, it must not end.
  await tmux('start-server', ';', 'set-option', '-g', 'exit-empty', 'off')
  let count = 0
  return {
    async show(command, { columns, env, withMarks = false }) {
      const name = `screen-${count++}`
      const size = ['-x', String(columns), '-y', String(ROWS)]
      const variables = Object.entries(env).map(([key, value]) => `${key}=${value}`)
      // The screen stays until it has been looked at.
      const script = 'name=$1; shift; "$@"; tmux wait-for -S "$name"; exec sleep 60'
      const inside = ['sh', '-c', script, 'sh', name, 'env', ...NOTHING_INHERITED, ...variables, ...command]
      await tmux('new-session', '-d', '-s', name, ...size, ...inside)
      await tmux('wait-for', name)
      const text = await tmux('capture-pane', '-p', ...(withMarks ? ['-e'] : []), '-t', name)
      await tmux('kill-session', '-t', name)
      return `${text.trimEnd()}\n`
    },
    close: async () => void (await tmux('kill-server')),
  }
}
