import path from 'node:path'
import { EXIT } from '@msctl/grader/exit'
import type { Trial } from '@msctl/grader/self-test/judge-trial'
import { runSelfTest } from '@msctl/grader/self-test/run-self-test'
import manifest from '../../package.json' with { type: 'json' }
import type { Context } from '../context.ts'
import { trialLine } from '../output/self-test.ts'

export { renderSelfTest as render } from '../output/self-test.ts'

export interface SelfTestCommandOptions {
  readonly jobs?: number | undefined
  readonly only?: readonly string[] | undefined
}

/** `msctl verify --self-test --json` */
export interface SelfTest {
  readonly trials: readonly Trial[]
  /** Of the faults, how many were caught as they should be; of the variants, how many got every point. */
  readonly faults: { readonly right: number; readonly of: number }
  readonly variants: { readonly right: number; readonly of: number }
  /** False when it was ended early. */
  readonly complete: boolean
}

const DEFAULT_JOBS = 9

/** `msctl verify --self-test` */
export async function run(
  { jobs = DEFAULT_JOBS, only }: SelfTestCommandOptions,
  context: Context,
): Promise<SelfTest> {
  const { terminal } = context.rendering
  const trials = await runSelfTest({
    ...{ jobs, only, language: context.language, version: manifest.version, signal: context.signal },
    cacheDir: path.join(context.home.state, 'cache'),
    env: context.env,
    onAgain: ({ name, errors: [error = ''] }, done, of) =>
      context.onEvent({
        type: 'told',
        line: terminal.dim(`↻ ${name}  ${error}`),
        activity: `${done}/${of}`,
      }),
    onTrial: (trial, done, of) =>
      context.onEvent({ type: 'told', line: trialLine(trial, terminal), activity: `${done}/${of}` }),
  })
  const count = (kind: Trial['kind']) => {
    const all = trials.filter((trial) => trial.kind === kind)
    return { right: all.filter(({ isRight }) => isRight).length, of: all.length }
  }
  return { trials, faults: count('fault'), variants: count('variant'), complete: !context.signal.aborted }
}

/** 1 when a fault was missed, or something correct was blamed. */
export function exitCode({ trials, complete }: SelfTest): number {
  if (!complete) return EXIT.interrupted
  return trials.every(({ isRight }) => isRight) ? EXIT.done : EXIT.failed
}
