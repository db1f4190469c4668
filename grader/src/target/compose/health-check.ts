import type { ComposeService } from './compose-file.ts'

/** How often a health check is made that others wait for, in seconds. */
const EVERY_SECONDS = 1
/** Docker's own, where nothing else is said. */
const DEFAULT_INTERVAL = '30s'
const DEFAULT_RETRIES = 3

/** The services that others wait for until they are healthy. */
export function awaitedServices(services: Readonly<Record<string, ComposeService>>): ReadonlySet<string> {
  return new Set(
    Object.values(services).flatMap(({ depends_on: needs }) =>
      needs === undefined || needs === null || Array.isArray(needs)
        ? []
        : Object.entries(needs).flatMap(([name, need]) =>
            need?.condition === 'service_healthy' ? [name] : [],
          ),
    ),
  )
}

/**
 * A health check that is made often enough for a grading not to wait for it at each start, and as many times as fit into the time that it
 * had.
 *
 * @returns `undefined` where it is as it should be: there is none, it is off, it is made as often, or its interval cannot be read.
 */
export function quickened(check: ComposeService['healthcheck']): ComposeService['healthcheck'] {
  if (check === undefined || check === null || check.disable === true) return undefined
  const everySeconds = secondsOf(check.interval ?? DEFAULT_INTERVAL)
  if (everySeconds === undefined || everySeconds <= EVERY_SECONDS) return undefined
  const retries = Math.ceil(((check.retries ?? DEFAULT_RETRIES) * everySeconds) / EVERY_SECONDS)
  return { ...check, interval: `${EVERY_SECONDS}s`, retries }
}

/** A duration as Compose spells it, such as `1m30s` or `500ms`. */
function secondsOf(duration: string): number | undefined {
  const parts = /^(?:(\d+)h)?(?:(\d+)m(?!s))?(?:(\d+(?:\.\d+)?)s)?(?:(\d+)ms)?$/.exec(duration)
  if (parts === null || duration === '') return undefined
  const [hours = 0, minutes = 0, seconds = 0, ms = 0] = parts.slice(1).map((part) => Number(part ?? 0))
  return hours * 3_600 + minutes * 60 + seconds + ms / 1_000
}
