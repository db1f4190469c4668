import { optionalCount, positiveInteger, positiveNumber, processConfig, readConfig, url } from '@msctl/kit'
import * as z from 'zod/mini'

/** The longest time that a Node timer keeps, in seconds; a longer one would fire at once. */
const MAX_TIMER_SECONDS = 2_147_483

const seconds = (fallback: number) => positiveNumber(fallback).check(z.maximum(MAX_TIMER_SECONDS))

const origin = url('http:').check(
  z.refine((text) => !URL.canParse(text) || new URL(text).href === `${new URL(text).origin}/`, {
    error: 'expected an origin, such as http://127.0.0.1:8001, without a path',
  }),
)

/** Several values, with commas or blanks between them; at least one. */
const list = (isValid: (value: string) => boolean, expectation: string) =>
  z.pipe(
    z.pipe(
      z.string(),
      z.transform((text) => text.split(/[\s,]+/).filter((value) => value !== '')),
    ),
    z.array(z.string()).check(
      z.refine((values) => values.length > 0 && values.every(isValid), {
        error: `expected ${expectation}`,
      }),
    ),
  )

const isKey = (text: string) => /^[\w.~+/-]+=*$/.test(text)

const isOrigin = (text: string) =>
  text === '*' || (/^https?:/.test(text) && URL.canParse(text) && new URL(text).origin === text)

const Config = z
  .object({
    ...processConfig(8000),
    USERS_URL: origin,
    ORDERS_URL: origin,
    PAYMENTS_URL: origin,
    /** Failures in a row that open a circuit. */
    BREAKER_FAILURES: positiveInteger(5),
    /** How long an open circuit refuses before it tries again. */
    BREAKER_RESET_SECONDS: seconds(30),
    /** How long a service may take to begin its answer. */
    UPSTREAM_TIMEOUT_SECONDS: seconds(3),
    /** The keys of which a caller needs one. Default: none is needed. */
    API_KEYS: z.optional(list(isKey, 'keys of letters, digits and - . _ ~ + /, with commas between them')),
    /** How many requests a minute a key or an address may send. Default: any number. */
    RATE_LIMIT: optionalCount,
    /** Where they are counted; not connected to without a limit. */
    REDIS_URL: z.optional(url('redis:', 'rediss:')),
    /** How many requests may be under way at once. Default: any number, and however late the event loop is. */
    MAX_IN_FLIGHT: optionalCount,
    /** The origins whose scripts may call; `*` for all. Default: none. */
    CORS_ORIGINS: z.optional(
      list(isOrigin, 'origins such as https://shop.example, with commas between them, or *'),
    ),
  })
  .check(
    z.refine(({ RATE_LIMIT, REDIS_URL }) => RATE_LIMIT === undefined || REDIS_URL !== undefined, {
      path: ['REDIS_URL'],
    }),
  )

/** What the gateway is told by its environment. */
export type GatewayConfig = z.infer<typeof Config>

/** @throws {ConfigError} that names every bad variable. */
export const readGatewayConfig = (environment: NodeJS.ProcessEnv): GatewayConfig =>
  readConfig(Config, environment)
