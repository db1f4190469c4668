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
  en: `Cache-aside as every textbook has it: read the cache; on a miss read the database and fill the cache; whoever writes deletes the key. It looks right, and it loses a race:

    reader                            writer
    looks into Redis: nothing
    reads the row: Ann
                                      UPDATE … name = 'Anna', COMMIT
                                      deletes user:1 from Redis
                                      answers 200
    fills Redis: user:1 = Ann         ◀── too late!

From then on everybody reads Ann, for 300 seconds, although the writer was told that it is Anna. It takes a reader who is held up between two lines of code. Under load there is always one. We are going to be so unlucky on purpose.`,
  ru: `Cache-aside из любого учебника: читаем кэш; промах — читаем базу и заполняем кэш; кто пишет, удаляет ключ. Выглядит верно, но проигрывает гонку:

    читатель                          писатель
    смотрит в Redis: пусто
    читает строку: Ann
                                      UPDATE … name = 'Anna', COMMIT
                                      удаляет user:1 из Redis
                                      отвечает 200
    заполняет Redis: user:1 = Ann     ◀── слишком поздно!

С этой минуты все 300 секунд читают Ann, хотя писателю ответили, что теперь Anna. Достаточно, чтобы читатель задержался между двумя строками кода. Под нагрузкой такой найдётся всегда. Мы устроим это невезение нарочно.`,
}

/** The race that the textbook's cache-aside loses and this one does not, step by step. */
export const staleCache = defineSheet<World, State>({
  name: 'stale-cache',
  title: { en: 'The race of cache-aside', ru: 'Гонка в cache-aside' },
  question: {
    en: 'A slow reader meets a fast writer. Which of them does the cache believe?',
    ru: 'Медленный читатель встретил быстрого писателя. Кому из них поверит кэш?',
  },
  idea,
  expectations: {
    'new-after-write': {
      title: {
        en: 'after the answered PUT, everybody reads the new name',
        ru: 'после ответа на PUT все читают новое имя',
      },
      why: {
        en: 'A write that was confirmed and then forgotten is the bug that nobody can reproduce.',
        ru: 'Запись, которую подтвердили и забыли, — та самая ошибка, которую никто не может повторить.',
      },
    },
    'cached-again': {
      title: { en: 'and the key is cached again', ru: 'и ключ снова в кэше' },
      why: {
        en: 'A cache that protects itself by never caching again would be no cure.',
        ru: 'Кэш, который спасается тем, что больше не кэширует, — не лекарство.',
      },
    },
  },
  state: () => ({ userId: 0, sessions: [] }),

  steadyState: [checkPlatform, checkCacheInUse],

  steps: [
    {
      title: {
        en: 'Create a user called Ann. The cache does not know them.',
        ru: 'Создаём пользователя по имени Ann. Кэш его не знает.',
      },
      run: async (lab) => {
        lab.state.userId = (await createUser(lab, OLD)).id
      },
    },
    {
      title: { en: 'Prepare the bad luck.', ru: 'Готовим невезение.' },
      run: async (lab) => {
        lab.state.sessions = await openSessions(lab, 'users', 3)
        const [look] = lab.state.sessions as [DatabaseSession]
        await lab.inject(snapshotReads(lab, look))
      },
    },
    {
      title: { en: 'The race, in slow motion.', ru: 'Гонка в замедленном показе.' },
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
      title: { en: 'And once more.', ru: 'И ещё раз.' },
      run: async (lab) => {
        const { cache } = await read(lab)
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
    en: `The textbook would have shown ${OLD} twice, and gone on showing ${OLD} for five minutes. Here a miss takes a lease, a token for that key. The writer deletes the key and voids the lease. When the slow reader comes to fill the cache, its token is no longer good, and Redis refuses: what the reader brought may be old. One answer was stale that was asked for before the write was done, which is fair. None after it was.`,
    ru: `Учебный вариант дважды показал бы ${OLD} и показывал бы ${OLD} ещё пять минут. Здесь промах берёт аренду — токен для этого ключа. Писатель удаляет ключ и гасит аренду. Когда медленный читатель приходит заполнить кэш, его токен уже недействителен, и Redis отказывает: принесённое могло устареть. Старым был один ответ — на вопрос, заданный до конца записи, и это честно. После неё — ни одного.`,
  }),
})

type RaceLab = AnyLab & { readonly state: State }

const read = (lab: RaceLab) => answerTo(lab.world.client.users.get(lab.state.userId))

/** Holds the writer before its commit, the reader with the old row, and lets them go in the unlucky order. */
async function race(lab: RaceLab): Promise<void> {
  const [, row, table] = lab.state.sessions as [DatabaseSession, DatabaseSession, DatabaseSession]
  try {
    await runRace(lab)
  } finally {
    // However it ended: what is put back next asks for users. The row first, which whoever has the table in mind waits for.
    await row.query('ROLLBACK')
    await table.query('ROLLBACK')
  }
}

async function runRace(lab: RaceLab): Promise<void> {
  const [look, row, table] = lab.state.sessions as [DatabaseSession, DatabaseSession, DatabaseSession]
  const { userId } = lab.state
  const held = (count: number) =>
    lab.waitFor(
      { en: `${count} wait in the database`, ru: `в базе ждут: ${count}` },
      async () => ((await countWaiting(look)) >= count ? true : undefined),
      { withinMs: HELD_WITHIN_MS, everyMs: 5 },
    )

  // Whoever has locked a row makes its writer wait; whoever waits for a table makes later readers wait, and not the writer, who was there before.
  await row.query('BEGIN')
  await row.query('SELECT id FROM users WHERE id = $1 FOR UPDATE', [userId])
  const written = answerTo(lab.world.client.users.update(userId, { name: NEW }))
  await held(1)
  lab.say({
    en: `The writer has sent its UPDATE, and waits to commit.`,
    ru: `Писатель отправил UPDATE и ждёт, чтобы зафиксировать.`,
  })
  await table.query('BEGIN')
  const locked = table.query('LOCK TABLE users IN ACCESS EXCLUSIVE MODE')
  locked.catch(() => undefined) // it is awaited below, unless something else fails before
  await held(2)
  const readOld: Promise<{ data: User | undefined }> = read(lab)
  await held(3)
  lab.say({
    en: `The reader found nothing in Redis, turned to the database, and is held there. It sees the data as they are now: ${OLD}.`,
    ru: `Читатель ничего не нашёл в Redis, пошёл в базу и задержался там. Он видит данные такими, как сейчас: ${OLD}.`,
  })

  await row.query('COMMIT')
  await written
  lab.say({
    en: 'The writer has committed, has thrown the copy away, and has been told 200. Now the reader may go on:',
    ru: 'Писатель зафиксировал, выбросил копию и получил 200. Теперь может продолжать читатель:',
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
    en: `It answers ${OLD}, and tries to put ${OLD} into the cache.`,
    ru: `Он отвечает ${OLD} и пытается положить ${OLD} в кэш.`,
  })
}
