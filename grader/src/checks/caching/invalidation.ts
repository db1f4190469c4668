import type { Redis } from '@msctl/platform/redis'
import type { Text } from '@msctl/scenarios'
import type { Answer, Check, CheckFinding } from '../../run/grader.ts'
import { isOk, rowOf, says } from '../answers.ts'
import { complain, judge } from '../judge.ts'
import { comesTrue } from '../locks.ts'
import { call, createOne, expected, hasStatus, holds } from '../repro.ts'
import type { Resource } from '../resources.ts'
import { type CacheLab, fill } from './cached.ts'

const HINT = ({ key }: Resource): Text => ({
  en: `After commit(), delete ${key}:{id} from Redis: the same key that GET fills.`,
  ru: `После commit() удалите из Redis ${key}:{id} — тот же ключ, который заполняет GET.`,
})

export const invalidatedByPut = (resource: Resource): Check => ({
  criterion: 'caching',
  needs: ['redis'],
  title: {
    en: `After PUT ${resource.path}/{id}, GET gives the new value`,
    ru: `После PUT ${resource.path}/{id} GET отдаёт новое значение`,
  },
  why: {
    en: 'Whoever changes something and reads the old value thinks for five minutes that the change is lost.',
    ru: 'Кто изменил объект и читает старое значение, пять минут думает, что изменение потеряно.',
  },
  hint: HINT(resource),
  dependsOn: [`caching.${resource.service}.served`],
})

export async function changeOne(lab: CacheLab, redis: Redis, resource: Resource): Promise<void> {
  const { path, service } = resource
  const { object } = lab.state
  const [wanted] = resource.changes(lab.world)
  if (object === undefined || wanted === undefined) return
  await fill(lab, redis, resource)
  const write = await lab.world.request('PUT', `${path}/${object.id}`, { json: wanted })
  const [json, isChanged] = {
    users: ['{"name": "Eve"}', '.name == "Eve"'],
    orders: ['{"quantity": 7}', '.quantity == 7'],
    payments: ['{"status": "pending"}', '.status == "pending"'],
  }[service] as [string, string]
  const finding = await judgeFreshness(lab, redis, {
    get: () => lab.world.request('GET', `${path}/${object.id}`),
    isNew: (answer) => says(rowOf(answer), wanted),
    write,
    expected: { en: `GET gives ${JSON.stringify(wanted)}`, ru: `GET отдаёт ${JSON.stringify(wanted)}` },
    restsOn: `correctness.${service}.update`,
    repro: [
      ...createOne(resource),
      call('GET', `${path}/$ID`),
      call('PUT', `${path}/$ID`, json),
      'sleep 1',
      call('GET', `${path}/$ID`),
      expected('what PUT said', holds(isChanged)),
    ],
  })
  lab.expect(`caching.${service}.invalidated-by-put`, finding)
}

export const invalidatedByDelete = (resource: Resource): Check => ({
  criterion: 'caching',
  needs: ['redis'],
  title: {
    en: `After DELETE ${resource.path}/{id}, GET gives 404`,
    ru: `После DELETE ${resource.path}/{id} GET отвечает 404`,
  },
  why: {
    en: 'What is deleted must not be served from the cache.',
    ru: 'Удалённое не должно отдаваться из кэша.',
  },
  hint: HINT(resource),
  dependsOn: [`caching.${resource.service}.served`],
})

export async function deleteOne(lab: CacheLab, redis: Redis, resource: Resource): Promise<void> {
  const { path, service } = resource
  const { object } = lab.state
  if (object === undefined) return
  await fill(lab, redis, resource)
  const write = await lab.world.request('DELETE', `${path}/${object.id}`)
  const finding = await judgeFreshness(lab, redis, {
    get: () => lab.world.request('GET', `${path}/${object.id}`),
    isNew: ({ status }) => status === 404,
    write,
    expected: { en: 'GET gives 404', ru: 'GET отвечает 404' },
    restsOn: `correctness.${service}.delete`,
    restsOnAfterError: `correctness.${service}.not-found`,
    repro: [
      ...createOne(resource),
      call('GET', `${path}/$ID`),
      call('DELETE', `${path}/$ID`),
      'sleep 1',
      call('GET', `${path}/$ID`),
      expected('404', hasStatus('404')),
    ],
  })
  if (finding.held && finding.undecided === undefined) lab.world.created.forget(service, object.id)
  lab.expect(`caching.${service}.invalidated-by-delete`, finding)
}

/**
 * Whether what is read after a write is what was written. An old value is the cache's fault only if it is gone without the cache:
 * a PUT that changes nothing is not.
 */
async function judgeFreshness(
  lab: CacheLab,
  redis: Redis,
  {
    get,
    isNew,
    write,
    expected: wanted,
    restsOn,
    restsOnAfterError = restsOn,
    repro,
  }: {
    readonly get: () => Promise<Answer>
    readonly isNew: (answer: Answer) => boolean
    readonly write: Answer
    readonly expected: Text
    /** The check of the write itself. */
    readonly restsOn: string
    /** The check of what is answered, where that is an error with and without the cache. Default: that of the write. */
    readonly restsOnAfterError?: string
    readonly repro: readonly string[]
  },
): Promise<CheckFinding> {
  let answer = await get()
  const first = answer
  // Nobody promised that the key is gone before the answer is there; a moment later it has to be. An error does not pass with time,
  // and asking on for it would open a circuit.
  await comesTrue(lab.signal, 300 + 2 * lab.world.pace.p99Ms, async () => {
    if (isNew(answer) || !isOk(answer)) return true
    answer = await get()
    return false
  })
  if (isNew(answer)) return judge(wanted, [], { answers: [write, answer], repro })
  const { key } = lab.state
  if (key !== undefined) await redis.ask('DEL', key)
  const withoutCache = await get()
  const isCacheOld = isOk(write) && isNew(withoutCache)
  const explains = isOk(withoutCache) ? restsOn : restsOnAfterError
  return judge(
    wanted,
    [
      isCacheOld &&
        complain(
          isOk(first)
            ? {
                en: 'GET gives the old value until the key is deleted by hand:',
                ru: 'GET отдаёт старое значение, пока ключ не удалить вручную:',
              }
            : {
                en: 'GET gives an error until the key is deleted by hand:',
                ru: 'GET отвечает ошибкой, пока ключ не удалить вручную:',
              },
          first,
          withoutCache,
        ),
    ],
    {
      ...{ answers: [write, withoutCache], repro, restsOn: isCacheOld ? undefined : explains },
      undecided: {
        en: 'Without the cached value GET does not show the change either, so this says nothing about the cache.',
        ru: 'И без значения в кэше GET не показывает изменения, поэтому о кэше это ничего не говорит.',
      },
    },
  )
}
