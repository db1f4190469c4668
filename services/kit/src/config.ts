import * as z from 'zod/mini'

/** Raised when the environment does not hold a usable configuration; the message names every bad variable. */
export class ConfigError extends Error {
  readonly code = 'bad-config'
  /** One line a variable: its name, and what is wrong with it. */
  readonly problems: string[]

  constructor(problems: string[]) {
    super(`Bad configuration:\n${problems.map((problem) => `  ${problem}`).join('\n')}`)
    this.name = 'ConfigError'
    this.problems = problems
  }
}

/**
 * Parses the environment with a schema, whose keys are the variables' names. An empty variable counts as not set.
 *
 * @throws {ConfigError} that names every bad variable at once.
 */
export function readConfig<T extends z.ZodMiniObject>(
  schema: T,
  environment: NodeJS.ProcessEnv,
): z.output<T> {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''))
  const parsed = z.safeParse(schema, given)
  if (parsed.success) return parsed.data
  throw new ConfigError(
    parsed.error.issues.map(({ path, message }) => {
      const name = path.join('.')
      const value = given[name]
      if (value === undefined) return `${name}: is required`
      return mayHoldSecret(name, value) ? `${name}: ${message}` : `${name}=${value}: ${message}`
    }),
  )
}

/** Whether a value may hold a password or a key, also one that is written wrongly: then it is not for logs. */
const mayHoldSecret = (name: string, value: string): boolean =>
  ['API_KEYS', 'DATABASE_URL', 'REDIS_URL'].includes(name) || value.includes('@')

const numeric = (isValid: (value: number) => boolean, expectation: string) =>
  z.pipe(
    z
      .string()
      .check(
        z.refine((text) => text.trim() !== '' && isValid(Number(text)), { error: `expected ${expectation}` }),
      ),
    z.transform(Number),
  )

const isPositive = (value: number) => Number.isFinite(value) && value > 0

/** A number above zero, such as a time in seconds. */
export const positiveNumber = (fallback: number) =>
  z._default(z.optional(numeric(isPositive, 'a number above 0')), fallback)

/** A whole number above zero, such as a count; or none. */
export const optionalCount = z.optional(
  numeric((value) => Number.isInteger(value) && value > 0, 'a whole number above 0'),
)

/** A whole number above zero, such as a count. */
export const positiveInteger = (fallback: number) => z._default(optionalCount, fallback)

/** A whole number, such as the seed of a random sequence. */
export const integer = numeric(Number.isSafeInteger, 'a whole number')

/** A share from 0 to 1. */
export const probability = (fallback: number) =>
  z._default(z.optional(numeric((value) => value >= 0 && value <= 1, 'a number from 0 to 1')), fallback)

/** A URL of one of the given protocols (`http:`, `redis:` …). */
export const url = (...protocols: string[]) =>
  z.string().check(
    z.refine((text) => URL.canParse(text) && protocols.includes(new URL(text).protocol), {
      error: `expected a URL that starts with ${protocols.map((protocol) => `${protocol}//`).join(' or ')}`,
    }),
  )

/** What every process of the platform reads: where it listens, and how much it logs. */
export const processConfig = (defaultPort: number) => ({
  /** The address to listen on; containers set 0.0.0.0. */
  HOST: z._default(z.string(), '127.0.0.1'),
  /** The port to listen on; 0 takes any free one. */
  PORT: z._default(
    z.optional(
      numeric((value) => Number.isInteger(value) && value >= 0 && value <= 65_535, 'a port from 0 to 65535'),
    ),
    defaultPort,
  ),
  LOG_LEVEL: z._default(z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']), 'info'),
})

/** What every service reads besides: its stores. */
export type StoreConfig = z.infer<z.ZodMiniObject<typeof storeConfig>>
export const storeConfig = {
  DATABASE_URL: url('postgres:', 'postgresql:'),
  /** Connections to PostgreSQL that one process holds at the most. */
  DATABASE_POOL_SIZE: positiveInteger(10),
  REDIS_URL: url('redis:', 'rediss:'),
  /** How long a cached object lives (contract: 300 s). */
  CACHE_TTL_SECONDS: positiveInteger(300),
}
