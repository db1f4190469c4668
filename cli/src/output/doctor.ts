import type { Check, Problem, Warning } from '@msctl/platform/doctor/check'
import type { Diagnosis } from '../commands/doctor.ts'
import type { RenderContext, Rendering } from '../context.ts'
import type { Messages } from '../messages/index.ts'
import { formatBytes } from './amounts.ts'
import { wrap } from './wrap.ts'

/** What was looked at, for the machine and for each driver, with the remedy below what is missing. */
export function renderDoctor({ drivers, checks }: Diagnosis, context: RenderContext): Rendering {
  const { messages, terminal } = context
  const { machine, canRun, cannotRun, ready, names } = messages.doctor
  const width = Math.max(...Object.values(names).map((name) => name.length))
  const section = (title: string, wanted: Check['driver']) => [
    terminal.bold(title),
    ...checks.filter(({ driver }) => driver === wanted).flatMap((each) => renderCheck(each, width, context)),
  ]
  const sections = [
    section(machine, null),
    ...drivers.map((each) => section((each.canRun ? canRun : cannotRun)(each.driver), each.driver)),
  ]
  const usable = drivers.find((each) => each.canRun)
  return {
    result: sections.map((lines) => lines.join('\n')).join('\n\n'),
    ...(usable && { hints: ready(usable.driver) }),
  }
}

function renderCheck(check: Check, width: number, { messages, terminal }: RenderContext): string[] {
  const { names, ok } = messages.doctor
  const name = names[check.name].padEnd(width)
  const indent = ' '.repeat(width + 4)
  const fit = (text: string) => wrap(text, terminal.width, indent)
  if (check.state === 'ok') {
    const { found } = check
    const say = ok[check.name] as (facts: typeof found) => string
    return [`${terminal.green('✓')} ${name}  ${fit(say(found))}`]
  }
  const mark = check.state === 'warning' ? terminal.yellow('!') : terminal.red('✗')
  const { what, next } = explain(check.problem, messages)
  return [`${mark} ${name}  ${fit(what)}`, ...next.map((line) => `${indent}${terminal.dim(fit(line))}`)]
}

function explain(problem: Problem | Warning, messages: Messages): { what: string; next: string[] } {
  const { problem: words, remedy } = messages.doctor
  if (problem.code === 'disk-nearly-full') {
    const { freeBytes, wantedBytes } = problem
    return { what: words.disk(formatBytes(freeBytes), formatBytes(wantedBytes)), next: [remedy.disk] }
  }
  if (problem.code === 'no-prompt') return { what: words.psql, next: [remedy.psql(problem.remedy)] }
  const explainFailure = messages.errors[problem.code] as (facts: Problem['facts']) => {
    what: string
    why: string
    next: string
  }
  const { what, why, next } = explainFailure(problem.facts)
  return { what, next: [why, next] }
}
