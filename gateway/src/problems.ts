import { ProblemError } from '@msctl/kit'
import type { CallFailure } from './call.ts'
import type { Upstream } from './upstreams.ts'

/** The circuit lets no call through: 503, and when to come again. */
export function refuseCall({ service, breaker, metrics }: Upstream): ProblemError {
  metrics.observeRejection(service)
  const seconds = Math.max(1, Math.ceil(breaker.describe().retry_in_seconds ?? 0))
  return new ProblemError(
    'circuit-open',
    `The circuit of ${service} is open after failures in a row; it tries again in ${seconds} s.`,
    { members: { service }, headers: { 'retry-after': String(seconds) } },
  )
}

/** What a caller is told of a call that brought no answer. */
export function toProblem({ service, timeoutMs }: Upstream, { kind, error }: CallFailure): ProblemError {
  const rest = { members: { service }, cause: error }
  switch (kind) {
    case 'refused':
      return new ProblemError('malformed-request', 'The request cannot be passed on.', { cause: error })
    case 'timeout':
      return new ProblemError(
        'service-timeout',
        `${service} did not answer within ${timeoutMs / 1000} s.`,
        rest,
      )
    case 'unreachable':
      return new ProblemError('service-unreachable', `${service} cannot be reached.`, rest)
    default:
      return new ProblemError('service-unreachable', `${service} was lost before it had answered.`, rest)
  }
}
