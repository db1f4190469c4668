import type { Client } from '@msctl/sdk'
import type { Call } from '../../call.ts'
import { toCallFailure } from '../../call.ts'
import type { RenderContext, Rendering } from '../../context.ts'
import { isFailure } from '../../failure.ts'
import { explain } from '../../messages/explain.ts'
import { printable } from '../../print/text.ts'
import type { ResourceName } from './fields.ts'
import { messages } from './messages.ts'
import type { Row } from './print.ts'
import type { Body } from './request-body.ts'

/** What became of many objects. */
export interface Batch {
  readonly created: readonly Row[]
  /** Those that the platform did not take, and why. */
  readonly failed: readonly { readonly line: number; readonly code: string; readonly message: string }[]
  /** How many were not sent, for the platform could not be used any more. */
  readonly notSent: number
}

/** What is wrong with the one object, and says nothing of the next. */
const OF_THE_OBJECT: readonly string[] = ['invalid-fields', 'conflict']

/**
 * Creates one after the other, so that their ids are in their order. One that the platform does not take is told of, and
 * the next is tried; where the platform cannot be used, the rest is not sent.
 */
export async function createMany(
  resource: ResourceName,
  bodies: readonly Body[],
  options: {
    client: Client
    where: Call
    language: RenderContext['language']
    idempotencyKey: string | undefined
  },
): Promise<Batch> {
  const { client, where, language, idempotencyKey } = options
  const calls = client[resource] as { create(body: object, options?: object): Promise<Row> }
  const created: Row[] = []
  const failed: { line: number; code: string; message: string }[] = []
  for (const { fields, line } of bodies) {
    const key = idempotencyKey === undefined ? undefined : `${idempotencyKey}-${line}`
    try {
      created.push(await calls.create(fields, { signal: where.signal, idempotencyKey: key }))
    } catch (error) {
      const failure = toCallFailure(error, where)
      if (where.signal.aborted || !isFailure(failure)) throw failure
      const { what, why } = explain(failure, language)
      failed.push({ line, code: failure.code, message: `${what} ${why}` })
      if (!OF_THE_OBJECT.includes(failure.code)) break
    }
  }
  return { created, failed, notSent: bodies.length - created.length - failed.length }
}

/** How many there are now; below, those that are not. */
export function renderBatch(
  { created, failed, notSent }: Batch,
  { language, terminal }: RenderContext,
): Rendering {
  const { batch } = messages[language]
  const lines = failed.map(
    ({ line, message }) => `${terminal.red('✗')} ${batch.line(line)}: ${printable(message)}`,
  )
  return { result: [batch.sum(created.length, failed.length, notSent), ...lines].join('\n') }
}
