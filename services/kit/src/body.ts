import { isUtf8 } from 'node:buffer'
import type { FastifyInstance } from 'fastify'
import { ProblemError } from './problems.ts'

/** The largest request body, in bytes (contract: 64 KiB). */
export const BODY_LIMIT_BYTES = 64 * 1024

/** Takes request bodies in JSON and in nothing else: other media types are a 415, malformed JSON is a 400. */
export function acceptJson(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(
    'application/json',
    { parseAs: 'buffer' },
    async (request: { headers: Record<string, unknown> }, body: Buffer) => {
      const coding = request.headers['content-encoding'] ?? 'identity'
      if (coding !== 'identity') {
        throw new ProblemError(
          'unsupported-media-type',
          `A body in the content coding "${coding}" is not understood; send it as it is.`,
        )
      }
      return parseJson(body)
    },
  )
}

function parseJson(body: Buffer): unknown {
  if (!isUtf8(body)) throw new ProblemError('malformed-request', 'The body is not valid UTF-8.')
  try {
    return JSON.parse(body.toString('utf8'))
  } catch (cause) {
    throw new ProblemError('malformed-request', `The body is not valid JSON: ${(cause as Error).message}`, {
      cause,
    })
  }
}
