import type { Redis } from '@msctl/platform/redis'
import type { Text } from '@msctl/scenarios'
import type { Check, Experiment } from '../../run/grader.ts'
import { ALL_RESOURCES, type Resource } from '../resources.ts'
import { type CacheLab, type State, TTL_SECONDS } from './cached.ts'
import { change, remove } from './invalidation.ts'
import { lookAtKey } from './look-at-key.ts'
import { lookAtTtl } from './look-at-ttl.ts'
import { readTwice } from './read-twice.ts'

/** The experiment on the cache of one service: black box, by what Redis holds and what is served when it holds something else. */
function cachingOf(resource: Resource): Experiment<State> {
  const { service, path } = resource
  const id = (what: string) => `caching.${service}.${what}`
  const check = (rest: Omit<Check, 'criterion'>): Check => ({
    criterion: 'caching',
    needs: ['redis'],
    ...rest,
  })
  const served = [id('served')]
  return {
    needs: ['http', 'redis'],
    uses: [service],
    sheet: {
      name: `caching-${service}`,
      title: { en: `The cache of ${path}/{id}`, ru: `Кэш для ${path}/{id}` },
      question: {
        en: 'Does a second read come from Redis, and never an old value?',
        ru: 'Приходит ли второе чтение из Redis — и никогда старое значение?',
      },
      idea: {
        en: 'What is served when Redis is made to say something else? And what after a change?',
        ru: 'Что отдаётся, если в Redis подменить значение? А что — после изменения?',
      },
      state: () => ({}),
      expectations: {
        [id('served')]: check({
          title: {
            en: `A second GET ${path}/{id} is served from Redis`,
            ru: `Повторный GET ${path}/{id} отдаётся из Redis`,
          },
          why: {
            en: 'The cache is there to spare the database; one that is not read spares nothing.',
            ru: 'Кэш нужен, чтобы беречь базу; тот, что не читают, ничего не бережёт.',
          },
          hint: {
            en: `Ask Redis for ${resource.key}:{id} first, return what it has, and fill it after a miss.`,
            ru: `Сначала спросите у Redis ${resource.key}:{id}, верните найденное, а при промахе заполните.`,
          },
          dependsOn: [`correctness.${service}.create`],
        }),
        [id('key')]: check({
          title: {
            en: `Redis holds it under ${resource.key}:{id}, and under no name of another service`,
            ru: `В Redis объект лежит под ключом ${resource.key}:{id}, не под именем другого сервиса`,
          },
          why: {
            en: 'All services share one Redis: a key without the name of its service gives users for orders.',
            ru: 'Redis общий на все сервисы: ключ без имени сервиса выдаст пользователя вместо заказа.',
          },
          hint: {
            en: `The key is f"${resource.key}:{id}", the value the whole object.`,
            ru: `Ключ — f"${resource.key}:{id}", значение — весь объект.`,
          },
          dependsOn: served,
        }),
        [id('ttl')]: check({
          title: {
            en: `Its TTL begins at ${TTL_SECONDS} s and counts down`,
            ru: `TTL начинается с ${TTL_SECONDS} с и убывает`,
          },
          why: {
            en: 'Without an end, whatever got wrong in a cache stays wrong for good.',
            ru: 'Без срока всё, что попало в кэш неверным, останется неверным навсегда.',
          },
          hint: {
            en: `Write value and expiry together (SET key value EX ${TTL_SECONDS}), and only when filling, not when reading.`,
            ru: `Пишите значение вместе со сроком (SET key value EX ${TTL_SECONDS}) и только при заполнении, а не при чтении.`,
          },
          dependsOn: served,
        }),
        [id('invalidated-by-put')]: check({
          title: {
            en: `After PUT ${path}/{id}, GET gives the new value`,
            ru: `После PUT ${path}/{id} GET отдаёт новое значение`,
          },
          why: {
            en: 'Who has changed something and reads the old value takes the change for lost, for five minutes.',
            ru: 'Кто изменил и читает старое, пять минут считает изменение потерянным.',
          },
          hint: {
            en: `After commit(), delete ${resource.key}:{id}: the very key that GET fills.`,
            ru: `После commit() удалите ${resource.key}:{id} — тот самый ключ, который заполняет GET.`,
          },
          dependsOn: served,
        }),
        [id('invalidated-by-delete')]: check({
          title: {
            en: `After DELETE ${path}/{id}, GET gives 404`,
            ru: `После DELETE ${path}/{id} GET отвечает 404`,
          },
          why: {
            en: 'What was deleted must not live on in the cache.',
            ru: 'Удалённое не должно жить в кэше.',
          },
          hint: {
            en: `After commit(), delete ${resource.key}:{id}: the very key that GET fills.`,
            ru: `После commit() удалите ${resource.key}:{id} — тот самый ключ, который заполняет GET.`,
          },
          dependsOn: served,
        }),
      },
      steadyState: [],
      steps: [
        step(
          {
            en: 'Read twice, with something else in Redis',
            ru: 'Прочитать дважды, подменив значение в Redis',
          },
          readTwice,
          resource,
        ),
        step({ en: 'Look at the key', ru: 'Посмотреть на ключ' }, lookAtKey, resource),
        step({ en: 'Look at the TTL', ru: 'Посмотреть на TTL' }, lookAtTtl, resource),
        step({ en: 'Change it', ru: 'Изменить объект' }, change, resource),
        step({ en: 'Delete it', ru: 'Удалить объект' }, remove, resource),
      ],
    },
  }
}

/** A step of the experiment; after the first one, each needs what that found. */
function step(
  title: Text,
  run: (lab: CacheLab, redis: Redis, resource: Resource) => Promise<void>,
  resource: Resource,
) {
  return {
    title,
    run: async (lab: CacheLab) => {
      const { redis } = lab.world
      if (redis === undefined) return
      if (run === readTwice || lab.state.key !== undefined) await run(lab, redis, resource)
    },
  }
}

/** The caches of users, orders and payments. */
export const caching = ALL_RESOURCES.map(cachingOf)
