import { PROBLEMS } from '@msctl/sdk/contract'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Logger } from './log.ts'
import { ProblemError, sendProblem } from './problems.ts'

const FASTIFY_ERRORS: Record<string, (error: Error) => ProblemError> = {
  FST_ERR_CTP_BODY_TOO_LARGE: () => new ProblemError('content-too-large', 'The body is larger than 64 KiB.'),
  FST_ERR_CTP_INVALID_MEDIA_TYPE: () =>
    new ProblemError(
      'unsupported-media-type',
      'Only application/json is understood; say so in Content-Type.',
    ),
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: ({ message }) => new ProblemError('malformed-request', message),
  FST_ERR_CTP_EMPTY_JSON_BODY: () =>
    new ProblemError('malformed-request', 'The body is empty, which is not valid JSON.'),
  FST_ERR_BAD_URL: () => new ProblemError('malformed-request', 'The path is not a valid URL.'),
}

/** What a caller is told of an error. One that nobody foresaw is a 500 that gives nothing away. */
export function toProblem(error: Error & { code?: string }): ProblemError {
  if (error instanceof ProblemError) return error
  return (
    FASTIFY_ERRORS[error.code ?? '']?.(error) ??
    new ProblemError(
      'internal-error',
      'Something went wrong here; the log says what, under the request id.',
      { cause: error },
    )
  )
}

/** The one place where errors become answers. Those of the server's own making are logged with their stack. */
export const errorHandler =
  (log: Logger) =>
  (error: Error, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const problem = toProblem(error)
    // A caller that hung up while sending is no error of this server, and hears no answer.
    if (reply.raw.destroyed) return sendProblem(reply, problem)
    logFailure(log, request, problem)
    return sendProblem(reply, problem)
  }

/** Logs what the server, or something that it needs, did wrong, with the cause. */
export function logFailure(log: Logger, { id: requestId }: FastifyRequest, problem: ProblemError): void {
  if (problem.problem === 'internal-error') log.error({ requestId, err: problem.cause }, 'Unexpected error')
  else if (PROBLEMS[problem.problem].status >= 500)
    log.warn({ requestId, err: problem.cause ?? problem }, problem.message)
}
