import type { Redis } from '@msctl/platform/redis'
import { judgeFreshTtl } from '@msctl/scenarios/expectations'
import type { Check, CheckFinding } from '../../run/grader.ts'
import { call, createOne, expected } from '../repro.ts'
import type { Resource } from '../resources.ts'
import { type CacheLab, fill } from './cached.ts'

const TTL_SECONDS = 300
/** Set by the grader, to see whether reading sets it anew. */
export const SHORTENED_SECONDS = 200

export const keyCheck = ({ service, key }: Resource): Check => ({
  criterion: 'caching',
  needs: ['redis'],
  title: {
    en: `Redis holds the object under ${key}:{id}`,
    ru: `В Redis объект лежит под ключом ${key}:{id}`,
  },
  why: {
    en: 'All services share one Redis: with a key that does not name its service, a user is served for an order.',
    ru: 'Redis общий для всех сервисов: по ключу без имени сервиса вместо заказа отдаётся пользователь.',
  },
  hint: {
    en: `Store the object under the key f"${key}:{id}".`,
    ru: `Храните объект под ключом f"${key}:{id}".`,
  },
  dependsOn: [`caching.${service}.served`],
})

export async function lookAtKey(lab: CacheLab, _redis: Redis, resource: Resource): Promise<void> {
  const { object, key } = lab.state
  if (object === undefined) return
  const usual = `${resource.key}:${object.id}`
  const finding: CheckFinding = {
    held: key === usual,
    expected: { en: `The object is under ${usual}.`, ru: `Объект лежит под ключом ${usual}.` },
    actual: { en: `It is under ${key}.`, ru: `Он лежит под ключом ${key}.` },
    repro: [
      ...createOne(resource),
      call('GET', `${resource.path}/$ID`),
      'redis-cli -u "$REDIS_URL" --raw KEYS "*$ID*"',
      expected(
        `a key ${resource.key}:$ID`,
        `[ "$(redis-cli -u "$REDIS_URL" EXISTS ${resource.key}:$ID)" = 1 ]`,
      ),
    ],
  }
  lab.expect(`caching.${resource.service}.key`, finding)
}

export const ttlCheck = ({ service }: Resource): Check => ({
  criterion: 'caching',
  needs: ['redis'],
  title: {
    en: `The TTL starts at ${TTL_SECONDS} s and counts down`,
    ru: `TTL начинается с ${TTL_SECONDS} с и убывает`,
  },
  why: {
    en: 'Without a TTL, a wrong value stays in the cache for ever.',
    ru: 'Без TTL неверное значение остаётся в кэше навсегда.',
  },
  hint: {
    en: `Write the value and its TTL together (SET key value EX ${TTL_SECONDS}), when filling the cache and not when reading it.`,
    ru: `Записывайте значение вместе с TTL (SET key value EX ${TTL_SECONDS}) при заполнении кэша, а не при чтении.`,
  },
  dependsOn: [`caching.${service}.served`],
})

export async function lookAtTtl(lab: CacheLab, redis: Redis, resource: Resource): Promise<void> {
  const { path, service } = resource
  const { object, key, isServed } = lab.state
  if (object === undefined || key === undefined) return
  const ttl = async () => {
    const seconds = Number(await redis.ask('TTL', key))
    return seconds < 0 ? null : seconds
  }
  await fill(lab, redis, resource)
  const fresh = judgeFreshTtl(await ttl(), TTL_SECONDS)
  let after: number | null = null
  // A cache that nobody reads is written by every read; that is another fault.
  if (fresh.held && isServed === true) {
    await redis.ask('EXPIRE', key, String(SHORTENED_SECONDS))
    await lab.world.request('GET', `${path}/${object.id}`)
    after = await ttl()
  }
  const isReset = after !== null && after > SHORTENED_SECONDS
  const shellKey = key.replace(String(object.id), '$ID')
  const readTtl = `TTL=$(redis-cli -u "$REDIS_URL" TTL "${shellKey}"); echo "$TTL"`
  const finding: CheckFinding = {
    held: fresh.held && !isReset,
    expected: fresh.expected,
    actual: isReset
      ? {
          en: `A GET sets the TTL again: it was ${SHORTENED_SECONDS} s before the GET, and ${after} s after it.`,
          ru: `GET заново задаёт TTL: до GET было ${SHORTENED_SECONDS} с, после — ${after} с.`,
        }
      : fresh.actual,
    repro: [
      ...createOne(resource),
      call('GET', `${path}/$ID`),
      readTtl,
      expected('a TTL between 290 and 300 s', '[ "$TTL" -ge 290 -a "$TTL" -le 300 ]'),
      `redis-cli -u "$REDIS_URL" EXPIRE "${shellKey}" ${SHORTENED_SECONDS} > /dev/null`,
      call('GET', `${path}/$ID`),
      readTtl,
      expected(
        `no more than ${SHORTENED_SECONDS} s, as it was set to: a GET leaves it alone`,
        `[ "$TTL" -le ${SHORTENED_SECONDS} ]`,
      ),
    ],
  }
  lab.expect(`caching.${service}.ttl`, finding)
}
