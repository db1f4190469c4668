import type { Control } from '@msctl/platform/control'
import { type ControlledPart, GradingError, type RecordedControl, TargetFailure } from '../run/grader.ts'
import type { Evidence } from '../run/report.ts'
import { cutText, type Recorder } from './recorder.ts'

export interface ControlOptions {
  readonly recorder: Recorder
  /** How long it may take for one stop or start. Default 130 000: a program is ended after 120 s. */
  readonly timeoutMs?: number
  /** Wraps what takes the gateway down, too. */
  readonly duringRestart: <T>(work: () => Promise<T>) => Promise<T>
}

const DEFAULT_TIMEOUT_MS = 130_000

/**
 * Records what a control does. It is asked for one thing at a time, or for one with each part where it says that it can do several.
 *
 * @throws {GradingError} `control` from each of its functions, when it fails or hangs.
 */
export function recordControl(control: Control<ControlledPart>, options: ControlOptions): RecordedControl {
  const { recorder, timeoutMs = DEFAULT_TIMEOUT_MS, duringRestart } = options
  const last = new Map<ControlledPart | undefined, Promise<unknown>>()

  /** @param part `undefined`: all of them. */
  const work = (
    command: string,
    part: ControlledPart | undefined,
    act: () => Promise<unknown>,
  ): Promise<Evidence> => {
    const isAlone = part === undefined || control.isConcurrent !== true
    const before = isAlone ? [...last.values()] : [last.get(part), last.get(undefined)]
    const next = Promise.all(before).then(async (): Promise<Evidence> => {
      const at = recorder.at()
      const record = () =>
        recorder.add({ type: 'control', at, durationMs: recorder.at() - at, label: command })
      try {
        const said = await inTime(act(), timeoutMs)
        const output = typeof said === 'string' ? cutText(said) : ''
        record()
        return {
          type: 'control',
          ...{ at, command, ok: true, output, durationMs: recorder.at() - at },
        }
      } catch (error) {
        record()
        if (error instanceof TargetFailure) throw error
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

  const { kill, startsInBackground = false } = control
  return {
    startsInBackground,
    stop: (part) => work(`stop ${part}`, part, () => control.stop(part)),
    start: (part) => work(`start ${part}`, part, () => control.start(part)),
    restart: () => duringRestart(() => work('restart', undefined, () => control.restart())),
    ...(kill !== undefined && {
      kill: (part: ControlledPart) => work(`kill ${part}`, part, () => kill.call(control, part)),
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
