import { fixed, INCONCLUSIVE, type ScenarioEvent } from '@msctl/scenarios'
import type { RenderContext, Rendering } from '../../context.ts'
import { formatDuration } from '../../print/amounts.ts'
import type { Mark } from '../../print/terminal.ts'
import { shellWord } from '../../print/text.ts'
import { messages } from './messages.ts'
import type { ToldEvent } from './tell-run.ts'

/** How far text goes on a wide terminal, in columns. */
const MAX_WIDTH = 100
/** What is told within a step. */
const INDENT = '   '
/** Shorter waits are not worth a line, in milliseconds. */
const WORTH_TELLING_MS = 1_000
/** A space at which no line ends. */
const NO_BREAK = '\u00a0'
const STATES = ['CLOSED', 'OPEN', 'HALF_OPEN'] as const
/** `GET    /users/17` */
const [METHOD_WIDTH, PATH_WIDTH, TIME_WIDTH] = [6, 28, 9]

type EventOf<T extends ScenarioEvent['type']> = Extract<ScenarioEvent, { readonly type: T }>

/** An event as people are told of it: some lines, or none. What is awaited shows on the line below, which is not ours. */
export function renderScenarioEvent({ event, journal }: ToldEvent, context: RenderContext): Rendering {
  const result = tell(event, context)
  if (journal === undefined) return { result }
  const hint = messages[context.language].replay
  return {
    result,
    hints: `${hint}\n  ${context.terminal.cyan(`${context.self} scenario replay ${shellWord(journal)}`)}`,
  }
}

function tell(event: ScenarioEvent, context: RenderContext): string {
  const { language, terminal } = context
  const words = messages[language]
  switch (event.type) {
    case 'begin':
      return tellBegin(event, context)
    case 'phase':
      return event.phase === 'steps' ? '' : `\n${terminal.bold(words.phases[event.phase])}`
    case 'step': {
      if (event.phase !== 'steps')
        return terminal.dim(wrap(`· ${event.title}`, context, INDENT, `${INDENT}  `))
      const number = `${event.index}.`.padEnd(INDENT.length)
      return `\n${terminal.bold(wrap(number + event.title, context, '', INDENT))}`
    }
    case 'said':
      return event.text.includes('\n')
        ? verbatim(event.text, context, terminal.cyan)
        : wrap(event.text, context, INDENT)
    case 'request':
      return tellRequest(event, context)
    case 'fault':
      if (event.state !== 'verified') return ''
      return terminal.yellow(
        wrap(
          `! ${event.action} ${words.effect(tellDuration(event.tookMs ?? 0, context))}`,
          context,
          INDENT,
          `${INDENT}  `,
        ),
      )
    case 'circuit':
      return tellCircuit(event, context)
    case 'waiting': {
      const inMs = event.expectedAt === undefined ? 0 : event.expectedAt - event.at
      if (terminal.isLive || inMs < WORTH_TELLING_MS) return ''
      return terminal.dim(wrap(`… ${words.waiting(event.for, tellDuration(inMs, context))}`, context, INDENT))
    }
    case 'waited': {
      if (event.tookMs < WORTH_TELLING_MS) return ''
      const took = tellDuration(event.tookMs, context)
      const text = event.cameTrue ? words.waited(event.for, took) : words.waitedInVain(event.for, took)
      return (event.cameTrue ? terminal.dim : terminal.yellow)(wrap(`… ${text}`, context, INDENT))
    }
    case 'measured':
      return `${INDENT}≈ ${event.label}: ${terminal.bold(formatValue(event.value, language))} ${words.units(event.unit)}`.trimEnd()
    case 'expectation':
      return tellExpectation(event, context)
    case 'left-open':
      return terminal.yellow(wrap(`? ${event.title}: ${event.reason}`, context, INDENT, `${INDENT}  `))
    case 'failure': {
      const isOpen = INCONCLUSIVE.has(event.code) && event.phase === 'steps'
      const [mark, colour] = isOpen ? (['?', terminal.yellow] as const) : (['✗', terminal.red] as const)
      const place = event.place === undefined ? '' : ` (${event.place})`
      return colour(wrap(`${mark} ${event.step} ${event.message}${place}`, context, INDENT, `${INDENT}  `))
    }
    case 'end':
      return tellEnd(event, context)
  }
}

function tellBegin(event: EventOf<'begin'>, context: RenderContext): string {
  const { terminal, language } = context
  const width = Math.max(0, ...event.parameters.map(({ name, value }) => `${name} = ${value}`.length))
  const parameters = event.parameters.map(({ name, value, reason }) => {
    const setting = `${name} = ${value}`.padEnd(width)
    return `  ${terminal.bold(setting)}  ${terminal.dim(reason)}`
  })
  const idea = event.idea.split('\n').map((line) => (line.startsWith('  ') ? line : wrap(line, context)))
  return [
    '',
    terminal.bold(event.title),
    terminal.cyan(wrap(event.question, context)),
    '',
    ...idea,
    ...(parameters.length > 0 ? ['', messages[language].parameters, ...parameters] : []),
  ].join('\n')
}

function tellRequest(event: EventOf<'request'>, { terminal, language }: RenderContext): string {
  const words = messages[language]
  const { method, path, status, durationMs, note } = event
  const mark =
    status === null || status >= 500 ? terminal.red : status >= 400 ? terminal.yellow : terminal.green
  const call = `${method.padEnd(METHOD_WIDTH)} ${path.padEnd(PATH_WIDTH)}`
  const time = words.units(`${fixed(durationMs, 1)[language]} ms`).padStart(TIME_WIDTH)
  const answer = mark(status === null ? words.noAnswer : String(status))
  return `${INDENT}${call} ${answer} ${terminal.dim(`${time}  ${note ?? ''}`.trimEnd())}`
}

/** The circuit as the state machine that it is, with a mark where it stands. */
function tellCircuit(event: EventOf<'circuit'>, { terminal, language }: RenderContext): string {
  const { service, status, failureCount, retryInSeconds } = event
  const { failures, trialIn } = messages[language]
  const marks: Record<string, Mark> = {
    CLOSED: terminal.green,
    OPEN: terminal.red,
    HALF_OPEN: terminal.yellow,
  }
  const machine = STATES.map((state) =>
    state === status ? (marks[state] ?? terminal.bold)(`[${state}]`) : terminal.dim(` ${state} `),
  )
  const trial =
    status === 'OPEN' && retryInSeconds !== null ? `, ${trialIn(fixed(retryInSeconds, 1)[language])}` : ''
  return `${INDENT}${' '.repeat(METHOD_WIDTH + 1)}${service}: ${machine.join(' ')}  ${failures(failureCount)}${trial}`
}

function tellExpectation(event: EventOf<'expectation'>, context: RenderContext): string {
  const { terminal, language } = context
  const { title, held, expected, actual, why } = event
  const below = `${INDENT}  `
  if (held) {
    const head = wrap(`✓ ${title}`, context, INDENT, below)
    return `${terminal.green(head)}\n${terminal.dim(wrap(actual, context, below))}`
  }
  const { labels } = messages[language]
  const size = Math.max(...Object.values(labels).map((label) => label.length)) + 2
  const facts = { expected, actual, why }
  const lines = (Object.keys(labels) as (keyof typeof labels)[]).map((name) =>
    wrap(labels[name].padEnd(size) + facts[name], context, below, below + ' '.repeat(size)),
  )
  return [terminal.red(wrap(`✗ ${title}`, context, INDENT, below)), ...lines].join('\n')
}

function tellEnd(event: EventOf<'end'>, context: RenderContext): string {
  const { terminal, language } = context
  const { outcomes, conclusion, held, notHeld, open } = messages[language]
  const mark =
    event.outcome === 'held'
      ? terminal.green
      : event.outcome === 'interrupted' || event.outcome === 'inconclusive'
        ? terminal.yellow
        : terminal.red
  const of = event.held + event.notHeld.length + event.open.length
  const counts = [
    held(event.held, of),
    ...(event.notHeld.length > 0 ? [notHeld(event.notHeld.join(', '))] : []),
    ...(event.open.length > 0 && event.outcome !== 'not-ready' ? [open(event.open.join(', '))] : []),
  ]
  const summary = `${outcomes[event.outcome]} ${counts.join('; ')}. ${tellDuration(event.tookMs, context).replaceAll(' ', NO_BREAK)}`
  return [
    ...(event.conclusion === undefined
      ? []
      : ['', terminal.bold(conclusion), wrap(event.conclusion, context)]),
    '',
    mark(wrap(summary, context)),
  ].join('\n')
}

const tellDuration = (ms: number, { language }: RenderContext) => formatDuration(ms, language)

function formatValue(value: number, language: RenderContext['language']): string {
  if (Number.isInteger(value)) return String(value)
  const text = value.toPrecision(3)
  return language === 'ru' ? text.replace('.', ',') : text
}

/** Words, as many to a line as there is room for. */
function wrap(text: string, { terminal }: RenderContext, first = '', rest = first): string {
  const width = Math.min(terminal.width, MAX_WIDTH)
  const room = Math.max(10, width - rest.length)
  const lines: string[] = []
  let line = first
  let isEmpty = true
  for (const word of text.split(' ').flatMap((each) => cut(each, room))) {
    if (!isEmpty && line.length + 1 + word.length > width) {
      lines.push(line)
      line = rest
      isEmpty = true
    }
    line += isEmpty ? word : ` ${word}`
    isEmpty = false
  }
  return [...lines, line].join('\n')
}

/** Pieces of no more than this width: behind a comma where there is one, as between the fields of JSON. */
function cut(text: string, width: number): string[] {
  if (text.length <= width) return [text]
  const comma = text.lastIndexOf(',', width - 1)
  const end = comma > 0 ? comma + 1 : width
  return [text.slice(0, end), ...cut(text.slice(end), width)]
}

/** Lines as they are, cut into pieces where they are too long. */
function verbatim(text: string, { terminal }: RenderContext, mark: Mark): string {
  const width = Math.max(10, Math.min(terminal.width, MAX_WIDTH) - INDENT.length)
  return text
    .split('\n')
    .flatMap((line) => cut(line, width))
    .map((line) => INDENT + mark(line))
    .join('\n')
}
