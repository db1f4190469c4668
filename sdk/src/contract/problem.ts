import * as z from 'zod/mini'

/** One thing that is wrong with a request, and where: `path` is that of the field, empty for the body as a whole. */
export const FieldError = z.object({ path: z.string(), message: z.string() })
export type FieldError = z.infer<typeof FieldError>

/**
 * The body of every error, `application/problem+json` (RFC 9457). `errors` comes with a 422, `service` with what a
 * gateway says of a service.
 */
export const Problem = z.looseObject({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.optional(z.string()),
  errors: z.optional(z.array(FieldError)),
  service: z.optional(z.string()),
})
export type Problem = z.infer<typeof Problem>

/** The media type of a problem. */
export const PROBLEM_MEDIA_TYPE = 'application/problem+json'

/** The kinds of problem; each one's `type` is `urn:msctl:problem:` and its name. */
export const PROBLEMS = {
  'malformed-request': { status: 400, title: 'Malformed request' },
  unauthorized: { status: 401, title: 'Unauthorized' },
  'not-found': { status: 404, title: 'Not found' },
  'method-not-allowed': { status: 405, title: 'Method not allowed' },
  'request-timeout': { status: 408, title: 'Request timeout' },
  conflict: { status: 409, title: 'Conflict' },
  'content-too-large': { status: 413, title: 'Content too large' },
  'uri-too-long': { status: 414, title: 'URI too long' },
  'unsupported-media-type': { status: 415, title: 'Unsupported media type' },
  'unprocessable-content': { status: 422, title: 'Unprocessable content' },
  'too-many-requests': { status: 429, title: 'Too many requests' },
  'header-fields-too-large': { status: 431, title: 'Request header fields too large' },
  'internal-error': { status: 500, title: 'Internal server error' },
  'service-unreachable': { status: 502, title: 'Service unreachable' },
  unavailable: { status: 503, title: 'Service unavailable' },
  overloaded: { status: 503, title: 'Overloaded' },
  'circuit-open': { status: 503, title: 'Circuit open' },
  'service-timeout': { status: 504, title: 'Service timeout' },
} as const

/** The name of a kind of problem. */
export type ProblemName = keyof typeof PROBLEMS

/** The `type` member of a kind of problem. */
export const problemType = (name: ProblemName): string => `urn:msctl:problem:${name}`
