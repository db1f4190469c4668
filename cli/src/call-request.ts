import manifest from '../package.json' with { type: 'json' }

/** How long a call may take, in milliseconds: longer than the gateway waits for a service. */
export const CALL_TIMEOUT_MS = 10_000

/** What each call says of itself. */
export const CALL_HEADERS = {
  accept: 'application/json, */*;q=0.5', // errors are application/problem+json
  'user-agent': `msctl/${manifest.version} node/${process.versions.node}`,
} as const
