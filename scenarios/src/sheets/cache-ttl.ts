import type { User } from '@msctl/sdk'
import { defineSheet, type Text } from '../engine/index.ts'
import { judgeCountdown, judgeFreshTtl, type Spread, spreadOf } from '../expectations/index.ts'
import {
  type AnyLab,
  answerTo,
  checkCacheInUse,
  checkPlatform,
  createUser,
  createUsers,
  inTurn,
  readKey,
  type World,
} from '../world/index.ts'

interface State {
  user: User
}

const NOBODY: User = { id: 0, email: '', name: '', created_at: '' }

const idea: Text = {
  en: `Most of what a service is asked, it was asked a moment ago. Cache-aside keeps the answers at hand: look into Redis first; if it is not there, read the database and put a copy into Redis, with an end date.

    GET /users/1 ──▶ Redis: user:1? ──── yes ───▶ answer   (HIT)
                          │ no
                          ▼
                     PostgreSQL ──▶ copy to Redis, TTL 300 s ──▶ answer   (MISS)

A copy is only good as long as the original does not change. Whoever writes therefore also throws the copy away.`,
  ru: `Почти обо всём, о чём сервис спрашивают, его уже спрашивали минуту назад. Cache-aside держит ответы под рукой: сначала смотрим в Redis; если там нет — читаем базу и кладём копию в Redis со сроком годности.

    GET /users/1 ──▶ Redis: user:1? ──── да ────▶ ответ   (HIT)
                          │ нет
                          ▼
                     PostgreSQL ──▶ копия в Redis, TTL 300 с ──▶ ответ   (MISS)

Копия годится, пока не изменился оригинал. Поэтому тот, кто пишет, выбрасывает и копию.`,
}

/** Miss, hit, key, TTL, invalidation, and how much faster it is. */
export const cacheTtl = defineSheet<World, State>({
  name: 'cache-ttl',
  title: { en: 'Cache-aside and TTL', ru: 'Кэширование: cache-aside и TTL' },
  question: {
    en: 'The same question twice: who answers the second time, and for how long?',
    ru: 'Один и тот же вопрос дважды: кто отвечает во второй раз и как долго?',
  },
  idea,
  parameters: {
    ttlSeconds: {
      value: 300,
      reason: { en: 'how long a copy may live, in seconds', ru: 'столько секунд может жить копия' },
    },
    watchSeconds: {
      value: 3,
      fast: 2,
      reason: { en: 'of the countdown that we watch', ru: 'секунды отсчёта, за которыми мы следим' },
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
      why: { en: 'That is what a cache is.', ru: 'Это и есть кэш.' },
    },
    'key-holds-user': {
      title: { en: 'the key holds the user as JSON', ru: 'под ключом лежит пользователь в JSON' },
      why: {
        en: 'Whoever opens redis-cli understands what is there, and by which name.',
        ru: 'Открыв redis-cli, сразу видно, что там и под каким именем.',
      },
    },
    'ttl-fresh': {
      title: { en: 'a new copy lives for 300 seconds', ru: 'новая копия живёт 300 секунд' },
      why: {
        en: 'Even a copy that everybody forgot to throw away must not stay wrong for ever.',
        ru: 'Даже копия, которую забыли выбросить, не должна врать вечно.',
      },
    },
    'ttl-counts-down': {
      title: { en: 'reading does not prolong its life', ru: 'чтение не продлевает ей жизнь' },
      why: {
        en: 'Otherwise the most popular copy would be the oldest one.',
        ru: 'Иначе самая нужная копия была бы самой старой.',
      },
    },
    'put-invalidates': {
      title: {
        en: 'after a PUT, the next read has the new name',
        ru: 'после PUT следующее чтение видит новое имя',
      },
      why: {
        en: 'Nobody accepts a profile that shows the old name for five minutes.',
        ru: 'Никто не станет терпеть профиль, пять минут показывающий старое имя.',
      },
    },
    faster: {
      title: { en: 'a HIT is faster than a MISS', ru: 'HIT быстрее, чем MISS' },
      why: { en: 'It is the reason for all of this.', ru: 'Ради этого всё и затевалось.' },
    },
    'delete-invalidates': {
      title: {
        en: 'after a DELETE, the user is gone for everyone',
        ru: 'после DELETE пользователя нет ни для кого',
      },
      why: {
        en: 'A deleted user who can still be read is a ghost, and sometimes a lawsuit.',
        ru: 'Удалённый пользователь, которого всё ещё можно прочитать, — призрак, а иногда и иск.',
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
        const [first, second] = await inTurn(2, () => read(lab))
        lab.expect('miss-then-hit', {
          held: first?.cache === 'MISS' && second?.cache === 'HIT',
          expected: 'X-Cache: MISS, X-Cache: HIT',
          actual: `X-Cache: ${first?.cache}, X-Cache: ${second?.cache}`,
        })
      },
    },
    {
      title: { en: 'Look into Redis.', ru: 'Заглядываем в Redis.' },
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
            ? { en: `${key} holds just that user.`, ru: `В ${key} лежит именно этот пользователь.` }
            : { en: `${key} holds ${value ?? '(nil)'}`, ru: `В ${key} лежит ${value ?? '(nil)'}` },
        })
        lab.expect('ttl-fresh', judgeFreshTtl(ttlSeconds, lab.parameter('ttlSeconds')))
      },
    },
    {
      title: {
        en: 'Watch the TTL count down, and go on reading.',
        ru: 'Смотрим, как убывает TTL, и продолжаем читать.',
      },
      run: async (lab) => {
        const key = keyOf(lab)
        const watchMs = lab.parameter('watchSeconds') * 1000
        const { ttlSeconds: before } = await readKey(lab, key)
        const began = performance.now()
        await lab.waitFor(
          { en: `${key} counts down`, ru: `отсчёт ${key}` },
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
        lab.measure('times', { en: 'faster', ru: 'быстрее' }, cold.medianMs / warm.medianMs, '×')
        lab.expect('faster', {
          held: warm.leastMs < cold.leastMs,
          expected: {
            en: 'The quickest HIT takes less than the quickest MISS.',
            ru: 'Самый быстрый HIT короче самого быстрого MISS.',
          },
          actual: {
            en: `The quickest HIT took ${warm.leastMs.toFixed(2)} ms, the quickest MISS ${cold.leastMs.toFixed(2)} ms; half of them took ${halfOf(warm)} and ${halfOf(cold)} ms.`,
            ru: `Самый быстрый HIT — ${warm.leastMs.toFixed(2)} мс, самый быстрый MISS — ${cold.leastMs.toFixed(2)} мс; половина заняла ${halfOf(warm)} и ${halfOf(cold)} мс.`,
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

  conclude: ({ measurements: { hitMs = 0, missMs = 0, times = 0 } }) => ({
    en: `The first to ask paid for the trip to the database (${missMs.toFixed(1)} ms), everyone after them did not (${hitMs.toFixed(1)} ms, ${times.toFixed(1)} × faster, network included). The copy ran down by the clock, however often it was read, and no change ever had to wait for that: PUT and DELETE threw it away at once.`,
    ru: `Поход в базу оплатил первый, кто спросил (${missMs.toFixed(1)} мс), все следующие — уже нет (${hitMs.toFixed(1)} мс, в ${times.toFixed(1)} раза быстрее, и это вместе с сетью). Копия старела по часам, сколько бы её ни читали, но ни одному изменению не пришлось этого ждать: PUT и DELETE выбрасывали её сразу.`,
  }),
})

type CacheLab = AnyLab & { readonly state: State }

const keyOf = ({ state }: CacheLab) => `user:${state.user.id}`

const read = (lab: CacheLab, client = lab.world.client) => answerTo(client.users.get(lab.state.user.id))

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

const halfOf = ({ lowMs, highMs }: Spread) => `${lowMs.toFixed(2)}–${highMs.toFixed(2)}`
