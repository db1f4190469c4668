import { EXIT } from '@msctl/grader/exit'
import { call } from '../call.ts'
import type { Context } from '../context.ts'
import { findGateway } from '../gateway-url.ts'
import { assertLoopback } from '../load/loopback.ts'
import type { LoadReport } from '../load/report.ts'
import { runLoad } from '../load/run-load.ts'

export { renderLoad as render } from '../output/load.ts'

export interface LoadOptions {
  readonly rps?: number | undefined
  /** In milliseconds. */
  readonly duration?: number | undefined
  readonly path?: string | undefined
  readonly allowRemote?: boolean | undefined
}

/** `msctl load` */
export async function run(options: LoadOptions, context: Context): Promise<LoadReport> {
  const { rps = 50, duration = 10_000, path = '/users/1', allowRemote = false } = options
  const { url: base } = await findGateway(context)
  const url = new URL(base + path)
  if (!allowRemote) await assertLoopback(url)
  // What is loaded is a gateway of the platform, and it answers: a load of refused connections would measure nothing.
  await call({ url: base, signal: context.signal }, ({ gateway }, options) => gateway.health(options))
  return runLoad({
    ...{ url, rps, durationMs: duration, signal: context.signal },
    onProgress: (progress) => context.onEvent({ type: 'loading', ...progress }),
  })
}

/** 1 when any request failed. */
export function exitCode({ failed, interrupted }: LoadReport): number {
  if (interrupted) return EXIT.interrupted
  return failed > 0 ? EXIT.failed : EXIT.done
}
