import type { GradingEvent } from '@msctl/grader/run/events'
import type { Context } from '../../context.ts'
import type { Terminal } from '../../print/terminal.ts'
import { messages } from './messages.ts'
import { checkLine } from './print.ts'

/** Shows what a grading does: a line for each verdict, and what runs, what is awaited, and how long is left. */
export function followGrading({ language, rendering, onEvent }: Context): (event: GradingEvent) => void {
  const words = messages[language]
  const running = new Map<
    string,
    { title: string; endsAt: number; waiting?: { for: string; until: number } }
  >()
  let endsAt = 0
  let judged = 0
  let total = 0

  const tell = (event: GradingEvent, terminal: Terminal): readonly string[] => {
    switch (event.type) {
      case 'begin': {
        endsAt = Date.now() + event.expectedMs
        ;[judged, total] = [0, event.checks]
        return [
          terminal.bold(words.grading(event.url)),
          ...(event.attempts > 1 ? [words.attempt(event.attempt, event.attempts)] : []),
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
        return rendering.verbose && moment.type === 'step' ? [terminal.dim(`  ${moment.title}`)] : []
      }
      case 'check':
      case 'advice': {
        judged++
        if (event.type === 'advice' && event.result.status !== 'fail') return []
        // Its id begins with its criterion. Checks of several criteria are judged by turns, so a heading would come again and again.
        return [checkLine(event.result, terminal)]
      }
      case 'note':
        return [terminal.yellow(event.text)]
    }
  }
  const activity = (): string => {
    const now = Date.now()
    const left = Math.max(0, endsAt - now, ...[...running.values()].map((each) => each.endsAt - now))
    const awaited = [...running.values()].flatMap(({ waiting }) => (waiting === undefined ? [] : [waiting]))
    const next = awaited.sort((a, b) => b.until - a.until)[0]
    const what = next?.for ?? [...running.values()].map(({ title }) => title).join(', ')
    return `${judged}/${total}  ${what}  ${words.left(Math.ceil(left / 1000))}`
  }
  return (event) =>
    onEvent({
      type: 'told',
      lines: (terminal) => tell(event, terminal).join('\n') || undefined,
      activity,
    })
}
