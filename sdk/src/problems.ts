import * as z from 'zod/mini'
import { PROBLEMS, Problem, type ProblemName } from './contract/index.ts'
import {
  ApiError,
  CircuitOpenError,
  ConflictError,
  type FailedAnswer,
  type FailedCall,
  NotFoundError,
  RateLimitError,
  ValidationError,
} from './errors.ts'
import { parseRetryAfter } from './retry-timing.ts'
import type { Answer } from './transport.ts'

/** Makes the error that an answer other than 2xx is raised as. Its body need not be a problem document: proxies answer too. */
export function toApiError(
  of: FailedCall,
  { status, headers, body: text }: Answer,
  detail?: string,
): ApiError {
  const body = parseLeniently(text)
  const parsed = z.safeParse(Problem, body)
  const problem = parsed.success ? (body as Problem) : undefined
  const name = nameOf(problem)
  const answer: FailedAnswer = {
    code: name ?? `http-${status}`,
    status,
    problem,
    body,
    response: { status, headers },
    retryAfterMs: parseRetryAfter(headers['retry-after']),
    ...(detail === undefined ? {} : { detail }),
  }
  if (status === 404) return new NotFoundError(of, answer)
  if (status === 409) return new ConflictError(of, answer)
  if (status === 422) return new ValidationError(of, answer)
  if (status === 429) return new RateLimitError(of, answer)
  if (status === 503 && name === 'circuit-open') return new CircuitOpenError(of, answer)
  return new ApiError(of, answer)
}

const PREFIX = 'urn:msctl:problem:'

function nameOf(problem: Problem | undefined): ProblemName | undefined {
  const name = problem?.type.startsWith(PREFIX) ? problem.type.slice(PREFIX.length) : ''
  return Object.hasOwn(PROBLEMS, name) ? (name as ProblemName) : undefined
}

function parseLeniently(text: string): unknown {
  if (text === '') return undefined
  try {
    return JSON.parse(text)
  } catch {
    // An error page of a proxy: its text is all there is to show.
    return text
  }
}
