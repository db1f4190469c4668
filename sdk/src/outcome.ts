import type { Endpoint } from './endpoint.ts'
import {
  AbortError,
  ConnectionError,
  ContractError,
  type ContractIssue,
  type SdkError,
  TimeoutError,
} from './errors.ts'
import { findIssues } from './issues.ts'
import type { Logger, Validation } from './options.ts'
import { toApiError } from './problems.ts'
import { describeRedirect } from './redirects.ts'
import { failedCall, type Run } from './run.ts'
import type { Answer, Sent } from './transport.ts'

/** Why an attempt failed, or `undefined` where it was answered with what the endpoint counts as success. */
export function failureOf(
  sent: Sent,
  {
    run,
    attempt,
    acceptedStatus,
    earlier,
  }: {
    run: Run
    attempt: number
    acceptedStatus: number | undefined
    /** Why the attempt before this one failed. */
    earlier: SdkError | undefined
  },
): SdkError | undefined {
  switch (sent.kind) {
    case 'answer': {
      const { status } = sent
      if ((status >= 200 && status < 300) || status === acceptedStatus) return undefined
      return toApiError(failedCall(run, attempt, sent), sent, describeRedirect(sent))
    }
    case 'lost':
      return new ConnectionError(failedCall(run, attempt), sent.cause)
    case 'aborted':
      return new AbortError(failedCall(run, attempt), run.signal?.reason)
    case 'timeout': {
      const isAtDeadline = performance.now() >= run.deadline - CLOCK_TOLERANCE_MS
      return new TimeoutError(
        failedCall(run, attempt),
        isAtDeadline ? run.timeoutMs : run.attemptTimeoutMs,
        earlier,
      )
    }
    case 'too-large': {
      const { status, headers } = sent
      const issues = [{ path: '', message: 'the body is larger than this client takes (maxBodyBytes)' }]
      return new ContractError(failedCall(run, attempt, sent), {
        code: 'too-large',
        issues,
        body: undefined,
        response: { status, headers },
      })
    }
  }
}

/** Timers count whole milliseconds, and may fire a fraction early. */
const CLOCK_TOLERANCE_MS = 1

/**
 * Reads the data of a successful answer.
 *
 * @throws {ContractError} where the body is not what the endpoint promises.
 */
export function readData<T>(
  answer: Answer,
  {
    endpoint,
    run,
    attempt,
    validate,
    logger,
  }: {
    endpoint: Endpoint<T>
    run: Run
    attempt: number
    validate: Validation
    logger: Logger | undefined
  },
): T {
  if (endpoint.answer === 'nothing') return undefined as T
  if (endpoint.answer === 'text') return answer.body as T
  if (endpoint.answer === 'any' && !isJson(answer)) return (answer.body === '' ? undefined : answer.body) as T

  const contractError = (
    code: ContractError['code'],
    issues: ContractIssue[],
    body: unknown,
    cause?: unknown,
  ) => {
    const { status, headers } = answer
    return new ContractError(failedCall(run, attempt, answer), {
      code,
      issues,
      body,
      response: { status, headers },
      cause,
    })
  }

  let data: T
  try {
    data = JSON.parse(answer.body) as T
  } catch (cause) {
    throw contractError('bad-json', [{ path: '', message: describeText(answer) }], answer.body, cause)
  }
  if (validate === 'off' || endpoint.answer === 'any') return data
  const issues = findIssues(endpoint.answer, data)
  if (issues === undefined) return data
  const error = contractError('bad-shape', issues, data)
  if (validate === 'strict') throw error
  warn(error, logger)
  return data
}

function warn(error: ContractError, logger: Logger | undefined): void {
  // Who asks to be warned and names no logger still wants the warning.
  if (logger === undefined) process.emitWarning(error.message, { type: 'ContractWarning', code: error.code })
  else logger.warn({ ...error.toJSON() }, error.message)
}

const isJson = ({ headers: { 'content-type': type }, body }: Answer): boolean =>
  body !== '' && typeof type === 'string' && /^application\/([\w.-]+\+)?json\b/i.test(type)

const MAX_QUOTE_LENGTH = 60

function describeText({ body, headers }: Answer): string {
  if (body === '') return 'expected JSON, got an empty body'
  const type = headers['content-type']
  const start = body.length > MAX_QUOTE_LENGTH ? `${body.slice(0, MAX_QUOTE_LENGTH)}…` : body
  return `expected JSON, got ${typeof type === 'string' ? type : 'a body'} that begins ${JSON.stringify(start)}`
}
