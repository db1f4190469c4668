import { EXIT } from '@msctl/grader/exit'
import type { Check, Problem, Warning } from '@msctl/platform/doctor/check'
import { DRIVERS, type Driver } from '@msctl/platform/platform'
import type { Language } from '@msctl/scenarios'
import * as z from 'zod/mini'
import { defineEntries, type SingleAction } from '../command.ts'
import type { RenderContext } from '../context.ts'
import { explain } from '../messages/explain.ts'
import { formatBytes } from '../print/amounts.ts'
import { asCalled } from '../print/as-called.ts'
import { wrap } from '../print/text.ts'
import { runningPlatform } from '../running-platform.ts'
import { messages } from './doctor.messages.ts'

/** `msctl doctor --json`. */
export interface Diagnosis {
  readonly drivers: readonly { readonly driver: Driver; readonly canRun: boolean }[]
  readonly checks: readonly Check[]
}

/** `msctl doctor`: looks, and changes nothing. */
export const doctor: SingleAction<object, Diagnosis> = {
  async run(_options, context) {
    const status = await (await runningPlatform(context)).status()
    const [{ checkMachine }, { checkLocal }, { checkCompose }] = await Promise.all([
      import('@msctl/platform/doctor/check-machine'),
      import('@msctl/platform/doctor/check-local'),
      import('@msctl/platform/doctor/check-compose'),
    ])
    const found = await Promise.all([
      checkMachine(context, status, context.settings.port?.value),
      checkLocal(context, status),
      checkCompose(context),
    ])
    const checks = found.flat()
    const canRun = (driver: Driver) =>
      !checks.some((each) => each.state === 'missing' && (each.driver === null || each.driver === driver))
    const drivers = (['local', 'compose'] as const).map((driver) => ({ driver, canRun: canRun(driver) }))
    return { drivers, checks }
  },

  /** What was looked at, for the machine and for each driver, with the remedy below what is missing. */
  render({ drivers, checks }, context) {
    const { language, terminal } = context
    const { machine, canRun, cannotRun, ready, running, names } = messages[language]
    const width = Math.max(...Object.values(names).map((name) => name.length))
    const section = (title: string, wanted: Check['driver']) => [
      terminal.bold(title),
      ...checks
        .filter(({ driver }) => driver === wanted)
        .flatMap((each) => renderCheck(each, width, context)),
    ]
    const sections = [
      section(machine, null),
      ...drivers.map((each) => section((each.canRun ? canRun : cannotRun)(each.driver), each.driver)),
    ]
    const usable = drivers.find((each) => each.canRun)
    const isRunning = checks.some(
      ({ name, ...each }) => name === 'port' && 'found' in each && isOurs(each.found),
    )
    return {
      result: sections.map((lines) => lines.join('\n')).join('\n\n'),
      ...(isRunning ? { hints: running } : usable && { hints: ready(usable.driver) }),
    }
  },

  /** 4 when no driver can run here. */
  exitCode: ({ drivers }) => (drivers.some(({ canRun }) => canRun) ? EXIT.done : EXIT.environment),
}

const isOurs = (found: object) => 'isOurs' in found && found.isOurs === true

function renderCheck(check: Check, width: number, { language, terminal, self }: RenderContext): string[] {
  const { names, ok } = messages[language]
  const name = names[check.name].padEnd(width)
  const indent = ' '.repeat(width + 4)
  const fit = (text: string) => wrap(text, terminal.width, indent)
  if (check.state === 'ok') {
    const { found } = check
    const say = ok[check.name] as (facts: typeof found) => string
    return [`${terminal.green('✓')} ${name}  ${fit(say(found))}`]
  }
  const mark = check.state === 'warning' ? terminal.yellow('!') : terminal.red('✗')
  const { what, next } = explainProblem(check.problem, language)
  return [
    `${mark} ${name}  ${fit(what)}`,
    ...next.map((line) => `${indent}${terminal.dim(fit(asCalled(line, self)))}`),
  ]
}

function explainProblem(problem: Problem | Warning, language: Language): { what: string; next: string[] } {
  const { problem: words, remedy } = messages[language]
  if (problem.code === 'disk-nearly-full') {
    const { freeBytes, wantedBytes } = problem
    return {
      what: words.disk(formatBytes(freeBytes, language), formatBytes(wantedBytes, language)),
      next: [remedy.disk],
    }
  }
  if (problem.code === 'no-prompt') return { what: words.psql, next: [remedy.psql(problem.remedy)] }
  const { what, why, next } = explain(problem, language)
  return { what, next: [why, next] }
}

const DriverJson = z.enum(DRIVERS)
const Facts = z.record(z.string(), z.unknown())
const Subject = { name: z.string(), driver: z.nullable(DriverJson) }
const DiagnosisJson = z.object({
  drivers: z.array(z.object({ driver: DriverJson, canRun: z.boolean() })),
  checks: z.array(
    z.union([
      z.object({ ...Subject, state: z.literal('ok'), found: Facts }),
      z.object({ ...Subject, state: z.literal('warning'), problem: z.looseObject({ code: z.string() }) }),
      z.object({
        ...Subject,
        state: z.literal('missing'),
        problem: z.object({ code: z.string(), facts: Facts }),
      }),
    ]),
  ),
})

export const entries = defineEntries(messages, () => [
  {
    name: 'doctor',
    examples: ['msctl doctor', 'msctl doctor --json | jq .drivers'],
    action: doctor,
    json: DiagnosisJson,
  },
])
