import { EXIT } from '@msctl/grader/exit'
import type { ApiResponse, Client, UserDetails as Details } from '@msctl/sdk'
import { Order, Payment, User, UserDetails } from '@msctl/sdk/contract'
import * as z from 'zod/mini'
import { call, openClient, toCallFailure, whereOf } from '../../call.ts'
import { defineEntries, type MenuEntry, type SingleAction, type StreamAction } from '../../command.ts'
import type { Context } from '../../context.ts'
import type { MenuCommand } from '../../menu/menu-command.ts'
import { matching, type Reader, wholeNumber } from '../../menu/readers.ts'
import { messages as common } from '../../messages/common.ts'
import { type Batch, createMany, renderBatch } from './create-many.ts'
import { FIELDS, type Field, RESOURCES, type ResourceName } from './fields.ts'
import { messages } from './messages.ts'
import { type Answer, COLUMNS, type Row, renderAnswer, renderRows } from './print.ts'
import { type BodyOptions, readBodies, readBody } from './request-body.ts'

const BatchJson = z.object({
  created: z.array(z.looseObject({ id: z.int() })),
  failed: z.array(z.object({ line: z.int(), code: z.string(), message: z.string() })),
  notSent: z.int(),
})

const ROWS = { users: User, orders: Order, payments: Payment } as const

/** The SDK's calls, which are alike for all three. */
interface Calls {
  create(body: object, options?: object): ReturnType<Client[ResourceName]['create']>
  get(id: number, options?: object): ReturnType<Client[ResourceName]['get']>
  list(parameters?: object, options?: object): ReturnType<Client[ResourceName]['list']>
  update(id: number, changes: object, options?: object): ReturnType<Client[ResourceName]['update']>
}

/** What is kept of an answer. */
function toAnswer(
  resource: ResourceName,
  { data, cache, timings, response }: ApiResponse<Row | Details>,
): Answer {
  const isReplayed = response.headers['idempotent-replayed'] === 'true'
  return { resource, data, cache, tookMs: timings.totalMs, isReplayed }
}

/** What `--json` prints of an answer: what the platform answered. */
const toJson = ({ data }: Answer): Answer['data'] => data

export interface CreateOptions extends BodyOptions {
  readonly idempotencyKey?: string | undefined
}

/** `msctl users|orders|payments create`: one, or all that `--data` holds. */
export const create = (resource: ResourceName): SingleAction<CreateOptions, Answer | Batch> => ({
  async run(options, context) {
    const bodies = await readBodies(resource, 'create', options, context)
    const where = await whereOf(context, { resource, verb: 'create' })
    const { idempotencyKey } = options
    const [only, second] = bodies
    return call(where, async (client, callOptions) => {
      if (only === undefined || second !== undefined)
        return createMany(resource, bodies, { client, where, language: context.language, idempotencyKey })
      const calls: Calls = client[resource]
      const created = calls.create(only.fields, { ...callOptions, idempotencyKey })
      return toAnswer(resource, await created.withResponse())
    })
  },
  render: (data, context) => ('created' in data ? renderBatch(data, context) : renderAnswer(data, context)),
  toJson: (data) => ('created' in data ? data : toJson(data)),
  exitCode: (data) => ('created' in data && data.failed.length > 0 ? EXIT.failed : EXIT.done),
})

export interface ListOptions {
  readonly limit?: number | undefined
  readonly after?: number | undefined
  /** Orders: only this user's. */
  readonly userId?: number | undefined
  /** Payments: only those for this order. */
  readonly orderId?: number | undefined
  readonly columns?: readonly string[] | undefined
  /** A column, with `-` before it for the highest first. */
  readonly sort?: string | undefined
}

/** A part of a list. */
interface RowPage {
  readonly rows: readonly Row[]
  readonly isFirst: boolean
  readonly columns: readonly string[] | undefined
}

async function* listPages(
  resource: ResourceName,
  { limit, after, userId, orderId, columns, sort }: ListOptions,
  context: Context,
): AsyncGenerator<RowPage> {
  const where = await whereOf(context, { resource, verb: 'list' })
  const client = openClient(where)
  try {
    const calls: Calls = client[resource]
    const { filter } = FIELDS[resource]
    const parameters = { limit, after, ...(filter !== undefined && { [filter.name]: userId ?? orderId }) }
    const all: Row[] = []
    let isFirst = true
    for await (const { data } of calls.list(parameters, { signal: where.signal }).pages()) {
      if (sort !== undefined) all.push(...data)
      else if (isFirst || data.length > 0) yield { rows: data, isFirst, columns }
      isFirst = false
    }
    if (sort !== undefined) yield { rows: all.sort(by(sort)), isFirst: true, columns }
  } catch (error) {
    throw toCallFailure(error, where)
  } finally {
    await client.close()
  }
}

/** Compares rows by a column. */
function by(sort: string): (one: Row, other: Row) => number {
  const isDown = sort.startsWith('-')
  const column = (isDown ? sort.slice(1) : sort) as keyof Row
  const compare = (a: unknown, b: unknown) =>
    typeof a === 'number' && typeof b === 'number' ? a - b : String(a).localeCompare(String(b))
  return (one, other) => compare(one[column], other[column]) * (isDown ? -1 : 1)
}

/** `msctl users|orders|payments list`, a page at a time, so that a list of any length needs little memory. */
export const list = (resource: ResourceName): StreamAction<ListOptions, RowPage> => ({
  run: (options, context) => listPages(resource, options, context),
  isArray: true,
  render({ rows, isFirst, columns }, context) {
    const table = renderRows(resource, rows, context, columns)
    // The pages after the first go on without a heading.
    if (!isFirst) return { result: table.slice(table.indexOf('\n') + 1) }
    return { result: table, ...(rows.length === 0 && { hints: messages[context.language].none[resource] }) }
  },
  toJson: ({ rows }) => rows,
})

export interface GetOptions {
  readonly id: number
  /** Users only: with the orders that name the user. */
  readonly details?: boolean | undefined
}

/** `msctl users|orders|payments get <id>` */
export const get = (resource: ResourceName): SingleAction<GetOptions, Answer> => ({
  async run({ id, details = false }, context) {
    return call(await whereOf(context, { resource, verb: 'get', id }), async (client, callOptions) => {
      const calls: Calls = client[resource]
      const answer = details ? client.users.details(id, callOptions) : calls.get(id, callOptions)
      return toAnswer(resource, await answer.withResponse())
    })
  },
  render: renderAnswer,
  toJson,
})

/** `msctl users|orders|payments update <id>` */
export const update = (
  resource: ResourceName,
): SingleAction<BodyOptions & { readonly id: number }, Answer> => ({
  async run(options, context) {
    const { id } = options
    const changes = await readBody(resource, options, context)
    return call(await whereOf(context, { resource, verb: 'update', id }), async (client, callOptions) => {
      const calls: Calls = client[resource]
      return toAnswer(resource, await calls.update(id, changes, callOptions).withResponse())
    })
  },
  render: renderAnswer,
  toJson,
})

const Deleted = z.object({ resource: z.enum(RESOURCES), id: z.int(), deleted: z.literal(true) })
type Deleted = z.infer<typeof Deleted>

/** `msctl users|orders|payments delete <id>` */
export const remove = (resource: ResourceName): SingleAction<{ readonly id: number }, Deleted> => ({
  async run({ id }, context) {
    const where = await whereOf(context, { resource, verb: 'delete', id })
    await call(where, (client, callOptions) => client[resource].delete(id, callOptions))
    return { resource, id, deleted: true }
  },
  render: ({ id }, { language }) => ({ result: messages[language].deleted[resource](id) }),
})

/** Of each kind of object, what runs as it is printed. */
const EXAMPLES = {
  users: {
    create: [
      'msctl users create --email ann@example.com --name Ann',
      `msctl users create --data '{"email": "bob@example.com", "name": "Bob"}'`,
      `echo '{"email": "eve@example.com", "name": "Eve"}' | msctl users create --data -`,
    ],
    list: [
      'msctl users list',
      'msctl users list --sort -id --columns id,name',
      `msctl users list --json | jq -r '.[].email'`,
    ],
    get: ['msctl users get 1', 'msctl users get 1 --details', 'msctl users get 1 --json | jq .name'],
    update: [
      'msctl users update 1 --name Anna',
      `msctl users update 1 --data '{"email": "anna@example.com"}'`,
    ],
    delete: ['msctl users delete 2', 'msctl users delete 3 --json'],
  },
  orders: {
    create: [
      'msctl orders create --user-id 1 --product Laptop --quantity 2',
      `msctl orders create --data '{"userId": 1, "product": "Mouse"}'`,
      'msctl orders create --user-id 1 --product Cable --idempotency-key order-42',
    ],
    list: ['msctl orders list', 'msctl orders list --user-id 1', 'msctl orders list --limit 10 --after 1'],
    get: ['msctl orders get 1', 'msctl orders get 1 --json | jq .product'],
    update: ['msctl orders update 1 --quantity 3', `msctl orders update 1 --data '{"product": "Desktop"}'`],
    delete: ['msctl orders delete 2', 'msctl orders delete 3 --json'],
  },
  payments: {
    create: [
      'msctl payments create --order-id 1 --amount 999.99',
      `msctl payments create --data '{"order_id": 1, "amount": 20}'`,
      'msctl payments create --order-id 1 --amount 5 --idempotency-key pay-42',
    ],
    list: [
      'msctl payments list',
      'msctl payments list --order-id 1',
      `msctl payments list --json | jq -r '.[].status'`,
    ],
    get: ['msctl payments get 1', 'msctl payments get 1 --json | jq .status'],
    update: ['msctl payments update 1 --status completed', 'msctl payments update 1 --amount 899.99'],
    delete: ['msctl payments delete 2', 'msctl payments delete 3 --json'],
  },
} as const

export const entries = defineEntries(messages, (words, language) => {
  const aCount = wholeNumber(common[language].aCount)
  const anId = wholeNumber(words.anId)
  /** Whether a number makes sense is the service's to say; that it is one is ours. */
  const aNumber: Reader<number> = {
    wanted: words.aNumber,
    read: (given) => (given.trim() !== '' && Number.isFinite(Number(given)) ? Number(given) : undefined),
  }
  /** What HTTP lets a header hold, and the contract an idempotency key. */
  const aKey = matching(words.aKey, (given) => /^[\x21-\x7e]{1,255}$/.test(given))
  const addField = (command: MenuCommand, { flag, kind, name }: Field) => {
    const flags = `--${flag} <${kind}>`
    if (kind === 'text') command.option(flags, words.fields[name])
    else command.valueOption(flags, words.fields[name], aNumber)
  }
  const addId = (command: MenuCommand) => command.valueArgument('<id>', words.arguments.id, anId)

  return RESOURCES.flatMap((resource): MenuEntry<keyof typeof words.menu>[] => {
    const examples = EXAMPLES[resource]
    const json = ROWS[resource]
    const columns = COLUMNS[resource]
    const isColumn = (name: string) => columns.includes(name)
    const aColumn = matching(words.aColumn(columns.join(', ')), (given) => isColumn(given.replace(/^-/, '')))
    const someColumns: Reader<readonly string[]> = {
      wanted: words.someColumns(columns.join(', ')),
      read(given) {
        const names = given.split(',').map((name) => name.trim())
        return names.every(isColumn) ? names : undefined
      },
    }
    return [
      { name: resource, examples: [examples.create[0], examples.list[0], examples.get[0]] },
      {
        name: `${resource} create`,
        examples: examples.create,
        configure(command) {
          for (const field of FIELDS[resource].create) addField(command, field)
          command.option('--data <json>', words.options.data)
          command.valueOption('--idempotency-key <key>', words.options.idempotencyKey, aKey)
        },
        takesUrl: true,
        action: create(resource),
        json: z.union([json, BatchJson]),
      },
      {
        name: `${resource} list`,
        examples: examples.list,
        configure(command) {
          const { filter } = FIELDS[resource]
          if (filter !== undefined) addField(command, filter)
          command.valueOption('--limit <n>', words.options.limit, aCount)
          command.valueOption('--after <id>', words.options.after, aCount)
          command.valueOption('--columns <names>', words.options.columns(columns.join(',')), someColumns)
          command.valueOption('--sort <column>', words.options.sort, aColumn)
          command.option('--jsonl', words.options.jsonl)
        },
        idle: ({ json, jsonl }: { readonly json?: boolean; readonly jsonl?: boolean }) =>
          json === true || jsonl === true ? { columns: words.allColumns } : {},
        takesUrl: true,
        action: list(resource),
        json: z.array(json),
      },
      {
        name: `${resource} get`,
        examples: examples.get,
        configure(command) {
          addId(command)
          if (resource === 'users') command.option('--details', words.options.details)
        },
        takesUrl: true,
        action: get(resource),
        json: resource === 'users' ? z.union([User, UserDetails]) : json,
      },
      {
        name: `${resource} update`,
        examples: examples.update,
        configure(command) {
          addId(command)
          for (const field of FIELDS[resource].update) addField(command, field)
          command.option('--data <json>', words.options.data)
        },
        takesUrl: true,
        action: update(resource),
        json,
      },
      {
        name: `${resource} delete`,
        examples: examples.delete,
        configure: addId,
        takesUrl: true,
        action: remove(resource),
        json: Deleted,
      },
    ]
  })
})
