import type { GradingEvent } from '@msctl/grader/run/events'
import type { Messages } from '../messages/index.ts'
import type { Terminal } from './terminal.ts'
import { checkLine } from './verify.ts'

/** What is to be shown of what a grading does. */
export interface GradingProgress {
  /** The lines that this moment adds for good. */
  add(event: GradingEvent): readonly string[]
  /** What goes on now, on one line: what runs, what is awaited, how long is left. */
  activity(now: number): string
}

/** Folds the events of a grading. */
export function createGradingProgress(
  terminal: Terminal,
  { verify }: Messages,
  verbose: boolean,
): GradingProgress {
  const running = new Map<
    string,
    { title: string; endsAt: number; waiting?: { for: string; until: number } }
  >()
  let criterion = ''
  let endsAt = 0
  let judged = 0
  let total = 0

  return {
    add(event) {
      switch (event.type) {
        case 'begin': {
          endsAt = Date.now() + event.expectedMs
          ;[judged, total, criterion] = [0, event.checks, '']
          return [
            terminal.bold(verify.grading(event.url)),
            ...(event.attempts > 1 ? [verify.attempt(event.attempt, event.attempts)] : []),
          ]
        }
        case 'experiment':
          if (event.state === 'begun')
            running.set(event.name, { title: event.title, endsAt: Date.now() + event.expectedMs })
          else running.delete(event.name)
          return []
        case 'moment': {
          const found = running.get(event.experiment)
          const { moment } = event
          if (found !== undefined && moment.type === 'waiting')
            found.waiting = { for: moment.for, until: moment.expectedAt ?? moment.deadlineAt }
          if (found !== undefined && moment.type === 'waited') delete found.waiting
          return verbose && moment.type === 'step' ? [terminal.dim(`  ${moment.title}`)] : []
        }
        case 'check':
        case 'advice': {
          judged++
          if (event.type === 'advice' && event.result.status !== 'fail') return []
          const group = event.type === 'advice' ? 'advice' : event.result.criterion
          const heading = group === criterion ? [] : [`\n${terminal.bold(group)}`]
          criterion = group
          return [...heading, checkLine(event.result, terminal)]
        }
        case 'note':
          return [terminal.yellow(event.text)]
      }
    },
    activity(now) {
      const left = Math.max(0, endsAt - now, ...[...running.values()].map((each) => each.endsAt - now))
      const awaited = [...running.values()].flatMap(({ waiting }) => (waiting === undefined ? [] : [waiting]))
      const next = awaited.sort((a, b) => b.until - a.until)[0]
      const what = next?.for ?? [...running.values()].map(({ title }) => title).join(', ')
      return `${judged}/${total}  ${what}  ${verify.left(Math.ceil(left / 1000))}`
    },
  }
}
