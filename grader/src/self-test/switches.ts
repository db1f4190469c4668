import type { Breaker, BreakerOptions } from '@msctl/gateway/breaker'
import type { Cache, Query } from '@msctl/kit'
import type { ServiceName } from '@msctl/sdk/contract'
import type { Redis } from 'ioredis'
import type { Interceptor } from './http.ts'

/** What is sent or stored. */
export type Fields = Readonly<Record<string, unknown>>
/** An object as a service's table gives it. */
export type Row = Fields & { readonly id: number }

/** What the tables of the three services have in common; see the services' own `models.ts`. */
export interface Model {
  insert(query: Query, fields: Fields): Promise<Row | 'email taken'>
  list(page: { limit: number; after: number }, filter: Fields | undefined): Promise<Row[]>
  find(id: number): Promise<Row | undefined>
  update(query: Query, id: number, changes: Fields): Promise<Row | 'email taken' | undefined>
  delete(query: Query, id: number): Promise<boolean>
}

/** A service that is about to run. It is made anew at every start, so what a switch remembers is the memory of a process. */
export interface ServicePart {
  readonly service: ServiceName
  /** Its own database. */
  readonly query: Query
  /** A client of its own. */
  redis(): Redis
  /** `user:1` */
  keyOf(id: number): string
  readonly ttlSeconds: number
  /** Noted work is done when the service ends: how it ended is told. */
  onEnd(work: (how: Ending) => Promise<unknown> | undefined): void
}

/** How a part comes to its end: by itself, along with all the others, or without a chance to do anything. */
export type Ending = 'stopped' | 'restarted' | 'killed'

/** What is different about a service. Each wraps what is there. */
export interface ServiceSwitches {
  /** The statements that create its tables. */
  readonly ddl?: string
  readonly models?: (models: Model, part: ServicePart) => Model
  readonly cache?: (cache: Cache, part: ServicePart) => Cache
  /** Decides the fate of a payment. */
  readonly process?: (process: () => string) => () => string
  /** Stands before its HTTP. */
  readonly http?: (part: ServicePart) => Interceptor
  /** Whether it leaves without waiting for what is in flight. */
  readonly isCutOff?: boolean
  /** Done when the tables are there, before it listens. */
  readonly prepare?: (part: ServicePart) => Promise<unknown>
}

/** The gateway that is about to run. */
export interface GatewayPart {
  readonly breakers: Readonly<Record<ServiceName, Breaker>>
  readonly resetSeconds: number
  /** Where the services listen: `http://127.0.0.1:20001`. */
  readonly origins: Readonly<Record<ServiceName, string>>
}

/** What is different about the gateway. */
export interface GatewaySwitches {
  readonly breakerOf?: (
    make: (service: ServiceName, options: BreakerOptions) => Breaker,
  ) => (service: ServiceName, options: BreakerOptions) => Breaker
  readonly http?: (part: GatewayPart) => Interceptor
}

/** What is different about a platform. */
export interface Switches extends Readonly<Partial<Record<ServiceName, ServiceSwitches>>> {
  readonly gateway?: GatewaySwitches
  /** Whose database a service uses. */
  readonly databaseOf?: (service: ServiceName) => ServiceName
  /** Environment variables of all parts; given the seconds after which the breaker tries again. */
  readonly environment?: (resetSeconds: number) => Readonly<Record<string, string>>
}
