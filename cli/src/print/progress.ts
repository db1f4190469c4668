import { PARTS, type Part } from '@msctl/platform/parts'
import type { Language } from '@msctl/scenarios'
import type { ProgressEvent } from '../context.ts'
import { formatDuration } from './amounts.ts'
import { messages } from './progress.messages.ts'
import type { Terminal } from './terminal.ts'

const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏']
const FRAME_MS = 80
const ERASE_LINE = '\r\u001b[K'

export interface ProgressOptions {
  readonly write: (text: string) => void
  readonly terminal: Terminal
  readonly language: Language
  readonly quiet: boolean
  readonly verbose: boolean
}

/** Shows on stderr what a driver does. */
export interface Progress {
  event(event: ProgressEvent): void
  /** Takes away what is only there while something goes on. */
  end(): void
}

/** A line for each thing done; on a terminal, below them, one that says what is still awaited. */
export function createProgress({ write, terminal, language, quiet, verbose }: ProgressOptions): Progress {
  const words = messages[language]
  const awaited = new Set<Part>()
  const began = performance.now()
  let timer: NodeJS.Timeout | undefined
  let frame = 0
  let activity = () => ''

  const erase = () => timer !== undefined && write(ERASE_LINE)
  let working: Extract<ProgressEvent, { type: 'working' }> | undefined

  const draw = () => {
    if (working !== undefined) {
      write(
        ERASE_LINE +
          terminal.dim(
            drawWorking(working, FRAMES[frame++ % FRAMES.length] ?? '', { width: terminal.width, language }),
          ),
      )
      return
    }
    const names = PARTS.filter((part) => awaited.has(part)).join(', ')
    const what = names || activity()
    const text = `${FRAMES[frame % FRAMES.length]} ${what}  ${formatDuration(performance.now() - began, language)}`
    write(ERASE_LINE + terminal.dim(text.slice(0, terminal.width - 1)))
    frame++
  }
  const say = (text: string) => {
    erase()
    write(`${text}\n`)
  }
  const goOn = (what: string | (() => string) = '') => {
    activity = typeof what === 'string' ? () => what : what
    if (!terminal.isLive || timer !== undefined) return
    timer = setInterval(draw, FRAME_MS)
    timer.unref()
  }
  const end = () => {
    erase()
    clearInterval(timer)
    timer = undefined
  }

  const show = (event: ProgressEvent): void => {
    switch (event.type) {
      case 'waiting':
        say(words.waiting(event.command, event.pid))
        break
      case 'fetching-redis':
        say(words['fetching-redis'][event.step])
        goOn('Redis')
        break
      case 'creating-database':
        if (verbose) say(words.creatingDatabase)
        break
      case 'starting':
        awaited.add(event.part)
        if (verbose) say(words.starting(event.part))
        goOn()
        break
      case 'ready': {
        awaited.delete(event.part)
        const port = event.port === undefined ? '' : `:${event.port}  `
        const facts = terminal.dim(port + formatDuration(event.tookMs, language))
        say(`${terminal.green('✓')} ${words.ready(event.part)} ${facts}`)
        break
      }
      case 'stopping':
        awaited.add(event.part)
        if (verbose) say(words.stopping(event.part))
        goOn()
        break
      case 'stopped':
        awaited.delete(event.part)
        say(`${terminal.dim('∙')} ${words.stopped(event.part)}`)
        break
      case 'ports-retry':
        say(words.portsRetry(event.port))
        break
      case 'undoing':
        say(terminal.yellow(words.undoing))
        break
      case 'loading':
        goOn(words.loading(event.sent, event.total, event.failed))
        break
      case 'working':
        working = event
        goOn()
        break
      case 'pausing':
        end()
        if (terminal.isLive) write(terminal.cyan(words.pausing))
        else say(words.pausing)
        break
      case 'resumed':
        // The terminal has shown the Enter, so the prompt is a line above.
        if (terminal.isLive) write(`\u001b[A${ERASE_LINE}`)
        break
      case 'told': {
        const lines = event.lines(terminal)
        if (lines !== undefined) say(lines)
        goOn(event.activity)
        break
      }
      case 'output':
        goOn(event.line)
        if (verbose || !terminal.isLive) say(terminal.dim(event.line))
        break
    }
  }
  return { event: quiet ? () => undefined : show, end }
}

const BAR_WIDTH = 30

/** How long it has lasted, or how long it will still take, with a bar. */
function drawWorking(
  { what, since, until }: { readonly what: string; readonly since: number; readonly until?: number },
  frame: string,
  { width, language }: { readonly width: number; readonly language: Language },
): string {
  const now = Date.now()
  const name = what === '' ? '' : `${what}  `
  if (until === undefined)
    return `${frame} ${name}${formatDuration(now - since, language)}`.slice(0, width - 1)
  const left = Math.max(0, until - now)
  const done = Math.min(BAR_WIDTH, Math.round((1 - left / Math.max(1, until - since)) * BAR_WIDTH))
  const bar = '━'.repeat(done) + '╌'.repeat(BAR_WIDTH - done)
  return `${frame} ${name}${formatDuration(Math.ceil(left / 1000) * 1000, language)}  ${bar}`.slice(
    0,
    width - 1,
  )
}
