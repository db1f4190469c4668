import { positiveInteger, positiveNumber, processConfig, readConfig, url } from '@msctl/kit'
import * as z from 'zod/mini'

/** The longest time that a Node timer keeps, in seconds; a longer one would fire at once. */
const MAX_TIMER_SECONDS = 2_147_483

const seconds = (fallback: number) => positiveNumber(fallback).check(z.maximum(MAX_TIMER_SECONDS))

const origin = url('http:').check(
  z.refine((text) => !URL.canParse(text) || new URL(text).href === `${new URL(text).origin}/`, {
    error: 'expected an origin, such as http://127.0.0.1:8001, without a path',
  }),
)

const Config = z.object({
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
})

/** What the gateway is told by its environment. */
export type GatewayConfig = z.infer<typeof Config>

/** @throws {ConfigError} that names every bad variable. */
export const readGatewayConfig = (environment: NodeJS.ProcessEnv): GatewayConfig =>
  readConfig(Config, environment)
