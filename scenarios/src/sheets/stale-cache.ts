import type { DatabaseSession } from '@msctl/platform/database'
import type { User } from '@msctl/sdk'
import { defineSheet, LabError, type Text } from '../engine/index.ts'
import {
  type AnyLab,
  answerTo,
  checkCacheInUse,
  checkPlatform,
  countWaiting,
  createUser,
  leaveOpenIfBypassed,
  openSessions,
  readKey,
  snapshotReads,
  type World,
} from '../world/index.ts'

interface State {
  userId: number
  /** To look, and to hold the row and the table with. */
  sessions: readonly DatabaseSession[]
}

const [OLD, NEW] = ['Ann', 'Anna']
/** Half of what the service grants a statement, in milliseconds. */
const HELD_WITHIN_MS = 1_000

const idea: Text = {
  en: `Cache-aside as in a textbook: read the cache; on a miss, read the database and fill the cache; a write deletes the key. It looks right, but it has a race condition:

    reader                            writer
    looks into Redis: nothing
    reads the row: Ann
                                      UPDATE … name = 'Anna', COMMIT
                                      deletes user:1 from Redis
                                      answers 200
    fills Redis: user:1 = Ann         ◀── too late!

From then on everybody reads Ann, for 300 seconds, although the writer was answered that the name is Anna. It only takes a reader that is delayed between two lines of code. Under load that happens. Here we make it happen on purpose.`,
  ru: `Cache-aside по учебнику: читаем кэш; при промахе читаем базу и заполняем кэш; запись удаляет ключ. Выглядит верно, но здесь есть состояние гонки:

    читатель                          писатель
    смотрит в Redis: пусто
    читает строку: Ann
                                      UPDATE … name = 'Anna', COMMIT
                                      удаляет user:1 из Redis
                                      отвечает 200
    заполняет Redis: user:1 = Ann     ◀── слишком поздно!

С этого момента 300 секунд все читают Ann, хотя писатель получил ответ, что имя — Anna. Для этого достаточно, чтобы читатель задержался между двумя строками кода. Под нагрузкой такое бывает. Здесь мы делаем это нарочно.`,
}

/** The race that textbook cache-aside loses and this one does not, step by step. */
export const staleCache = defineSheet<World, State>({
  name: 'stale-cache',
  title: { en: 'The cache-aside race', ru: 'Гонка в cache-aside' },
  question: {
    en: 'A slow reader and a fast writer use the same key. Whose value stays in the cache?',
    ru: 'Медленный читатель и быстрый писатель обращаются к одному ключу. Чьё значение останется в кэше?',
  },
  idea,
  expectations: {
    'new-after-write': {
      title: {
        en: 'after the answer to the PUT, everybody reads the new name',
        ru: 'после ответа на PUT все читают новое имя',
      },
      why: {
        en: 'A confirmed write that seems to be undone later is very hard to reproduce and to find.',
        ru: 'Подтверждённую запись, которая потом как будто отменена, очень трудно воспроизвести и найти.',
      },
    },
    'cached-again': {
      title: { en: 'the key is cached again', ru: 'ключ снова в кэше' },
      why: {
        en: 'A cache that is safe only because it no longer caches is of no use.',
        ru: 'Кэш, который безопасен только потому, что больше не кэширует, бесполезен.',
      },
    },
  },
  state: () => ({ userId: 0, sessions: [] }),

  steadyState: [checkPlatform, checkCacheInUse],

  steps: [
    {
      title: {
        en: 'Create a user called Ann. The cache does not hold them yet.',
        ru: 'Создаём пользователя по имени Ann. В кэше его ещё нет.',
      },
      run: async (lab) => {
        lab.state.userId = (await createUser(lab, OLD)).id
      },
    },
    {
      title: { en: 'Prepare the race.', ru: 'Готовим гонку.' },
      run: async (lab) => {
        lab.state.sessions = await openSessions(lab, 'users', 3)
        const [look] = lab.state.sessions as [DatabaseSession]
        await lab.inject(snapshotReads(lab, look))
      },
    },
    {
      title: { en: 'The race, step by step.', ru: 'Гонка, шаг за шагом.' },
      run: (lab) => race(lab),
    },
    {
      title: { en: 'Read again.', ru: 'Читаем снова.' },
      run: async (lab) => {
        const { data } = await read(lab)
        lab.expect('new-after-write', {
          held: data?.name === NEW,
          expected: { en: `The name is ${NEW}.`, ru: `Имя — ${NEW}.` },
          actual: { en: `The name is ${data?.name}.`, ru: `Имя — ${data?.name}.` },
        })
      },
    },
    {
      title: { en: 'Read once more.', ru: 'Читаем ещё раз.' },
      run: async (lab) => {
        const answer = await read(lab)
        if (leaveOpenIfBypassed(lab, 'cached-again', [answer])) return
        const { cache } = answer
        const key = `user:${lab.state.userId}`
        lab.say(`> GET ${key}\n${(await readKey(lab, key)).value ?? '(nil)'}`)
        lab.expect('cached-again', {
          held: cache === 'HIT',
          expected: 'X-Cache: HIT',
          actual: `X-Cache: ${cache}`,
        })
      },
    },
  ],

  conclude: () => ({
    en: `Textbook cache-aside would go on showing ${OLD} for five minutes. Here only a reader with a lease, a token for that key, may fill the cache. Before it commits, the writer tells Redis: the key is deleted, its lease is invalid, and there is no new lease until the write is done. So the slow reader has no valid lease, and its value, which may be old, stays out of the cache. One answer held the old name: it was requested before the write was done. No later answer did.`,
    ru: `Cache-aside по учебнику показывал бы ${OLD} ещё пять минут. Здесь заполнить кэш может только читатель с правом на заполнение (lease) — токеном для этого ключа. До фиксации писатель сообщает Redis: ключ удалён, право отозвано, и до конца записи нового не дают. У медленного читателя действительного права нет, и его значение, которое могло устареть, в кэш не попадает. Старое имя было в одном ответе: его запросили до конца записи. В более поздних ответах его нет.`,
  }),
})

type RaceLab = AnyLab & { readonly state: State }

const read = (lab: RaceLab) => answerTo(lab.world.client.users.get(lab.state.userId))

/** Holds the writer before its commit and the reader with the old row, and releases them in the order that loses the race. */
async function race(lab: RaceLab): Promise<void> {
  const [, row, table] = lab.state.sessions as [DatabaseSession, DatabaseSession, DatabaseSession]
  try {
    await runRace(lab)
  } finally {
    // However it ended: what is put back next needs users. The row first: the session that wants the table waits for it.
    await row.query('ROLLBACK')
    await table.query('ROLLBACK')
  }
}

async function runRace(lab: RaceLab): Promise<void> {
  const [look, row, table] = lab.state.sessions as [DatabaseSession, DatabaseSession, DatabaseSession]
  const { userId } = lab.state
  const held = (count: number) =>
    lab.waitFor(
      { en: `sessions that wait in the database: ${count}`, ru: `сеансов, ждущих в базе: ${count}` },
      async () => ((await countWaiting(look)) >= count ? true : undefined),
      { withinMs: HELD_WITHIN_MS, everyMs: 5 },
    )

  // A lock on the row holds the writer. A session that waits for the table holds later readers, but not the writer, which came before it.
  await row.query('BEGIN')
  await row.query('SELECT id FROM users WHERE id = $1 FOR UPDATE', [userId])
  const written = answerTo(lab.world.client.users.update(userId, { name: NEW }))
  await held(1)
  lab.say({
    en: `The writer has sent its UPDATE, and waits to commit.`,
    ru: `Писатель послал UPDATE и ждёт фиксации.`,
  })
  await table.query('BEGIN')
  const locked = table.query('LOCK TABLE users IN ACCESS EXCLUSIVE MODE')
  locked.catch(() => undefined) // it is awaited below, unless something else fails before
  await held(2)
  const readOld: Promise<{ data: User | undefined }> = read(lab)
  await held(3)
  lab.say({
    en: `The reader found nothing in Redis, sent its SELECT, and is held in the database. It sees the data as they are now: ${OLD}.`,
    ru: `Читатель ничего не нашёл в Redis, послал SELECT и задержан в базе. Он видит данные такими, как сейчас: ${OLD}.`,
  })

  await row.query('COMMIT')
  await written
  lab.say({
    en: 'The writer has committed, deleted the key, and got 200. Now the reader goes on:',
    ru: 'Писатель зафиксировал изменение, удалил ключ и получил 200. Теперь продолжает читатель:',
  })
  await locked
  await table.query('COMMIT')
  const { data } = await readOld
  if (data?.name !== OLD)
    throw new LabError(
      'fault-without-effect',
      `The reader was not held with the old row: it answered ${data?.name}.`,
    )
  lab.say({
    en: `It answers ${OLD}. Textbook cache-aside would now put ${OLD} into the cache.`,
    ru: `Он отвечает ${OLD}. Cache-aside по учебнику сейчас положил бы ${OLD} в кэш.`,
  })
}
