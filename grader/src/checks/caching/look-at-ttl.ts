import type { Redis } from '@msctl/platform/redis'
import { judgeFreshTtl } from '@msctl/scenarios/expectations'
import type { CheckFinding } from '../../run/grader.ts'
import { call, createOne, expected } from '../repro.ts'
import type { Resource } from '../resources.ts'
import { type CacheLab, fill, keyInShell, SHORTENED_SECONDS, TTL_SECONDS } from './cached.ts'

export async function lookAtTtl(lab: CacheLab, redis: Redis, resource: Resource): Promise<void> {
  const { path, service } = resource
  const { object, key, isServed } = lab.state
  if (object === undefined || key === undefined) return
  const ttl = async () => {
    const seconds = Number(await redis.ask('TTL', key))
    return seconds < 0 ? null : seconds
  }
  await fill(lab, redis, resource)
  const fresh = await ttl()
  const finding = judgeFreshTtl(fresh, TTL_SECONDS)
  let after: number | null = null
  // A cache that nobody reads is written by every read; that is another fault.
  if (finding.held && isServed === true) {
    await redis.ask('EXPIRE', key, String(SHORTENED_SECONDS))
    await lab.world.request('GET', `${path}/${object.id}`)
    after = await ttl()
  }
  const shellKey = keyInShell(key, object)
  const isReset = after !== null && after > SHORTENED_SECONDS
  lab.expect(`caching.${service}.ttl`, {
    held: finding.held && !isReset,
    expected: finding.expected,
    actual: isReset
      ? {
          en: `Reading sets it anew: it was at ${SHORTENED_SECONDS} s, and after a GET at ${after} s.`,
          ru: `Чтение ставит его заново: было ${SHORTENED_SECONDS} с, после GET стало ${after} с.`,
        }
      : finding.actual,
    repro: [
      ...createOne(resource),
      call('GET', `${path}/$ID`),
      `TTL=$(redis-cli -u "$REDIS_URL" TTL "${shellKey}"); echo "$TTL"`,
      expected('a TTL between 290 and 300 s', '[ "$TTL" -ge 290 -a "$TTL" -le 300 ]'),
      `redis-cli -u "$REDIS_URL" EXPIRE "${shellKey}" ${SHORTENED_SECONDS} > /dev/null`,
      call('GET', `${path}/$ID`),
      `TTL=$(redis-cli -u "$REDIS_URL" TTL "${shellKey}"); echo "$TTL"`,
      expected(
        `no more than ${SHORTENED_SECONDS} s, as it was set to: a GET leaves it alone`,
        `[ "$TTL" -le ${SHORTENED_SECONDS} ]`,
      ),
    ],
  } as CheckFinding)
}
