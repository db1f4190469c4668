import type { Trial } from '@msctl/grader/self-test/judge-trial'
import type { SelfTest } from '../commands/self-test.ts'
import type { RenderContext, Rendering } from '../context.ts'
import { formatDuration } from './amounts.ts'
import { renderTable } from './table.ts'
import type { Terminal } from './terminal.ts'

/** One line for a bundled implementation, once it has been graded. */
export function trialLine(trial: Trial, terminal: Terminal): string {
  const { name, isRight, durationMs } = trial
  const took = terminal.dim(formatDuration(durationMs))
  if (isRight) return `${terminal.green('✓')} ${name}  ${took}`
  return [`${terminal.red('✗')} ${name}  ${took}`, ...wrongly(trial)].join('  ')
}

/** Which check catches which fault, and what should not have been. */
export function renderSelfTest(
  { trials, faults, variants, complete }: SelfTest,
  { terminal, messages }: RenderContext,
): Rendering {
  const said = messages.selfTest
  const table = renderTable(
    [
      { title: '' },
      { title: said.columns.fault },
      { title: said.columns.caughtBy },
      { title: said.columns.unrelated },
    ],
    trials.map((trial) => [
      trial.isRight ? { text: '✓', mark: terminal.green } : { text: '✗', mark: terminal.red },
      { text: trial.name, ...(trial.kind === 'variant' && { mark: terminal.dim }) },
      { text: caughtBy(trial, said.points) },
      { text: wrongly(trial).join(', '), mark: terminal.red },
    ]),
    Number.POSITIVE_INFINITY,
    terminal.dim,
  )
  const missed = trials
    .filter((trial) => trial.kind === 'fault' && !trial.isRight)
    .map(({ name, meant, caughtBy: found }) => said.missed(name, meant.join(', '), found.join(', ')))
  const sum = said.sum(faults.right, faults.of, variants.right, variants.of)
  return {
    result: [table, ...missed, sum, ...(complete ? [] : [terminal.yellow(messages.verify.partial)])].join(
      '\n\n',
    ),
  }
}

/** What should not have failed, and what could not be checked. */
const wrongly = ({ unrelated, errors }: Trial): readonly string[] => [...unrelated, ...errors]

function caughtBy(
  { kind, caughtBy: found, score, assessable }: Trial,
  points: (score: number, of: number) => string,
): string {
  return kind === 'variant' ? points(score, assessable) : found.join(', ')
}
