import type { User } from '@msctl/sdk'
import { defineSheet, fixed, LabError, type Language, type Text } from '../engine/index.ts'
import { judgeCountdown, judgeFreshTtl, type Spread, spreadOf } from '../expectations/index.ts'
import {
  type Answer,
  type AnyLab,
  answerTo,
  checkCacheInUse,
  checkPlatform,
  countBypassed,
  createUser,
  createUsers,
  inTurn,
  readKey,
  TOO_SLOW,
  type World,
} from '../world/index.ts'

interface State {
  user: User
}

const NOBODY: User = { id: 0, email: '', name: '', created_at: '' }

const idea: Text = {
  en: `Most requests ask for what was asked for a moment ago. Cache-aside keeps these answers in Redis. The service looks into Redis first. If the key is not there, it reads the database and puts a copy into Redis, with a time to live (TTL).

    GET /users/1 ──▶ Redis: user:1? ──── yes ───▶ answer   (HIT)
                          │ no
                          ▼
                     PostgreSQL ──▶ copy to Redis, TTL 300 s ──▶ answer   (MISS)

A copy is right only as long as the original does not change. So each write also deletes the copy: that is invalidation.`,
  ru: `Большинство запросов повторяет то, что запрашивали только что. Cache-aside хранит эти ответы в Redis. Сервис сначала смотрит в Redis. Если ключа там нет, он читает базу и кладёт копию в Redis со сроком жизни (TTL).

    GET /users/1 ──▶ Redis: user:1? ──── да ────▶ ответ   (HIT)
                          │ нет
                          ▼
                     PostgreSQL ──▶ копия в Redis, TTL 300 с ──▶ ответ   (MISS)

Копия верна, пока не изменился оригинал. Поэтому каждая запись ещё и удаляет копию: это инвалидация.`,
}

/** Miss, hit, key, TTL, invalidation, and how much faster it is. */
export const cacheTtl = defineSheet<World, State>({
  name: 'cache-ttl',
  title: { en: 'Cache-aside and TTL', ru: 'Кэширование: cache-aside и TTL' },
  question: {
    en: 'The same request twice: where does the second answer come from, and for how long?',
    ru: 'Один и тот же запрос дважды: откуда приходит второй ответ и как долго?',
  },
  idea,
  parameters: {
    ttlSeconds: {
      value: 300,
      reason: { en: 'how long a copy lives, in seconds', ru: 'столько секунд живёт копия' },
    },
    watchSeconds: {
      value: 3,
      fast: 2,
      reason: { en: 'how long we watch the TTL, in seconds', ru: 'столько секунд наблюдаем за TTL' },
    },
    rounds: {
      value: 60,
      fast: 30,
      reason: {
        en: 'users to read twice, for a median',
        ru: 'пользователей читаем дважды, чтобы взять медиану',
      },
    },
  },
  expectations: {
    'miss-then-hit': {
      title: { en: 'the first read is a MISS, the second a HIT', ru: 'первое чтение — MISS, второе — HIT' },
      why: {
        en: 'The first read fills the cache, the second is answered from it.',
        ru: 'Первое чтение заполняет кэш, на второе отвечает кэш.',
      },
    },
    'key-holds-user': {
      title: { en: 'the key holds the user as JSON', ru: 'под ключом лежит пользователь в JSON' },
      why: {
        en: 'Anyone who opens redis-cli can see what is stored, and under which name.',
        ru: 'В redis-cli видно, что хранится и под каким именем.',
      },
    },
    'ttl-fresh': {
      title: { en: 'a new copy lives for 300 seconds', ru: 'новая копия живёт 300 секунд' },
      why: {
        en: 'A copy that was not deleted by mistake must not stay wrong for ever.',
        ru: 'Копия, которую по ошибке не удалили, не должна навсегда остаться неверной.',
      },
    },
    'ttl-counts-down': {
      title: { en: 'reading does not extend the TTL', ru: 'чтение не продлевает TTL' },
      why: {
        en: 'Otherwise the copy that is read most would be the oldest.',
        ru: 'Иначе копия, которую читают чаще всех, была бы самой старой.',
      },
    },
    'put-invalidates': {
      title: {
        en: 'after a PUT, the next read has the new name',
        ru: 'после PUT следующее чтение возвращает новое имя',
      },
      why: {
        en: 'A profile must not show the old name for five minutes.',
        ru: 'Профиль не должен пять минут показывать старое имя.',
      },
    },
    faster: {
      title: { en: 'a HIT is faster than a MISS', ru: 'HIT быстрее, чем MISS' },
      why: { en: 'Speed is the reason to have a cache.', ru: 'Кэш нужен ради скорости.' },
    },
    'delete-invalidates': {
      title: {
        en: 'after a DELETE, nobody can read the user',
        ru: 'после DELETE пользователя нельзя прочитать',
      },
      why: {
        en: 'A deleted user who can still be read is a data leak.',
        ru: 'Удалённый пользователь, которого можно прочитать, — утечка данных.',
      },
    },
  },
  state: () => ({ user: NOBODY }),

  steadyState: [checkPlatform, checkCacheInUse],

  steps: [
    {
      title: {
        en: 'Create a user. Nobody has read them yet.',
        ru: 'Создаём пользователя. Его ещё никто не читал.',
      },
      run: async (lab) => {
        lab.state.user = await createUser(lab, 'Ann')
      },
    },
    {
      title: { en: 'Read the user twice.', ru: 'Читаем пользователя дважды.' },
      run: async (lab) => {
        const [first, second] = await readTwiceWithCache(lab)
        lab.expect('miss-then-hit', {
          held: first?.cache === 'MISS' && second?.cache === 'HIT',
          expected: 'X-Cache: MISS, X-Cache: HIT',
          actual: `X-Cache: ${first?.cache}, X-Cache: ${second?.cache}`,
        })
      },
    },
    {
      title: { en: 'Look into Redis.', ru: 'Смотрим в Redis.' },
      run: async (lab) => {
        const { user } = lab.state
        const key = keyOf(lab)
        const { value, ttlSeconds } = await readKey(lab, key)
        lab.say(`> GET ${key}\n${value ?? '(nil)'}\n> TTL ${key}\n(integer) ${ttlSeconds ?? -2}`)
        const isUser = isJsonOf(value, user)
        lab.expect('key-holds-user', {
          held: isUser,
          expected: {
            en: `${key} holds ${JSON.stringify(user)}`,
            ru: `В ${key} лежит ${JSON.stringify(user)}`,
          },
          actual: isUser
            ? { en: `${key} holds exactly that user.`, ru: `В ${key} лежит именно этот пользователь.` }
            : { en: `${key} holds ${value ?? '(nil)'}`, ru: `В ${key} лежит ${value ?? '(nil)'}` },
        })
        lab.expect('ttl-fresh', judgeFreshTtl(ttlSeconds, lab.parameter('ttlSeconds')))
      },
    },
    {
      title: {
        en: 'Watch the TTL count down, and keep reading.',
        ru: 'Смотрим, как убывает TTL, и продолжаем читать.',
      },
      run: async (lab) => {
        const key = keyOf(lab)
        const watchMs = lab.parameter('watchSeconds') * 1000
        const { ttlSeconds: before } = await readKey(lab, key)
        const began = performance.now()
        await lab.waitFor(
          { en: `the TTL of ${key} counts down`, ru: `убывает TTL ключа ${key}` },
          async () => {
            await read(lab, lab.world.quietly)
            return performance.now() - began >= watchMs ? true : undefined
          },
          { withinMs: watchMs + 10_000, everyMs: 250, expectedInMs: watchMs },
        )
        const { ttlSeconds: after } = await readKey(lab, key)
        lab.say(`> TTL ${key}\n(integer) ${after ?? -2}`)
        lab.expect('ttl-counts-down', judgeCountdown(before, after, performance.now() - began))
      },
    },
    {
      title: { en: 'Change the name, and read again.', ru: 'Меняем имя и читаем снова.' },
      run: async (lab) => {
        const { id } = lab.state.user
        await lab.world.client.users.update(id, { name: 'Anna' })
        const { data } = await read(lab)
        lab.expect('put-invalidates', {
          held: data?.name === 'Anna',
          expected: { en: 'The name is Anna.', ru: 'Имя — Anna.' },
          actual: { en: `The name is ${data?.name}.`, ru: `Имя — ${data?.name}.` },
        })
      },
    },
    {
      title: {
        en: 'Measure: create many users, and read each of them twice.',
        ru: 'Измеряем: создаём много пользователей и каждого читаем дважды.',
      },
      run: async (lab) => {
        const { cold, warm } = await compareReads(lab, lab.parameter('rounds'))
        lab.measure('missMs', { en: 'MISS, median', ru: 'MISS, медиана' }, cold.medianMs, 'ms')
        lab.measure('hitMs', { en: 'HIT, median', ru: 'HIT, медиана' }, warm.medianMs, 'ms')
        lab.measure('times', 'MISS / HIT', cold.medianMs / warm.medianMs, '×')
        if (isTooClose(cold, warm)) {
          lab.leaveOpen('faster', {
            en: `The quickest of each take almost the same (${leastOf(cold, 'en')} ms and ${leastOf(warm, 'en')} ms): this machine has too much to do to tell them apart.`,
            ru: `Самые быстрые длятся почти одинаково (${leastOf(cold, 'ru')} мс и ${leastOf(warm, 'ru')} мс): машина слишком занята, чтобы их различить.`,
          })
          return
        }
        lab.expect('faster', {
          held: warm.leastMs < cold.leastMs,
          expected: {
            en: 'The fastest HIT takes less time than the fastest MISS.',
            ru: 'Самый быстрый HIT быстрее самого быстрого MISS.',
          },
          actual: {
            en: `HIT: the fastest ${leastOf(warm, 'en')} ms, the middle half ${halfOf(warm, 'en')} ms. MISS: ${leastOf(cold, 'en')} ms and ${halfOf(cold, 'en')} ms.`,
            ru: `HIT: самый быстрый ${leastOf(warm, 'ru')} мс, средняя половина ${halfOf(warm, 'ru')} мс. MISS: ${leastOf(cold, 'ru')} мс и ${halfOf(cold, 'ru')} мс.`,
          },
        })
      },
    },
    {
      title: { en: 'Delete the user, and read once more.', ru: 'Удаляем пользователя и читаем ещё раз.' },
      run: async (lab) => {
        await lab.world.client.users.delete(lab.state.user.id)
        const { status } = await read(lab)
        lab.expect('delete-invalidates', {
          held: status === 404,
          expected: '404',
          actual: `${status}`,
        })
      },
    },
  ],

  conclude: ({ measurements: { hitMs = 0, missMs = 0, times = 0 } }) => {
    const [miss, hit, ratio] = [fixed(missMs, 1), fixed(hitMs, 1), fixed(times, 1)]
    return {
      en: `The first read went to the database (${miss.en} ms), the later ones did not (${hit.en} ms: ${ratio.en} × faster, network included). The TTL ran down however often the key was read. No change had to wait for its end: PUT and DELETE deleted the copy at once.`,
      ru: `Первое чтение дошло до базы (${miss.ru} мс), следующие — нет (${hit.ru} мс: в ${ratio.ru} раза быстрее, вместе с сетью). TTL убывал, сколько бы ключ ни читали. Ни одно изменение не ждало его конца: PUT и DELETE сразу удаляли копию.`,
    }
  },
})

type CacheLab = AnyLab & { readonly state: State }

const keyOf = ({ state }: CacheLab) => `user:${state.user.id}`

const read = (lab: CacheLab, client = lab.world.client) => answerTo(client.users.get(lab.state.user.id))

/** How often a user is read for the first time when Redis was too slow for it. */
const ATTEMPTS = 3

/** Two reads of a user whom nobody has read. @throws LabError `deadline` where Redis is too slow each time. */
async function readTwiceWithCache(lab: CacheLab): Promise<Answer<User>[]> {
  for (let attempt = 1; ; attempt++) {
    const answers = await inTurn(2, () => read(lab))
    if (countBypassed(answers) === 0) return answers
    if (attempt === ATTEMPTS) throw new LabError('deadline', lab.words(TOO_SLOW))
    await checkCacheInUse.run(lab)
    lab.state.user = await createUser(lab, 'Ann')
  }
}

/** On a busy machine the quickest reads are found only after many. */
const MOST_BATCHES = 5

/**
 * How long first and second reads take. What disturbs a read only ever makes it slower, so that the quickest of many shows what it costs by
 * itself: as long as the two cannot be told apart, there are more.
 */
async function compareReads(lab: CacheLab, rounds: number): Promise<{ cold: Spread; warm: Spread }> {
  const pairs: (readonly [cold: number, warm: number])[] = []
  for (let batch = 1; ; batch++) {
    const users = await createUsers(lab, rounds)
    pairs.push(...(await inTurn(users.length, (index) => readTwice(lab, users[index]?.id ?? 0))))
    const [cold, warm] = [
      spreadOf(pairs.map(([first]) => first)),
      spreadOf(pairs.map(([, second]) => second)),
    ]
    if (warm.leastMs < cold.leastMs || batch === MOST_BATCHES) return { cold, warm }
  }
}

/** Below this times a MISS, a HIT that is not faster is not seen to be slower either. */
const CLEARLY_SLOWER = 1.5

const isTooClose = (cold: Spread, warm: Spread) =>
  warm.leastMs >= cold.leastMs && warm.leastMs < cold.leastMs * CLEARLY_SLOWER

/** How long the first and the second read of a user take, in milliseconds. */
async function readTwice(lab: CacheLab, id: number): Promise<readonly [cold: number, warm: number]> {
  lab.signal.throwIfAborted()
  const cold = await answerTo(lab.world.quietly.users.get(id))
  const warm = await answerTo(lab.world.quietly.users.get(id))
  return [cold.durationMs, warm.durationMs]
}

function isJsonOf(value: string | null, user: User): boolean {
  try {
    const parsed = JSON.parse(value ?? '')
    return Object.entries(user).every(([name, wanted]) => parsed[name] === wanted)
  } catch {
    return false
  }
}

const leastOf = ({ leastMs }: Spread, language: Language) => fixed(leastMs, 2)[language]
const halfOf = ({ lowMs, highMs }: Spread, language: Language) =>
  `${fixed(lowMs, 2)[language]}–${fixed(highMs, 2)[language]}`
