import { setTimeout as delay } from 'node:timers/promises'
import { EXIT } from '@msctl/grader/exit'
import type { Context } from '../context.ts'
import { fetchHealth, type GatewayHealth } from '../gateway-health.ts'
import { findGateway } from '../gateway-url.ts'

export { renderHealth as render } from '../output/health.ts'

const WATCH_EVERY_MS = 500

export interface HealthOptions {
  readonly watch?: boolean | undefined
  readonly exitCode?: boolean | undefined
}

/** `msctl health`; with `--watch` a stream of every change. */
export function run(
  { watch = false }: HealthOptions,
  context: Context,
): Promise<GatewayHealth> | AsyncIterable<GatewayHealth> {
  return watch
    ? watchHealth(context)
    : findGateway(context).then(({ url }) => fetchHealth(url, context.signal))
}

/** With `--exit-code`, 1 unless all circuits are closed. */
export function exitCode(health: GatewayHealth, options: HealthOptions): number {
  return options.exitCode === true && health.status !== 'ok' ? EXIT.failed : EXIT.done
}

async function* watchHealth(context: Context): AsyncGenerator<GatewayHealth> {
  const { signal } = context
  const { url } = await findGateway(context)
  let shown = ''
  while (!signal.aborted) {
    const health = await fetchHealth(url, signal)
    const now = JSON.stringify(health)
    if (now !== shown) yield health
    shown = now
    await delay(WATCH_EVERY_MS, undefined, { signal }).catch(() => undefined)
  }
}
