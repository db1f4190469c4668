import type { Hooks, Logger } from './options.ts'
import { followRedirect, MAX_REDIRECTS } from './redirects.ts'
import { type Run, requestFacts } from './run.ts'
import type { Semaphore } from './semaphore.ts'
import type { Send, Sent } from './transport.ts'

/** What became of one attempt. */
export interface Attempt {
  sent: Sent
  /** On the clock of `performance.now()`. */
  sentAt: number
}

/** Makes one attempt: waits for its turn, sends, follows redirects, tells the hooks. */
export const createAttempt =
  ({
    send,
    semaphore,
    hooks: { onRequest, onResponse },
    logger,
  }: {
    send: Send
    semaphore: Semaphore
    hooks: Hooks
    logger: Logger | undefined
  }) =>
  async (run: Run, attempt: number): Promise<Attempt> => {
    const { signal } = run
    // Waiting for one's turn is not the server's fault, so it counts towards the deadline only.
    const turn = semaphore.acquire({ timeoutMs: run.deadline - performance.now(), signal })
    if (turn !== undefined) {
      const kind = await turn
      if (kind !== 'acquired') return { sent: { kind }, sentAt: performance.now() }
    }
    try {
      const headers = onRequest === undefined ? run.headers : { ...run.headers }
      if (onRequest !== undefined) await onRequest({ ...requestFacts(run, attempt), headers })
      const sentAt = performance.now()
      const end = Math.min(sentAt + run.attemptTimeoutMs, run.deadline)

      let path = run.path
      let sent: Sent
      for (let hop = 0; ; hop += 1) {
        sent = await send(
          { method: run.method, path, headers, body: run.body },
          { timeoutMs: end - (hop === 0 ? sentAt : performance.now()), signal },
        )
        const next = sent.kind === 'answer' && hop < MAX_REDIRECTS ? followRedirect(sent, run) : undefined
        if (next === undefined) break
        path = next
      }

      if (onResponse !== undefined && sent.kind === 'answer') {
        const durationMs = performance.now() - sentAt
        await onResponse({
          ...requestFacts(run, attempt),
          status: sent.status,
          headers: sent.headers,
          durationMs,
        })
      }
      logger?.debug(
        {
          ...requestFacts(run, attempt),
          ...(sent.kind === 'answer' ? { status: sent.status } : { failure: sent.kind }),
          durationMs: performance.now() - sentAt,
        },
        `${run.method} ${run.url} ${sent.kind === 'answer' ? sent.status : sent.kind}`,
      )
      return { sent, sentAt }
    } finally {
      semaphore.release()
    }
  }
