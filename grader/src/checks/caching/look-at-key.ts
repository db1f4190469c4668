import type { Redis } from '@msctl/platform/redis'
import type { CheckFinding } from '../../run/grader.ts'
import { call, createOne, expected } from '../repro.ts'
import type { Resource } from '../resources.ts'
import type { CacheLab } from './cached.ts'

export async function lookAtKey(lab: CacheLab, _redis: Redis, resource: Resource): Promise<void> {
  const { object, key } = lab.state
  if (object === undefined) return
  const usual = `${resource.key}:${object.id}`
  lab.expect(`caching.${resource.service}.key`, {
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
  } as CheckFinding)
}
