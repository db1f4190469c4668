import * as z from 'zod/mini'

/** The largest id, and the largest quantity: PostgreSQL's `integer` (int4). */
export const MAX_INT4 = 2_147_483_647

/** The longest text that a field holds, in characters (Unicode code points, as PostgreSQL counts them). */
export const MAX_TEXT_LENGTH = 255

const hasOnlyStorableText = (text: string): boolean => !text.includes('\0') && text.isWellFormed()

// A string never has more code points than UTF-16 units, so most need no counting.
const isShortEnough = (text: string): boolean =>
  text.length <= MAX_TEXT_LENGTH || [...text].length <= MAX_TEXT_LENGTH

/** A text of 1 to 255 characters, without NUL and lone surrogates, which PostgreSQL cannot store. */
export const Text = z.string().check(
  z.minLength(1),
  z.refine(isShortEnough, { error: `must not be longer than ${MAX_TEXT_LENGTH} characters` }),
  z.refine(hasOnlyStorableText, {
    error: 'must not hold NUL characters or lone surrogates',
  }),
  z.meta({ maxLength: MAX_TEXT_LENGTH }),
)

/** An e-mail address of at most 255 characters. */
export const Email = z.email().check(z.maxLength(MAX_TEXT_LENGTH))

/** The id of a user, an order or a payment: a positive int4. */
export const Id = z.int().check(z.positive(), z.maximum(MAX_INT4))

/** An ISO 8601 time, with or without a zone; PostgreSQL keeps microseconds. */
export const Timestamp = z.iso.datetime({ offset: true, local: true })

const CANONICAL_ID = /^[1-9][0-9]{0,9}$/

/**
 * Reads an id as it stands in a path or a query: decimal digits without sign, leading zero or exponent.
 *
 * @returns `undefined` for whatever is no positive int4 (`abc`, `0`, `-1`, `1e3`, `99999999999`).
 */
export function parseId(text: string): number | undefined {
  if (!CANONICAL_ID.test(text)) return undefined
  const id = Number(text)
  return id <= MAX_INT4 ? id : undefined
}

/** An id in a query string. */
export const QueryId = z.pipe(
  z.string().check(
    z.refine((text) => parseId(text) !== undefined, {
      error: 'must be a whole number from 1 to 2147483647',
    }),
    z.meta({ pattern: CANONICAL_ID.source }),
  ),
  z.transform(Number),
)

/** The most rows that one page of a list holds. */
export const MAX_PAGE_SIZE = 1000

const QueryLimit = z.pipe(
  z.string().check(
    z.refine((text) => (parseId(text) ?? Number.POSITIVE_INFINITY) <= MAX_PAGE_SIZE, {
      error: `must be a whole number from 1 to ${MAX_PAGE_SIZE}`,
    }),
    z.meta({ pattern: CANONICAL_ID.source }),
  ),
  z.transform(Number),
)

/** What every list takes: at most `limit` rows, with ids above `after`. Without `limit` the list is complete. */
export const Page = z.object({ limit: z.optional(QueryLimit), after: z.optional(QueryId) })

/** The body of a PUT: it changes the fields that it names, and names at least one. */
export const atLeastOne = <T extends z.ZodMiniObject>(fields: T): T =>
  fields.check(
    z.refine((body) => Object.values(body).some((value) => value !== undefined), {
      error: `must hold at least one of ${Object.keys(fields.shape).join(', ')}`,
    }),
    z.meta({ minProperties: 1 }),
  )
