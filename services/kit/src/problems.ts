import {
  type FieldError,
  PROBLEM_MEDIA_TYPE,
  PROBLEMS,
  type Problem,
  type ProblemName,
  problemType,
} from '@msctl/sdk/contract'
import type { FastifyReply } from 'fastify'

/** An error that a caller is told about as `application/problem+json` (RFC 9457). */
export class ProblemError extends Error {
  readonly problem: ProblemName
  /** Members of the answer besides `type`, `title`, `status` and `detail`. */
  readonly members: Record<string, unknown>
  /** Headers of the answer, such as `Allow` and `Retry-After`. */
  readonly headers: Record<string, string>

  constructor(
    problem: ProblemName,
    detail: string,
    {
      members = {},
      headers = {},
      cause,
    }: { members?: Record<string, unknown>; headers?: Record<string, string>; cause?: unknown } = {},
  ) {
    super(detail, { cause })
    this.name = 'ProblemError'
    this.problem = problem
    this.members = members
    this.headers = headers
  }
}

/** What was asked for does not exist: 404. */
export const notFound = (detail: string): ProblemError => new ProblemError('not-found', detail)

/** The request is well-formed, but its content is not acceptable: 422 with where and why. */
export const unprocessable = (errors: FieldError[]): ProblemError =>
  new ProblemError(
    'unprocessable-content',
    errors.map(({ path, message }) => (path ? `${path}: ${message}` : message)).join('; '),
    {
      members: { errors },
    },
  )

/** A problem as the body of an answer. */
export function toBody({ problem, message, members }: ProblemError): Problem {
  const { status, title } = PROBLEMS[problem]
  return { type: problemType(problem), title, status, detail: message, ...members }
}

/** Answers with a problem. Nothing may have been sent before. */
export function sendProblem(reply: FastifyReply, problem: ProblemError): FastifyReply {
  const body = toBody(problem)
  return reply.code(body.status).headers(problem.headers).type(PROBLEM_MEDIA_TYPE).send(JSON.stringify(body))
}
