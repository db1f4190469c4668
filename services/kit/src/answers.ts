import type { Readable } from 'node:stream'
import { PROBLEM_MEDIA_TYPE } from '@msctl/sdk/contract'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { CacheOutcome } from './cache.ts'
import { toProblem } from './errors.ts'
import type { StoredAnswer } from './idempotency.ts'
import { notFound, type ProblemError } from './problems.ts'

const JSON_MEDIA_TYPE = 'application/json; charset=utf-8'

/** Answers with what a POST gave, now or the first time. */
export function sendStored(
  reply: FastifyReply,
  { status, body, isReplay }: StoredAnswer & { isReplay: boolean },
): FastifyReply {
  if (isReplay) reply.header('idempotent-replayed', 'true')
  return reply
    .code(status)
    .type(status < 400 ? JSON_MEDIA_TYPE : PROBLEM_MEDIA_TYPE)
    .send(body)
}

/**
 * Answers with what the cache gave, and says, in `X-Cache` and in the log, what it had to do with that.
 *
 * @throws a 404 {@link ProblemError} when there was nothing to give.
 */
export function sendRead(
  request: FastifyRequest,
  reply: FastifyReply,
  { json, key, outcome }: { json: string | undefined; key: string; outcome: CacheOutcome },
): FastifyReply {
  request.logged.cache = outcome
  request.logged.key = key
  request.logged.note = `Cache ${outcome} ${key}`
  reply.header('x-cache', outcome)
  if (json === undefined) throw nothingAt(request)
  return reply.type(JSON_MEDIA_TYPE).send(json)
}

/**
 * Answers with an object.
 *
 * @throws a 404 {@link ProblemError} when there is none.
 */
export function sendFound(
  request: FastifyRequest,
  reply: FastifyReply,
  object: object | undefined,
): FastifyReply {
  if (object === undefined) throw nothingAt(request)
  return reply.type(JSON_MEDIA_TYPE).send(JSON.stringify(object))
}

/**
 * Answers 204 to a deletion.
 *
 * @throws a 404 {@link ProblemError} when there was nothing to delete.
 */
export function sendDeleted(request: FastifyRequest, reply: FastifyReply, wasThere: boolean): FastifyReply {
  if (!wasThere) throw nothingAt(request)
  return reply.code(204).send()
}

/** Answers with a list, as it is read. One that cannot be read to its end is cut off. */
export function sendList(reply: FastifyReply, list: Readable): FastifyReply {
  list.once('error', (error) => {
    reply.request.failure = toProblem(error)
  })
  return reply.type(JSON_MEDIA_TYPE).send(list)
}

const nothingAt = ({ url }: FastifyRequest): ProblemError => notFound(`There is nothing at ${url}.`)
