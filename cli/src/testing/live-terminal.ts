import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { promisify } from 'node:util'
import { expect, vi } from 'vitest'
import { NOTHING_INHERITED } from './terminal.ts'

const run = promisify(execFile)

/** A real terminal with a shell in it, and hands at its keyboard. */
export interface LiveTerminal {
  /** Presses keys, by tmux's names: `s`, `Enter`, `C-c`. */
  press(...keys: string[]): Promise<void>
  /** What stands on the screen. */
  screen(): Promise<string>
  /** Waits until something stands on the screen, and gives all that stands there then. */
  waitFor(text: string | RegExp): Promise<string>
  resize(columns: number, rows: number): Promise<void>
  /** Whether the other screen is shown, and whether the cursor is. */
  modes(): Promise<{ readonly alternate: boolean; readonly cursor: boolean }>
  close(): Promise<void>
}

const PATIENCE_MS = 30_000

/** Opens a terminal of that size, in a tmux of its own; it has to be closed. */
export async function openLiveTerminal(options: {
  readonly columns: number
  readonly rows: number
  readonly env: Readonly<Record<string, string>>
}): Promise<LiveTerminal> {
  const { columns, rows, env } = options
  // Not that of one that has just been closed: it may still be ending.
  const server = `msctl-live-${randomUUID()}`
  const tmux = async (...args: string[]) =>
    (await run('tmux', ['-L', server, '-f', '/dev/null', '-u', ...args])).stdout
  const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`)
  const size = ['-x', String(columns), '-y', String(rows)]
  await tmux('new-session', '-d', ...size, 'env', ...NOTHING_INHERITED, ...variables, 'PS1=$ ', 'sh')
  const screen = () => tmux('capture-pane', '-p')
  return {
    press: async (...keys) => void (await tmux('send-keys', ...keys)),
    screen,
    async waitFor(text) {
      let seen = ''
      const look = async () => {
        seen = await screen()
        expect(seen).toMatch(text)
      }
      await vi.waitFor(look, { timeout: PATIENCE_MS, interval: 100 })
      return seen
    },
    resize: async (width, height) =>
      void (await tmux('resize-window', '-x', String(width), '-y', String(height))),
    async modes() {
      const [alternate, cursor] = (await tmux('display', '-p', '#{alternate_on} #{cursor_flag}'))
        .trim()
        .split(' ')
      return { alternate: alternate === '1', cursor: cursor === '1' }
    },
    close: async () => void (await tmux('kill-server')),
  }
}
