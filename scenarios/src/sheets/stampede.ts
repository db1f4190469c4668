import type { User } from '@msctl/sdk'
import { defineSheet, type Text } from '../engine/index.ts'
import {
  type Answer,
  type AnyLab,
  answerTo,
  checkCacheInUse,
  checkPlatform,
  countBypassed,
  createUser,
  holdTable,
  inParallel,
  leaveOpenIfBypassed,
  type World,
} from '../world/index.ts'

interface State {
  userId: number
}

const idea: Text = {
  en: `The key of the most popular page expires. At that moment 200 readers come. Each looks into the cache, finds nothing, and reads the database: exactly the load that the cache should prevent. This is called a cache stampede, or a thundering herd. It can take a site down when it has the most visitors.

    200 × GET /users/1 ──▶ Redis: nothing ──▶ 1 × SELECT, or 200 × SELECT?

The remedy: notice that the key is being read already, and wait for that result.`,
  ru: `Истёк ключ самой популярной страницы. В этот момент приходят 200 читателей. Каждый смотрит в кэш, ничего не находит и читает базу: это ровно та нагрузка, от которой должен защищать кэш. Это называют cache stampede (лавина запросов). Так сайт может отказать, когда посетителей больше всего.

    200 × GET /users/1 ──▶ Redis: пусто ──▶ 1 × SELECT или 200 × SELECT?

Решение: заметить, что этот ключ уже читают, и дождаться результата.`,
}

/** A cold key under 200 readers: one database read. */
export const stampede = defineSheet<World, State>({
  name: 'stampede',
  title: { en: 'Cache stampede', ru: 'Лавина запросов (cache stampede)' },
  question: {
    en: 'A popular key expires. How many readers reach the database?',
    ru: 'Популярный ключ истёк. Сколько читателей дойдёт до базы?',
  },
  idea,
  parameters: {
    readers: {
      value: 200,
      reason: { en: 'readers come at the same moment', ru: 'читателей приходят одновременно' },
    },
    heldMs: {
      value: 700,
      reason: {
        en: 'ms for which the table is locked, so that all arrive; the service gives up after 2000',
        ru: 'мс таблица заблокирована, чтобы пришли все; сервис ждёт 2000',
      },
    },
  },
  expectations: {
    'one-read': {
      title: { en: 'the database is read once', ru: 'базу читают один раз' },
      why: {
        en: 'The load on the database must not depend on how popular a key is.',
        ru: 'Нагрузка на базу не должна зависеть от популярности ключа.',
      },
    },
    'all-answered': {
      title: { en: 'every reader gets the user', ru: 'пользователя получает каждый читатель' },
      why: {
        en: 'The database must not be protected by refusing readers.',
        ru: 'Нельзя защищать базу, отказывая читателям.',
      },
    },
    'then-cached': {
      title: { en: 'the next reader finds it in the cache', ru: 'следующий читатель находит его в кэше' },
      why: {
        en: 'Otherwise the next stampede begins at once.',
        ru: 'Иначе следующая лавина начнётся тут же.',
      },
    },
  },
  state: () => ({ userId: 0 }),

  steadyState: [checkPlatform, checkCacheInUse],

  steps: [
    {
      title: {
        en: 'Create a user whom nobody has read yet: a cold key.',
        ru: 'Создаём пользователя, которого ещё никто не читал: холодный ключ.',
      },
      run: async (lab) => {
        lab.state.userId = (await createUser(lab, 'Ann')).id
      },
    },
    {
      title: {
        en: 'Lock the table, send all readers, and count how many wait in the database.',
        ru: 'Блокируем таблицу, посылаем всех читателей и считаем, сколько ждут в базе.',
      },
      run: sendReaders,
    },
    {
      title: { en: 'Read once more.', ru: 'Читаем ещё раз.' },
      run: async (lab) => {
        const answer = await answerTo(lab.world.client.users.get(lab.state.userId))
        if (leaveOpenIfBypassed(lab, 'then-cached', [answer])) return
        const { cache } = answer
        lab.expect('then-cached', {
          held: cache === 'HIT',
          expected: 'X-Cache: HIT',
          actual: `X-Cache: ${cache}`,
        })
      },
    },
  ],

  conclude: ({ measurements: { readers = 0, databaseReads = 0, hits = 0, misses = 0 } }) => ({
    en: `${readers} readers came, and ${databaseReads} read the database. ${misses} found nothing in Redis and waited for the result of that read; ${hits} came later and found it in Redis. With more replicas of the service it would be one read for each replica, but not for each reader.`,
    ru: `Читателей: ${readers}, чтений базы: ${databaseReads}. Ничего не нашли в Redis и дождались результата этого чтения: ${misses}; пришли позже и нашли его в Redis: ${hits}. Если реплик сервиса больше, чтений будет по одному на реплику, но не на читателя.`,
  }),
})

type StampedeLab = AnyLab & { readonly state: State }

/** How long it may take until the first of them waits in the database, in milliseconds. */
const FIRST_WITHIN_MS = 10_000
/** How often the readers come again when Redis was too slow for some of them: those are answered without the cache, as they should be. */
const ATTEMPTS = 3

async function sendReaders(lab: StampedeLab): Promise<void> {
  let times = lab.parameter('readers')
  for (let attempt = 1; ; attempt++) {
    const hold = await holdTable(lab, 'users')
    lab.say(`${times} × GET /users/${lab.state.userId}`)
    const crowd = inParallel({ times, concurrency: times }, () =>
      answerTo(lab.world.quietly.users.get(lab.state.userId)),
    )
    const most = await mostWaiting(lab, hold.waiting)
    await hold.release()
    const answers = await crowd
    const bypassed = countBypassed(answers)
    if (bypassed === 0 || attempt === ATTEMPTS) {
      reportReaders(lab, answers, most)
      return
    }
    times = Math.max(2, Math.ceil(times / 2))
    lab.say({
      en: `Redis was too slow for ${bypassed} of them: they were answered without the cache (BYPASS). Once more, with half as many and another cold key:`,
      ru: `Для ${bypassed} из них Redis оказался слишком медленным: им ответили в обход кэша (BYPASS). Ещё раз, вдвое меньше читателей и другой холодный ключ:`,
    })
    await checkCacheInUse.run(lab)
    lab.state.userId = (await createUser(lab, 'Ann')).id
  }
}

/** The most that waited in the database at any moment while the table was held. */
async function mostWaiting(lab: StampedeLab, waiting: () => Promise<number>): Promise<number> {
  const heldMs = lab.parameter('heldMs')
  let most = 0
  let firstAt = Number.POSITIVE_INFINITY
  // The time runs from when the first waits: on a busy machine it takes a while until the readers are on their way.
  await lab.lookFor(
    { en: 'all readers have arrived', ru: 'все читатели пришли' },
    async () => {
      most = Math.max(most, await waiting())
      if (most > 0) firstAt = Math.min(firstAt, performance.now())
      return performance.now() - firstAt >= heldMs ? true : undefined
    },
    { withinMs: heldMs + FIRST_WITHIN_MS, everyMs: 50, expectedInMs: heldMs },
  )
  return most
}

function reportReaders(lab: StampedeLab, answers: readonly Answer<User>[], most: number): void {
  const count = (outcome: string) => answers.filter(({ cache }) => cache === outcome).length
  const right = answers.filter(({ data }) => data?.id === lab.state.userId).length
  lab.measure('databaseReads', { en: 'reads in the database', ru: 'чтений в базе' }, most, '')
  lab.measure('misses', { en: 'answers with MISS', ru: 'ответов с MISS' }, count('MISS'), '')
  lab.measure('hits', { en: 'answers with HIT', ru: 'ответов с HIT' }, count('HIT'), '')
  lab.measure('readers', { en: 'readers', ru: 'читателей' }, answers.length, '')
  // Who is answered without the cache reads the database: that says nothing of those who use it.
  if (most === 1 || !leaveOpenIfBypassed(lab, 'one-read', answers)) {
    lab.expect('one-read', {
      held: most === 1,
      expected: { en: 'One read waits in the database.', ru: 'В базе ждёт одно чтение.' },
      actual: {
        en: `Reads that waited at the same time: ${most}.`,
        ru: `Одновременно ждали чтений: ${most}.`,
      },
    })
  }
  if (right === answers.length || !leaveOpenIfBypassed(lab, 'all-answered', answers)) {
    lab.expect('all-answered', {
      held: right === answers.length,
      expected: { en: `${answers.length} × the user.`, ru: `${answers.length} × пользователь.` },
      actual: {
        en: `${right} of ${answers.length} got the user.`,
        ru: `Пользователя получили ${right} из ${answers.length}.`,
      },
    })
  }
}
