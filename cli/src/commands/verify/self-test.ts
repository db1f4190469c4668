import { EXIT } from '@msctl/grader/exit'
import type { Trial } from '@msctl/grader/self-test/judge-trial'
import type { Language } from '@msctl/scenarios'
import manifest from '../../../package.json' with { type: 'json' }
import type { SingleAction } from '../../command.ts'
import { formatDuration } from '../../print/amounts.ts'
import { renderTable } from '../../print/table.ts'
import type { Terminal } from '../../print/terminal.ts'
import { messages } from './messages.ts'

export interface SelfTestOptions {
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

/** `msctl verify --self-test`: which check catches which fault, and what should not have been. */
export const selfTest: SingleAction<SelfTestOptions, SelfTest> = {
  async run({ jobs = DEFAULT_JOBS, only }, { language, signal, home, env, onEvent }) {
    const { runSelfTest } = await import('@msctl/grader/self-test/run-self-test')
    const tell = (lines: (terminal: Terminal) => string, done: number, of: number) =>
      onEvent({ type: 'told', lines, activity: () => `${done}/${of}` })
    const trials = await runSelfTest({
      ...{ jobs, only, language, version: manifest.version, signal, env },
      cacheDir: home.cache,
      onAgain: ({ name, errors: [error = ''] }, done, of) =>
        tell((terminal) => terminal.dim(`↻ ${name}  ${error}`), done, of),
      onTrial: (trial, done, of) => tell((terminal) => trialLine(trial, terminal, language), done, of),
    })
    const count = (kind: Trial['kind']) => {
      const all = trials.filter((trial) => trial.kind === kind)
      return { right: all.filter(({ isRight }) => isRight).length, of: all.length }
    }
    return { trials, faults: count('fault'), variants: count('variant'), complete: !signal.aborted }
  },

  render({ trials, faults, variants, complete }, { terminal, language }) {
    const { selfTest: words, partial } = messages[language]
    const table = renderTable(
      [
        { title: '' },
        { title: words.columns.fault },
        { title: words.columns.caughtBy },
        { title: words.columns.unrelated },
      ],
      trials.map((trial) => [
        trial.isRight ? { text: '✓', mark: terminal.green } : { text: '✗', mark: terminal.red },
        { text: trial.name, ...(trial.kind === 'variant' && { mark: terminal.dim }) },
        {
          text:
            trial.kind === 'variant'
              ? words.points(trial.score, trial.assessable)
              : trial.caughtBy.join(', '),
        },
        { text: wrongly(trial).join(', '), mark: terminal.red },
      ]),
      Number.POSITIVE_INFINITY,
      terminal.dim,
    )
    const missed = trials
      .filter((trial) => trial.kind === 'fault' && !trial.isRight)
      .map(({ name, meant, caughtBy }) => words.missed(name, meant.join(', '), caughtBy.join(', ')))
    const sum = words.sum(faults.right, faults.of, variants.right, variants.of)
    return { result: [table, ...missed, sum, ...(complete ? [] : [terminal.yellow(partial)])].join('\n\n') }
  },

  /** 1 when a fault was missed, or something correct was blamed. */
  exitCode({ trials, complete }) {
    if (!complete) return EXIT.interrupted
    return trials.every(({ isRight }) => isRight) ? EXIT.done : EXIT.failed
  },
}

/** One line for a bundled implementation, once it has been graded. */
function trialLine(trial: Trial, terminal: Terminal, language: Language): string {
  const { name, isRight, durationMs } = trial
  const took = terminal.dim(formatDuration(durationMs, language))
  if (isRight) return `${terminal.green('✓')} ${name}  ${took}`
  return [`${terminal.red('✗')} ${name}  ${took}`, ...wrongly(trial)].join('  ')
}

/** What should not have failed, and what could not be checked. */
const wrongly = ({ unrelated, errors }: Trial): readonly string[] => [...unrelated, ...errors]
