import { setTimeout as delay } from 'node:timers/promises'
import type { Context } from '../context.ts'
import { EXIT } from '../failure.ts'
import { fetchHealth, type GatewayHealth } from '../gateway-health.ts'
import { choosePlatform } from '../platform/choose-platform.ts'

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
  return watch ? watchHealth(context) : gatewayUrl(context).then((url) => fetchHealth(url, context.signal))
}

/** With `--exit-code`, 1 unless all circuits are closed. */
export function exitCode(health: GatewayHealth, options: HealthOptions): number {
  return options.exitCode === true && health.status !== 'ok' ? EXIT.failed : EXIT.done
}

async function gatewayUrl(context: Context): Promise<string> {
  if (context.url !== undefined) return context.url
  const platform = await choosePlatform('running', context)
  return (await platform.status()).url ?? 'http://localhost:8000'
}

async function* watchHealth(context: Context): AsyncGenerator<GatewayHealth> {
  const { signal } = context
  const url = await gatewayUrl(context)
  let shown = ''
  while (!signal.aborted) {
    const health = await fetchHealth(url, signal)
    const now = JSON.stringify(health)
    if (now !== shown) yield health
    shown = now
    await delay(WATCH_EVERY_MS, undefined, { signal }).catch(() => undefined)
  }
}
