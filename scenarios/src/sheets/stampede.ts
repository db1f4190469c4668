import type { User } from '@msctl/sdk'
import { defineSheet, type Text } from '../engine/index.ts'
import {
  type Answer,
  type AnyLab,
  answerTo,
  checkCacheInUse,
  checkPlatform,
  createUser,
  holdTable,
  inParallel,
  type World,
} from '../world/index.ts'

interface State {
  userId: number
}

const idea: Text = {
  en: `The key of the most popular page expires. At that moment 200 readers come. Each of them looks into the cache, finds nothing, and goes to the database: the very thing that the cache was to spare it. It is called a stampede, or the thundering herd, and has brought down more than one site on its best day.

    200 × GET /users/1 ──▶ Redis: nothing ──▶ 1 × SELECT, or 200 × SELECT?

The cure is to notice that somebody is already on the way, and to wait for what they bring.`,
  ru: `Истёк ключ самой популярной страницы. В этот миг приходят 200 читателей. Каждый смотрит в кэш, ничего не находит и идёт в базу: ровно то, от чего кэш должен был её уберечь. Это называют «cache stampede», и не один сайт так упал в свой лучший день.

    200 × GET /users/1 ──▶ Redis: пусто ──▶ 1 × SELECT или 200 × SELECT?

Лекарство — заметить, что кто-то уже пошёл, и дождаться того, что он принесёт.`,
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
      reason: { en: 'come at the same moment', ru: 'читателей приходят одновременно' },
    },
    heldMs: {
      value: 700,
      reason: {
        en: 'ms that the table is held, for all to arrive; the service waits 2000',
        ru: 'мс держим таблицу, чтобы дошли все; сервис ждёт 2000',
      },
    },
  },
  expectations: {
    'one-read': {
      title: { en: 'the database is asked once', ru: 'базу спрашивают один раз' },
      why: {
        en: 'The load on the database must not depend on how popular a key is.',
        ru: 'Нагрузка на базу не должна зависеть от популярности ключа.',
      },
    },
    'all-answered': {
      title: { en: 'every reader gets the user', ru: 'пользователя получает каждый читатель' },
      why: {
        en: 'Sparing the database by turning readers away would be cheating.',
        ru: 'Беречь базу, прогоняя читателей, — жульничество.',
      },
    },
    'then-cached': {
      title: { en: 'the next reader finds it in the cache', ru: 'следующий читатель находит его в кэше' },
      why: {
        en: 'Else the next stampede would start at once.',
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
        en: 'Hold the table, let the crowd in, and count who waits in the database.',
        ru: 'Держим таблицу, впускаем толпу и считаем, кто ждёт в базе.',
      },
      run: letCrowdIn,
    },
    {
      title: { en: 'Read once more.', ru: 'Читаем ещё раз.' },
      run: async (lab) => {
        const { cache } = await answerTo(lab.world.client.users.get(lab.state.userId))
        lab.expect('then-cached', {
          held: cache === 'HIT',
          expected: 'X-Cache: HIT',
          actual: `X-Cache: ${cache}`,
        })
      },
    },
  ],

  conclude: ({ measurements: { databaseReads = 0, hits = 0, misses = 0 }, parameter }) => ({
    en: `${parameter('readers')} readers came, ${databaseReads} went to the database. ${misses} found nothing in Redis and waited for what the one brought back; ${hits} came late enough to find it in Redis. With more replicas of the service it would be one read for each of them, still not one for each reader.`,
    ru: `Пришло читателей: ${parameter('readers')}, до базы дошёл ${databaseReads}. ${misses} ничего не нашли в Redis и дождались того, что принёс этот один; ${hits} пришли так поздно, что нашли ответ уже в Redis. Будь у сервиса больше реплик, чтений было бы по одному на реплику, но не на читателя.`,
  }),
})

type StampedeLab = AnyLab & { readonly state: State }

/** How long it may take until the first of them waits in the database, in milliseconds. */
const FIRST_WITHIN_MS = 10_000
/** How often the crowd comes again when Redis was too slow for some of it: those are served past the cache, as they should be. */
const ATTEMPTS = 3

async function letCrowdIn(lab: StampedeLab): Promise<void> {
  const times = lab.parameter('readers')
  for (let attempt = 1; ; attempt++) {
    const hold = await holdTable(lab, 'users')
    lab.say({
      en: `${times} × GET /users/${lab.state.userId}`,
      ru: `${times} × GET /users/${lab.state.userId}`,
    })
    const crowd = inParallel({ times, concurrency: times }, () =>
      answerTo(lab.world.quietly.users.get(lab.state.userId)),
    )
    const most = await mostWaiting(lab, hold.waiting)
    await hold.release()
    const answers = await crowd
    const bypassed = answers.filter(({ cache }) => cache === 'BYPASS').length
    if (bypassed === 0 || attempt === ATTEMPTS) {
      tellCrowd(lab, answers, most)
      return
    }
    lab.say({
      en: `Redis was too slow for ${bypassed} of them, who were served past it. Once more, with another cold key:`,
      ru: `Для ${bypassed} из них Redis оказался слишком медленным, и они прошли мимо него. Ещё раз, с другим холодным ключом:`,
    })
    lab.state.userId = (await createUser(lab, 'Ann')).id
  }
}

/** The most that waited in the database at any moment while the table was held. */
async function mostWaiting(lab: StampedeLab, waiting: () => Promise<number>): Promise<number> {
  const heldMs = lab.parameter('heldMs')
  let most = 0
  let firstAt = Number.POSITIVE_INFINITY
  // The time runs from when the first waits: on a busy machine it takes a while until the crowd is on its way.
  await lab.lookFor(
    { en: 'the crowd is there', ru: 'толпа собралась' },
    async () => {
      most = Math.max(most, await waiting())
      if (most > 0) firstAt = Math.min(firstAt, performance.now())
      return performance.now() - firstAt >= heldMs ? true : undefined
    },
    { withinMs: heldMs + FIRST_WITHIN_MS, everyMs: 50, expectedInMs: heldMs },
  )
  return most
}

function tellCrowd(lab: StampedeLab, answers: readonly Answer<User>[], most: number): void {
  const count = (outcome: string) => answers.filter(({ cache }) => cache === outcome).length
  const right = answers.filter(({ data }) => data?.id === lab.state.userId).length
  lab.measure('databaseReads', { en: 'reads in the database', ru: 'чтений в базе' }, most, '')
  lab.measure('misses', { en: 'answers with MISS', ru: 'ответов с MISS' }, count('MISS'), '')
  lab.measure('hits', { en: 'answers with HIT', ru: 'ответов с HIT' }, count('HIT'), '')
  lab.expect('one-read', {
    held: most === 1,
    expected: { en: 'One read waits in the database.', ru: 'В базе ждёт одно чтение.' },
    actual: { en: `${most} of them waited at the same time.`, ru: `Одновременно ждали: ${most}.` },
  })
  lab.expect('all-answered', {
    held: right === answers.length,
    expected: { en: `${answers.length} × the user.`, ru: `${answers.length} × пользователь.` },
    actual: {
      en: `${right} of ${answers.length} got the user.`,
      ru: `Пользователя получили ${right} из ${answers.length}.`,
    },
  })
}
