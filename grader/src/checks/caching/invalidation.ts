import type { Redis } from '@msctl/platform/redis'
import type { Text } from '@msctl/scenarios'
import type { Answer, CheckFinding } from '../../run/grader.ts'
import { isOk, rowOf, says } from '../answers.ts'
import { complain, judge } from '../judge.ts'
import { comesTrue } from '../locks.ts'
import { call, createOne, expected, hasStatus, holds } from '../repro.ts'
import type { Resource } from '../resources.ts'
import { type CacheLab, fill } from './cached.ts'

export async function change(lab: CacheLab, redis: Redis, resource: Resource): Promise<void> {
  const { path, service } = resource
  const { object } = lab.state
  const [wanted] = resource.changes(lab.world)
  if (object === undefined || wanted === undefined) return
  await fill(lab, redis, resource)
  const put = await lab.world.request('PUT', `${path}/${object.id}`, { json: wanted })
  const finding = await judgeFreshness(lab, redis, {
    get: () => lab.world.request('GET', `${path}/${object.id}`),
    isFresh: (answer) => says(rowOf(answer), wanted),
    write: put,
    expected: { en: `GET gives ${JSON.stringify(wanted)}`, ru: `GET отдаёт ${JSON.stringify(wanted)}` },
  })
  const [json, isChanged] = {
    users: ['{"name": "Eve"}', '.name == "Eve"'],
    orders: ['{"quantity": 7}', '.quantity == 7'],
    payments: ['{"status": "pending"}', '.status == "pending"'],
  }[service] as [string, string]
  lab.expect(`caching.${service}.invalidated-by-put`, {
    ...finding,
    repro: [
      ...createOne(resource),
      call('GET', `${path}/$ID`),
      call('PUT', `${path}/$ID`, json),
      'sleep 1',
      call('GET', `${path}/$ID`),
      expected('what PUT said', holds(isChanged)),
    ],
  } as CheckFinding)
}

export async function remove(lab: CacheLab, redis: Redis, resource: Resource): Promise<void> {
  const { path, service } = resource
  const { object } = lab.state
  if (object === undefined) return
  await fill(lab, redis, resource)
  const removed = await lab.world.request('DELETE', `${path}/${object.id}`)
  const finding = await judgeFreshness(lab, redis, {
    get: () => lab.world.request('GET', `${path}/${object.id}`),
    isFresh: ({ status }) => status === 404,
    write: removed,
    expected: { en: 'GET gives 404', ru: 'GET отвечает 404' },
  })
  if (finding.held && finding.undecided === undefined) lab.world.created.forget(service, object.id)
  lab.expect(`caching.${service}.invalidated-by-delete`, {
    ...finding,
    repro: [
      ...createOne(resource),
      call('GET', `${path}/$ID`),
      call('DELETE', `${path}/$ID`),
      'sleep 1',
      call('GET', `${path}/$ID`),
      expected('404', hasStatus('404')),
    ],
  } as CheckFinding)
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
    isFresh,
    write,
    expected: wanted,
  }: { get: () => Promise<Answer>; isFresh: (answer: Answer) => boolean; write: Answer; expected: Text },
): Promise<CheckFinding> {
  const { key } = lab.state
  let answer = await get()
  const first = answer
  // Nobody promised that the key is gone before the answer is there; a moment later it has to be.
  const isSoonFresh = await comesTrue(lab.signal, 300 + 2 * lab.world.pace.p99Ms, async () => {
    if (isFresh(answer)) return true
    answer = await get()
    return false
  })
  if (isSoonFresh) return judge(wanted, [], { answers: [write, answer] })
  if (key !== undefined) await redis.ask('DEL', key)
  const withoutCache = await get()
  if (isOk(write) && isFresh(withoutCache))
    return judge(wanted, [
      complain(
        {
          en: 'The old value is served, until the key is deleted by hand:',
          ru: 'Отдаётся старое значение, пока ключ не удалить вручную:',
        },
        first,
        withoutCache,
      ),
    ])
  return {
    ...judge(wanted, [], { answers: [write, withoutCache] }),
    undecided: {
      en: 'The write itself did not take effect, so nothing can be said of the cache.',
      ru: 'Сама запись не подействовала, поэтому о кэше ничего не сказать.',
    },
  }
}
