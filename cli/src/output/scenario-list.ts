import type { ScenarioList } from '../commands/scenario-list.ts'
import type { RenderContext, Rendering } from '../context.ts'

/** Each scenario with its question. */
export function renderScenarioList(
  { scenarios }: ScenarioList,
  { messages, terminal, self }: RenderContext,
): Rendering {
  const width = Math.max(...scenarios.map(({ name }) => name.length))
  const lines = scenarios.map(
    ({ name, title, question }) =>
      `${terminal.bold(name.padEnd(width))}  ${title}\n${' '.repeat(width)}  ${terminal.dim(question)}`,
  )
  return {
    result: lines.join('\n'),
    hints: messages.scenario.choose(terminal.cyan(`${self} scenario circuit-breaker`)),
  }
}
