import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { EXIT } from '@msctl/grader/exit'
import { ScenarioEvent } from '@msctl/scenarios'
import { readJournal } from '@msctl/scenarios/journal'
import { scenarioTemplate } from '@msctl/scenarios/sheet-template'
import * as z from 'zod/mini'
import { defineEntries, type SingleAction, type StreamAction } from '../../command.ts'
import type { Context } from '../../context.ts'
import { Failure } from '../../failure.ts'
import type { MenuCommand } from '../../menu/menu-command.ts'
import { matching, type Reader } from '../../menu/readers.ts'
import { shellWord } from '../../print/text.ts'
import { createLiveLine } from './live-line.ts'
import { messages } from './messages.ts'
import { renderScenarioEvent } from './print.ts'
import type { ScenarioOptions, ToldEvent } from './tell-run.ts'

/** What is the same of everything that is told event by event. */
const told = {
  render: renderScenarioEvent,
  /** The event alone. */
  toJson: ({ event }: ToldEvent): object => event,
} as const

/** What is the same of everything that runs a sheet. */
const running = {
  ...told,
  /** What was begun is put back, even when nobody reads any more. */
  finishesAnyway: true,
  /** 1 unless every expectation held; 3 when the platform was not well enough to try, 4 when this machine could not show it. */
  exitCode({ event }: ToldEvent): number {
    if (event.type !== 'end' || event.outcome === 'held') return EXIT.done
    if (event.outcome === 'inconclusive') return EXIT.environment
    return event.outcome === 'not-ready' ? EXIT.unreachable : EXIT.failed
  },
} as const

/** Whether what was given as a name is a file. */
const isFile = (given: string): boolean => /[/\\]|\.(ts|mts|js|mjs)$/.test(given)

/** `msctl scenario <name>`: a documented one, or the path of somebody's own. */
export const scenario: StreamAction<ScenarioOptions & { readonly name: string }, ToldEvent> = {
  ...running,
  async *run({ name, ...options }, context) {
    if (isFile(name)) return yield* runFile(name, options, context)
    const { findLab, tellRun } = await import('./tell-run.ts')
    yield* tellRun(findLab(name), options, context)
  },
}

/** `msctl scenario run <file>` */
const run: StreamAction<ScenarioOptions & { readonly file: string }, ToldEvent> = {
  ...running,
  run: ({ file, ...options }, context) => runFile(file, options, context),
}

async function* runFile(file: string, options: ScenarioOptions, context: Context): AsyncGenerator<ToldEvent> {
  const { loadSheet } = await import('@msctl/scenarios/load-sheet')
  const { tellRun } = await import('./tell-run.ts')
  const { sheet, placeOf } = await loadSheet(file)
  yield* tellRun(sheet, { ...options, placeOf }, context)
}

const Named = { name: z.string() }
const ScenarioList = z.object({
  scenarios: z.array(
    z.object({
      ...Named,
      title: z.string(),
      question: z.string(),
      parameters: z.array(z.object({ ...Named, value: z.number(), reason: z.string() })),
      expectations: z.array(z.object({ id: z.string(), title: z.string() })),
    }),
  ),
})

/** `msctl scenario list`: each scenario with its question. */
export const list: SingleAction<object, z.infer<typeof ScenarioList>> = {
  async run(_options, { language }) {
    const { describeLabs } = await import('./tell-run.ts')
    return { scenarios: describeLabs(language) }
  },
  render({ scenarios }, { language, terminal, self }) {
    const width = Math.max(...scenarios.map(({ name }) => name.length))
    const lines = scenarios.map(
      ({ name, title, question }) =>
        `${terminal.bold(name.padEnd(width))}  ${title}\n${' '.repeat(width)}  ${terminal.dim(question)}`,
    )
    return {
      result: lines.join('\n'),
      hints: messages[language].choose(terminal.cyan(`${self} scenario circuit-breaker`)),
    }
  },
}

const NewScenario = z.object({ file: z.string() })
const DEFAULT_NAME = 'my-scenario'
const EXTENSION = /\.(ts|mts|mjs|js)$/

/** `msctl scenario new [file]`: a commented scenario that runs as it is. @throws Failure `file-exists`, `folder-unusable`. */
const create: SingleAction<{ readonly file?: string | undefined }, z.infer<typeof NewScenario>> = {
  async run({ file: given = DEFAULT_NAME }, { language }) {
    const file = EXTENSION.test(given) ? given : `${given}.ts`
    const slug = path
      .basename(file)
      .replace(EXTENSION, '')
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
    const text = scenarioTemplate({
      name: slug.replace(/^-|-$/g, '') || DEFAULT_NAME,
      isTyped: /ts$/.test(file),
      language,
    })
    try {
      await writeFile(file, text, { flag: 'wx' })
    } catch (cause) {
      const { code, message: reason } = cause as NodeJS.ErrnoException
      if (code === 'EEXIST') throw new Failure('file-exists', { file }, { cause })
      throw new Failure('folder-unusable', { folder: path.dirname(path.resolve(file)), reason }, { cause })
    }
    return { file }
  },
  render({ file }, { language, terminal, self }) {
    const { written, tryNew } = messages[language]
    const given = /[/\\]/.test(file) ? file : `./${file}`
    return {
      result: written(file),
      hints: tryNew(terminal.cyan(`${self} scenario run ${shellWord(given)}`)),
    }
  },
}

/** `msctl scenario replay <file>`: on a terminal as fast as it happened, elsewhere and with `--fast` at once. */
export const replay: StreamAction<{ readonly file: string; readonly fast?: boolean | undefined }, ToldEvent> =
  {
    ...told,
    async *run({ file, fast = false }, { signal, rendering, onEvent }) {
      const events = readJournal(file)
      const isPaced = !fast && rendering.terminal.isLive
      const offsetMs = Date.now() - (events[0]?.at ?? 0)
      const live = createLiveLine(onEvent, offsetMs)
      for (const event of events) {
        const inMs = event.at + offsetMs - Date.now()
        if (isPaced && inMs > 0) await delay(inMs, undefined, { signal })
        yield { event }
        if (isPaced) live.show(event)
      }
    },
  }

/** Without a scenario's name, none is run. */
const idleWithout = (reason: string) =>
  Object.fromEntries(['step', 'fast', 'set', 'journal', 'url'].map((name) => [name, reason]))

export const entries = defineEntries(messages, (words) => {
  /** `resetSeconds=5`, beside those before it. */
  const parameters: Reader<Readonly<Record<string, number>>> = {
    wanted: words.aParameter,
    read: (given, before = {}) => {
      const [, name = '', value = ''] = /^(\w+)=(\d+(?:\.\d+)?)$/.exec(given) ?? []
      return name === '' ? undefined : { ...before, [name]: Number(value) }
    },
  }
  const aSheetFile = matching(words.aSheetFile, (given) =>
    ['', '.ts', '.mts', '.js', '.mjs'].includes(path.extname(given)),
  )
  const addOptions = (command: MenuCommand) =>
    command
      .option('--step', words.options.step)
      .option('--fast', words.options.fast)
      .valueOption('--set <name=value>', words.options.set, parameters)
      .option('--journal <file>', words.options.journal)
  return [
    {
      name: 'scenario',
      examples: [
        'msctl scenario circuit-breaker',
        'msctl scenario cache-ttl --step',
        'msctl scenario payments --fast --journal journal.ndjson',
      ],
      configure: (command) => addOptions(command.argument('[name]', words.arguments.name)),
      takesUrl: true,
      idle: ({ name }: { readonly name?: string }) =>
        name === undefined ? idleWithout(words.nameMissing) : {},
      action: ({ name }: { readonly name?: string }) => (name === undefined ? list : scenario),
      json: ScenarioEvent,
    },
    {
      name: 'scenario list',
      examples: [
        'msctl scenario list',
        `msctl scenario list --json | jq -r '.scenarios[].expectations[].title'`,
      ],
      action: list,
      json: ScenarioList,
    },
    {
      name: 'scenario new',
      examples: ['msctl scenario new', 'msctl scenario new mine.mjs'],
      configure: (command) => command.valueArgument('[file]', words.arguments.newFile, aSheetFile),
      action: create,
      json: NewScenario,
    },
    {
      name: 'scenario run',
      examples: ['msctl scenario run ./my-scenario.ts', 'msctl scenario run ./mine.mjs --set orders=50'],
      configure: (command) => addOptions(command.argument('<file>', words.arguments.file)),
      takesUrl: true,
      action: run,
      json: ScenarioEvent,
    },
    {
      name: 'scenario replay',
      examples: ['msctl scenario replay journal.ndjson', 'msctl scenario replay journal.ndjson --fast'],
      configure: (command) =>
        command.argument('<file>', words.arguments.file).option('--fast', words.options.fast),
      action: replay,
      json: ScenarioEvent,
    },
  ]
})
