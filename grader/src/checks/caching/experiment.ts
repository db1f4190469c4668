import type { Redis } from '@msctl/platform/redis'
import type { Text } from '@msctl/scenarios'
import type { Experiment } from '../../run/grader.ts'
import { ALL_RESOURCES, type Resource } from '../resources.ts'
import type { CacheLab, State } from './cached.ts'
import { changeOne, deleteOne, invalidatedByDelete, invalidatedByPut } from './invalidation.ts'
import { keyCheck, lookAtKey, lookAtTtl, ttlCheck } from './key-and-ttl.ts'
import { readTwice, servedCheck } from './served.ts'

/** The experiment on the cache of one service: black box, by what Redis holds and what is served when it holds something else. */
function cachingOf(resource: Resource): Experiment<State> {
  const { service, path } = resource
  const id = (what: string) => `caching.${service}.${what}`
  const step = (title: Text, run: (lab: CacheLab, redis: Redis, resource: Resource) => Promise<void>) => ({
    title,
    // After the first step, each needs the key that it found.
    run: async (lab: CacheLab) => {
      const { redis } = lab.world
      if (redis !== undefined && (run === readTwice || lab.state.key !== undefined))
        await run(lab, redis, resource)
    },
  })
  return {
    needs: ['http', 'redis'],
    uses: [service],
    sheet: {
      name: `caching-${service}`,
      title: { en: `The cache of ${path}/{id}`, ru: `Кэш для ${path}/{id}` },
      question: {
        en: 'Is a second read served from Redis, and never an old value?',
        ru: 'Отдаётся ли второе чтение из Redis и никогда — старое значение?',
      },
      idea: {
        en: 'The value in Redis is replaced: is it served? The object is changed: is the new value served?',
        ru: 'Значение в Redis подменяют: отдаётся ли оно? Объект изменяют: отдаётся ли новое значение?',
      },
      state: () => ({}),
      expectations: {
        [id('served')]: servedCheck(resource),
        [id('key')]: keyCheck(resource),
        [id('ttl')]: ttlCheck(resource),
        [id('invalidated-by-put')]: invalidatedByPut(resource),
        [id('invalidated-by-delete')]: invalidatedByDelete(resource),
      },
      steadyState: [],
      steps: [
        step(
          {
            en: 'Read twice, with another value in Redis',
            ru: 'Прочитать дважды, подменив значение в Redis',
          },
          readTwice,
        ),
        step({ en: 'Look at the key', ru: 'Посмотреть на ключ' }, lookAtKey),
        step({ en: 'Look at the TTL', ru: 'Посмотреть на TTL' }, lookAtTtl),
        step({ en: 'Change the object', ru: 'Изменить объект' }, changeOne),
        step({ en: 'Delete the object', ru: 'Удалить объект' }, deleteOne),
      ],
    },
  }
}

/** The caches of users, orders and payments. */
export const caching = ALL_RESOURCES.map(cachingOf)
