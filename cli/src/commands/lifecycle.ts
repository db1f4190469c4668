import type { DriverChoice } from '@msctl/platform/choose-platform'
import { readLastDriver } from '@msctl/platform/home'
import { PARTS, type Part } from '@msctl/platform/parts'
import type { Change, PartState, Platform } from '@msctl/platform/platform'
import * as z from 'zod/mini'
import { defineEntries, type SingleAction } from '../command.ts'
import { confirmDeletion } from '../confirm-deletion.ts'
import type { RenderContext, Rendering } from '../context.ts'
import type { MenuCommand } from '../menu/menu-command.ts'
import { oneOf, type Reader } from '../menu/readers.ts'
import { messages as common } from '../messages/common.ts'
import { loadDrivers, runningPlatform } from '../running-platform.ts'
import { DRIVER_CHOICES, isPort } from '../settings.ts'
import { messages } from './lifecycle.messages.ts'
import { parsePart } from './part-argument.ts'
import { PartStateJson, PlatformStatusJson } from './status.ts'

/** The platform is left as was asked for, even when nobody reads any more. */
const goesOnUnread = true

export interface UpOptions {
  readonly driver?: DriverChoice | undefined
  readonly port?: number | undefined
  readonly fresh?: boolean | undefined
  readonly yes?: boolean | undefined
}

/** `msctl up`: says where it is, and what to try. */
export const up: SingleAction<UpOptions, Change> = {
  goesOnUnread,
  async run({ driver, port, fresh = false, yes = false }, context) {
    const { settings } = context
    if (fresh && !yes) await confirmDeletion(context)
    const { choosePlatform } = await loadDrivers()
    const platform = await choosePlatform(driver ?? settings.driver?.value ?? 'auto', context)
    return platform.up({ port: port ?? settings.port?.value, fresh })
  },
  render({ changed, status }, { language, terminal, self, quiet }) {
    const { done, already, try: tryNext } = messages[language].up
    const url = status.url ?? ''
    if (changed.length === 0) return { result: already(url) }
    const result = done(terminal.bold(url))
    const create = `${self} users create --email ann@example.com --name Ann`
    const tries = [`curl ${url}/health`, create, `${self} status`, `${self} logs --follow`]
    const hints = `${tryNext}\n${tries.map((line) => `  ${terminal.cyan(line)}`).join('\n')}`
    return quiet ? { result } : { result, hints }
  },
}

/** `msctl down` */
const down: SingleAction<
  { readonly volumes?: boolean | undefined; readonly yes?: boolean | undefined },
  Change & { readonly volumes: boolean }
> = {
  goesOnUnread,
  async run({ volumes = false, yes = false }, context) {
    if (volumes && !yes) await confirmDeletion(context)
    const { findPlatforms } = await loadDrivers()
    const { current, other } = await findPlatforms(context)
    const isKnown = readLastDriver(context.home.state) !== undefined || (await current.isRunning())
    const change = await current.down({ volumes })
    // An `up` that was interrupted may have left data by either driver.
    if (volumes && !isKnown) await other?.down({ volumes })
    return { ...change, volumes }
  },
  render({ changed, volumes }, { language }) {
    const { done, removed, already, alreadyRemoved } = messages[language].down
    if (changed.length === 0) return { result: volumes ? alreadyRemoved : already }
    return { result: volumes ? removed : done }
  },
}

/** `msctl restart [part]` */
const restart: SingleAction<{ readonly part?: string | undefined }, Change & { readonly part?: Part }> = {
  goesOnUnread,
  async run(options, context) {
    const part = options.part === undefined ? undefined : parsePart(options.part)
    const platform = await runningPlatform(context)
    return { ...(part !== undefined && { part }), ...(await platform.restart(part)) }
  },
  render({ part }, { language }) {
    const words = messages[language].restart
    return { result: part === undefined ? words.everything : words.part(part) }
  },
}

/** What a command that concerns one part tells of it. */
interface PartChange {
  readonly part: Part
  /** Whether there was anything to do. */
  readonly changed: boolean
  readonly state: PartState
}

/** A command that concerns one part. */
const onePart = (
  act: (platform: Platform, part: Part) => Promise<Change>,
  render: (change: PartChange, context: RenderContext) => Rendering,
): SingleAction<{ readonly part: string }, PartChange> => ({
  goesOnUnread,
  async run(options, context) {
    const part = parsePart(options.part)
    const { changed, status } = await act(await runningPlatform(context), part)
    const state = status.parts.find(({ name }) => name === part)?.state ?? 'down'
    return { part, changed: changed.includes(part), state }
  },
  render,
})

/** `msctl stop <part>` */
export const stop = onePart(
  (platform, part) => platform.stop(part),
  ({ part, changed }, { language }) => {
    const { stopped, alreadyStopped } = messages[language].change
    return { result: changed ? stopped(part) : alreadyStopped(part) }
  },
)

/** `msctl start <part>` */
export const start = onePart(
  (platform, part) => platform.start(part),
  ({ part, changed, state }, { language }) => {
    const { started, alreadyStarted } = messages[language].change
    return { result: (changed ? started : alreadyStarted)(part, common[language].parts[state]) }
  },
)

/** `msctl kill <part>` */
export const kill = onePart(
  (platform, part) => platform.kill(part),
  ({ part, changed }, { language }) => {
    const { killed, alreadyStopped } = messages[language].change
    return { result: changed ? killed(part) : alreadyStopped(part) }
  },
)

const PartJson = z.enum(PARTS)
const ChangeJson = z.object({ changed: z.array(PartJson), status: PlatformStatusJson })
const PartChangeJson = z.object({ part: PartJson, changed: z.boolean(), state: PartStateJson })

export const entries = defineEntries(messages, (words, language) => {
  const aPort: Reader<number> = {
    wanted: words.aPort,
    read: (given) => (isPort(given) ? Number(given) : undefined),
  }
  const takesPart = (command: MenuCommand) => command.argument('<part>', common[language].part)
  return [
    {
      name: 'up',
      examples: ['msctl up', 'msctl up --driver compose --port 8080', 'msctl up --fresh'],
      configure: (command) =>
        command
          .valueOption('--driver <driver>', words.options.driver, oneOf(DRIVER_CHOICES))
          .valueOption('--port <port>', words.options.port, aPort)
          .option('--fresh', words.options.fresh)
          .option('-y, --yes', words.options.yes),
      idle: ({ fresh }: UpOptions) => (fresh === true ? {} : { yes: words.nothingToConfirm('--fresh') }),
      action: up,
      json: ChangeJson,
    },
    {
      name: 'down',
      examples: ['msctl down', 'msctl down --volumes'],
      configure: (command) =>
        command.option('--volumes', words.options.volumes).option('-y, --yes', words.options.yes),
      idle: ({ volumes }: { readonly volumes?: boolean }) =>
        volumes === true ? {} : { yes: words.nothingToConfirm('--volumes') },
      action: down,
      json: z.extend(ChangeJson, { volumes: z.boolean() }),
    },
    {
      name: 'restart',
      examples: ['msctl restart', 'msctl restart users'],
      configure: (command) => command.argument('[part]', common[language].part),
      action: restart,
      json: z.extend(ChangeJson, { part: z.exactOptional(PartJson) }),
    },
    {
      name: 'stop',
      examples: ['msctl stop users', 'msctl stop cache'],
      configure: takesPart,
      action: stop,
      json: PartChangeJson,
    },
    {
      name: 'start',
      examples: ['msctl start users', 'msctl start db'],
      configure: takesPart,
      action: start,
      json: PartChangeJson,
    },
    {
      name: 'kill',
      examples: ['msctl kill db', 'msctl kill orders'],
      configure: takesPart,
      action: kill,
      json: PartChangeJson,
    },
  ]
})
