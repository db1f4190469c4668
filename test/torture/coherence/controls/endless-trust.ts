// The project's trust in the cache without the second half of its design: it has no end. A replica goes on reading what
// another, which is cut off from Redis, has replaced.
import { createCacheTrust as create } from '../../../../services/kit/src/cache-trust.ts'

export { TRUST_MS } from '../../../../services/kit/src/cache-trust.ts'

export const createCacheTrust: typeof create = (options) => ({ ...create(options), holds: () => true })
