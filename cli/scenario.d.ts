/**
 * What a scenario of your own is, for `msctl scenario run ./mine.ts`: the types alone, for editors and compilers.
 *
 * @example
 * import type { Scenario } from 'msctl/scenario'
 * export default { name: 'mine', … } satisfies Scenario
 */

/** Words in both languages, or the same in each. */
export type Text = string | { readonly en: string; readonly ru: string }

/** A scenario. What the steps remember for each other is `State`. */
export interface Scenario<State = Record<never, never>> {
  /** Lower-case letters, digits and hyphens. */
  readonly name: string
  readonly title: Text
  readonly question: Text
  /** Told before anything is done. Lines that begin with two spaces stay as they are. */
  readonly idea?: Text
  /** Numbers that it works with, and why. `fast` is taken with `--fast`, any other with `--set name=value`. */
  readonly parameters?: Readonly<
    Record<string, { readonly value: number; readonly fast?: number; readonly reason: Text }>
  >
  /** What ought to be seen, by id. Each is settled by `lab.expect` in a step. */
  readonly expectations?: Readonly<Record<string, { readonly title: Text; readonly why?: Text }>>
  /** Made anew for each run. */
  state?(): State
  /** What must be true before anything is tried; a step that fails here ends the run. */
  readonly steadyState?: readonly Step<State>[]
  readonly steps: readonly Step<State>[]
  /** What was seen, explained, once every expectation held. */
  conclude?(lab: Pick<Lab<State>, 'state' | 'parameter' | 'measurements'>): Text
}

/** One step; its title can be read aloud. */
export interface Step<State = Record<never, never>> {
  readonly title: Text
  run(lab: Lab<State>): Promise<void>
}

/** What was expected, and what was seen. */
export interface Finding {
  readonly held: boolean
  readonly expected: Text
  readonly actual: Text
}

/** A disturbance that can be seen and can be undone. */
export interface Fault {
  readonly title: Text
  readonly undo?: Text
  apply(): Promise<unknown>
  /** Whether it has taken effect; asked until it says so, or out of time. */
  isEffective(): Promise<boolean>
  heal(): Promise<unknown>
  /** Default: 30 000. */
  readonly withinMs?: number
}

/** How to wait, in milliseconds. */
export interface Wait {
  readonly withinMs: number
  /** Default: 100. */
  readonly everyMs?: number
  /** When it should come true, to be counted down. */
  readonly expectedInMs?: number
}

/** What a step works with. */
export interface Lab<State = Record<never, never>> {
  readonly world: World
  readonly state: State
  /** Aborted when the run is to end. */
  readonly signal: AbortSignal
  parameter(name: string): number
  readonly measurements: Readonly<Record<string, number>>
  /** Tells something. */
  say(text: Text): void
  /** Settles an expectation. Settled twice, it holds only if it held both times. */
  expect(id: string, finding: Finding): void
  /** In the steady state: ends the run unless it holds. */
  require(finding: Finding): void
  measure(name: string, label: Text, value: number, unit: string): void
  /** Looks until there is something to see. Rejects when there is not in time. */
  waitFor<T>(what: Text, look: () => Promise<T | undefined>, wait: Wait): Promise<T>
  /** As `waitFor`; but that there is nothing to see in time is an answer, too: `undefined`. */
  lookFor<T>(what: Text, look: () => Promise<T | undefined>, wait: Wait): Promise<T | undefined>
  /** Notes what has to be put back when the run ends, however it ends. The last noted is done first. */
  cleanUp(title: Text, work: () => Promise<unknown>): void
  /** Disturbs the platform, waits for the effect, and heals it when the run ends. */
  inject(fault: Fault): Promise<void>
  /** Passes on an event; `msctl schema scenario` says which there are. */
  report(event: object): void
  /** The words of a text in the language of this run. */
  words(text: Text): string
}

/** The platform as its callers know it, and what lies behind. */
export interface World {
  /** Calls the platform, and tells of every request. It repeats nothing. */
  readonly client: Client
  /** The same, without a word. */
  readonly quietly: Client
  readonly control: Control
  readonly redis: Redis
  readonly databases: Readonly<Record<ServiceName, Database>>
  readonly tools: Tools
  /** Text that nobody else has. */
  readonly runId: string
}

export type ServiceName = 'users' | 'orders' | 'payments'
export type PartName = ServiceName | 'gateway' | 'cache' | 'db'

/** Stops and starts parts. None of it ends early when the run is interrupted. */
export interface Control {
  stop(part: PartName): Promise<unknown>
  kill(part: PartName): Promise<unknown>
  start(part: PartName): Promise<unknown>
  /** Everything down and up again; the data stay. */
  restart(): Promise<unknown>
  /** Starts what does not run. */
  up(): Promise<unknown>
}

/** What Redis answers: nothing is null. */
export type RedisAnswer = string | number | null | readonly RedisAnswer[]

/** Redis, asked as redis-cli asks: `redis.ask('GET', 'user:1')`. */
export interface Redis {
  ask(...command: readonly string[]): Promise<RedisAnswer>
}

/** A service's database. Whoever opens a connection closes it. */
export interface Database {
  connect(): Promise<DatabaseSession>
}

/** A connection to a service's database. */
export interface DatabaseSession {
  query(sql: string, values?: readonly unknown[]): Promise<readonly Readonly<Record<string, unknown>>[]>
  close(): Promise<void>
}

/** The verbs of the documented scenarios. */
export interface Tools {
  /** What comes of a call, as a value, whatever its status. */
  answerTo<T>(call: Call<T>): Promise<Answer<T>>
  inTurn<T>(times: number, work: (index: number) => Promise<T>): Promise<T[]>
  inParallel<T>(
    how: { readonly times: number; readonly concurrency: number },
    work: (index: number) => Promise<T>,
  ): Promise<T[]>
  /** Creates a user who is deleted when the run ends. */
  createUser(lab: Lab<unknown>, name: string): Promise<User>
  createOrder(
    lab: Lab<unknown>,
    order: { readonly userId: number; readonly product: string; readonly quantity?: number },
  ): Promise<Order>
  createPayment(
    lab: Lab<unknown>,
    payment: { readonly order_id: number; readonly amount: number },
  ): Promise<Payment>
  /** That a service is down, for `lab.inject`. */
  stopped(lab: Lab<unknown>, service: ServiceName): Fault
  /** Starts a service in the middle of a scenario, and waits until it is ready. */
  startService(lab: Lab<unknown>, service: ServiceName): Promise<void>
  /** Looks at a circuit, and tells what it sees. */
  showCircuit(lab: Lab<unknown>, service: ServiceName): Promise<Circuit>
  /** Sees to it that a circuit which the scenario opens is closed again when it ends. */
  closeCircuitAtEnd(lab: Lab<unknown>, service: ServiceName): void
  /** A key in Redis, with its TTL in seconds. */
  readKey(
    lab: Lab<unknown>,
    key: string,
  ): Promise<{ readonly value: string | null; readonly ttlSeconds: number | null }>
  /** Locks a service's table, so that what it is asked meanwhile waits (for two seconds). */
  holdTable(
    lab: Lab<unknown>,
    service: ServiceName,
  ): Promise<{ waiting(): Promise<number>; release(): Promise<void> }>
}

/** What came of a call. */
export interface Answer<T> {
  /** Null when there was no answer. */
  readonly status: number | null
  readonly data: T | undefined
  readonly cache: 'HIT' | 'MISS' | 'BYPASS' | undefined
  /** Whether the gateway refused it because of an open circuit. */
  readonly wasRefused: boolean
  readonly retryAfterMs: number | undefined
  readonly durationMs: number
}

/** A call under way; its own type is that of @msctl/sdk. */
export interface Call<T> extends Promise<T> {
  withResponse(): Promise<{ readonly data: T }>
}

export interface CallOptions {
  readonly idempotencyKey?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly timeoutMs?: number
  readonly signal?: AbortSignal
}

/** The calls of one kind of object. */
export interface Resource<T, New, Changes, Filter> {
  create(fields: New, options?: CallOptions): Call<T>
  get(id: number, options?: CallOptions): Call<T>
  list(
    parameters?: Filter & { readonly limit?: number; readonly after?: number },
    options?: CallOptions,
  ): Call<T[]>
  update(id: number, changes: Changes, options?: CallOptions): Call<T>
  delete(id: number, options?: CallOptions): Call<void>
}

/** The part of @msctl/sdk's client that scenarios use. */
export interface Client {
  readonly users: Resource<
    User,
    { email: string; name: string },
    { email?: string; name?: string },
    Record<never, never>
  > & { details(id: number, options?: CallOptions): Call<UserDetails> }
  readonly orders: Resource<
    Order,
    { userId: number; product: string; quantity?: number },
    { userId?: number; product?: string; quantity?: number },
    { readonly userId?: number }
  >
  readonly payments: Resource<
    Payment,
    { order_id: number; amount: number },
    { amount?: number; status?: PaymentStatus },
    { readonly order_id?: number }
  >
  readonly gateway: {
    health(options?: CallOptions): Call<{
      status: 'ok' | 'degraded'
      circuits: Record<ServiceName, Circuit>
    }>
  }
}

export interface User {
  id: number
  email: string
  name: string
  created_at: string
}

export interface Order {
  id: number
  userId: number
  product: string
  quantity: number
  created_at: string
}

export type PaymentStatus = 'pending' | 'completed' | 'failed'

export interface Payment {
  id: number
  order_id: number
  amount: number
  status: PaymentStatus
  created_at: string
  updated_at: string
}

export interface UserDetails {
  user: User
  /** Null while orders are unavailable. */
  orders: Order[] | null
  degraded?: ServiceName[] | undefined
}

export interface Circuit {
  status: 'CLOSED' | 'OPEN' | 'HALF_OPEN'
  failure_count: number
  opened_at: string | null
  retry_in_seconds: number | null
  transitions: { from: string; to: string; at: string }[]
}
