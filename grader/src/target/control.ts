import type { ServiceName } from '@msctl/sdk/contract'
import { type Control, GradingError } from '../run/grader.ts'
import type { Evidence } from '../run/report.ts'
import { cutText, type Recorder } from './recorder.ts'

/** What can be stopped and started. */
export type ControlledPart = ServiceName | 'cache'

/** Somebody who stops and starts the parts of a target: a driver, or a program. Each gives what it printed, and rejects when it could not. */
export interface Hands {
  stop(part: ControlledPart): Promise<string>
  start(part: ControlledPart): Promise<string>
  /** Everything down and up again, data kept. */
  restart(): Promise<string>
  /** Ends a part without giving it time, as a crash would. */
  kill?(part: ControlledPart): Promise<string>
  /** Several parts may be worked at the same time. Default `false`: nobody said so of a program. */
  readonly isConcurrent?: boolean
  /** `start` returns while the part is still coming up. Default `false`: of a program, nobody knows. */
  readonly startsInBackground?: boolean
}

export interface ControlOptions {
  readonly hands: Hands
  readonly recorder: Recorder
  /** How long one of its works may take. Default 130 000: a program is ended after 120 s. */
  readonly timeoutMs?: number
  /** Wraps what takes the gateway down, too. */
  readonly duringRestart: <T>(work: () => Promise<T>) => Promise<T>
}

const DEFAULT_TIMEOUT_MS = 130_000

/** The grader's hands, one work at a time, or one for each part where they can do that; each recorded. */
export function createControl(options: ControlOptions): Control {
  const { hands, recorder, timeoutMs = DEFAULT_TIMEOUT_MS, duringRestart } = options
  const last = new Map<ControlledPart | undefined, Promise<unknown>>()

  /** @param part `undefined`: all of them. */
  const work = (
    command: string,
    part: ControlledPart | undefined,
    act: () => Promise<string>,
  ): Promise<Evidence> => {
    const isAlone = part === undefined || hands.isConcurrent !== true
    const before = isAlone ? [...last.values()] : [last.get(part), last.get(undefined)]
    const next = Promise.all(before).then(async (): Promise<Evidence> => {
      const at = recorder.at()
      const record = () =>
        recorder.add({ type: 'control', at, durationMs: recorder.at() - at, label: command })
      try {
        const output = await inTime(act(), timeoutMs)
        record()
        return {
          type: 'control',
          ...{ at, command, ok: true, output: cutText(output), durationMs: recorder.at() - at },
        }
      } catch (error) {
        record()
        const { message } = error as Error
        throw new GradingError('control', `\`${command}\`: ${message}`, { cause: error })
      }
    })
    last.set(
      isAlone ? undefined : part,
      next.catch(() => undefined),
    )
    return next
  }

  const { kill, startsInBackground = false } = hands
  return {
    startsInBackground,
    stop: (part) => work(`stop ${part}`, part, () => hands.stop(part)),
    start: (part) => work(`start ${part}`, part, () => hands.start(part)),
    restart: () => duringRestart(() => work('restart', undefined, () => hands.restart())),
    ...(kill !== undefined && {
      kill: (part: ControlledPart) => work(`kill ${part}`, part, () => kill.call(hands, part)),
    }),
  }
}

async function inTime<T>(work: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not done within ${ms / 1000} s`)), ms)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
