import type { ScenarioEvent } from '@msctl/scenarios'
import type { ProgressEvent } from '../../context.ts'

/** What is only there while it lasts: what is being done, or awaited, and for how much longer. */
export interface LiveLine {
  /** Told of each event once it is printed. */
  show(event: ScenarioEvent): void
}

/**
 * @param offsetMs what has passed since it happened, for events of an earlier time.
 */
export function createLiveLine(onEvent: (event: ProgressEvent) => void, offsetMs = 0): LiveLine {
  let step = { what: '', since: 0 }
  let isOver = false
  return {
    show: (event) => {
      const now = event.at + offsetMs
      if (event.type === 'step' || (event.type === 'fault' && event.state === 'asked'))
        step = { what: event.type === 'fault' ? event.action : '', since: now }
      if (event.type === 'end') isOver = true
      if (isOver || event.type === 'begin') return
      if (event.type === 'waiting' && event.expectedAt !== undefined)
        onEvent({ type: 'working', what: event.for, since: now, until: event.expectedAt + offsetMs })
      else onEvent({ type: 'working', ...step })
    },
  }
}
