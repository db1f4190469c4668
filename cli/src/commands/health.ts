import { setTimeout as delay } from 'node:timers/promises'
import { EXIT } from '@msctl/grader/exit'
import type { Health } from '@msctl/sdk'
import { type Call, call, whereOf } from '../call.ts'
import type { Context } from '../context.ts'

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
): Promise<Health> | AsyncIterable<Health> {
  return watch ? watchHealth(context) : whereOf(context).then(look)
}

const look = (where: Call): Promise<Health> => call(where, ({ gateway }, options) => gateway.health(options))

/** With `--exit-code`, 1 unless all circuits are closed. */
export function exitCode(health: Health, options: HealthOptions): number {
  return options.exitCode === true && health.status !== 'ok' ? EXIT.failed : EXIT.done
}

async function* watchHealth(context: Context): AsyncGenerator<Health> {
  const { signal } = context
  const where = await whereOf(context)
  let shown = ''
  while (!signal.aborted) {
    const health = await look(where)
    const now = JSON.stringify(health)
    if (now !== shown) yield health
    shown = now
    await delay(WATCH_EVERY_MS, undefined, { signal }).catch(() => undefined)
  }
}
