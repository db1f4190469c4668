import type { SelfTest } from '../commands/self-test.ts'
import type { RenderContext, Rendering } from '../context.ts'
import type { Trial } from '../verify/judge-trial.ts'
import { formatDuration } from './amounts.ts'
import { renderTable } from './table.ts'
import type { Terminal } from './terminal.ts'

/** One line for a bundled implementation, once it has been graded. */
export function trialLine({ name, isRight, durationMs }: Trial, terminal: Terminal): string {
  const sign = isRight ? terminal.green('✓') : terminal.red('✗')
  return `${sign} ${name}  ${terminal.dim(formatDuration(durationMs))}`
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
      { text: [...trial.unrelated, ...trial.errors].join(', '), mark: terminal.red },
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

function caughtBy(
  { kind, caughtBy: found, score, assessable }: Trial,
  points: (score: number, of: number) => string,
): string {
  return kind === 'variant' ? points(score, assessable) : found.join(', ')
}
