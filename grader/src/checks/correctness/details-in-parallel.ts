import type { Lab, Text } from '@msctl/scenarios'
import type { HeldTable } from '@msctl/scenarios/world'
import { type Answer, type Check, type Grader, GradingError } from '../../run/grader.ts'
import { isOk } from '../answers.ts'
import { judge } from '../judge.ts'
import { comesTrue, holdServiceTable } from '../locks.ts'
import { create } from '../objects.ts'
import { call, create as createLine, expected, SAMPLE, SEED_LINE } from '../repro.ts'
import { RESOURCES } from '../resources.ts'

type AnyLab = Lab<Grader, object>

export const inParallel: Check = {
  criterion: 'correctness',
  title: {
    en: 'GET /users/{id}/details asks both services at the same time',
    ru: 'GET /users/{id}/details запрашивает оба сервиса одновременно',
  },
  why: {
    en: 'If they are asked one after the other, the caller waits for the sum of both times.',
    ru: 'Если запрашивать их по очереди, вызывающий ждёт сумму обоих времён.',
  },
  hint: {
    en: 'Start both calls before you await either of them: asyncio.gather, Promise.all.',
    ru: 'Начните оба вызова прежде, чем ждать любой из них: asyncio.gather, Promise.all.',
  },
  needs: ['db'],
  dependsOn: ['correctness.users.create', 'correctness.orders.create'],
}

/**
 * What one look shows of how both services are asked: at once, one after the other, or neither, as what answered was not the database
 * (a cache, say). It may show nothing: the answer was an error, or all is so late that no time limit can be relied on.
 */
export type Way = 'in-parallel' | 'one-by-one' | 'unseen' | 'unclear' | 'late'

/** How often a way has to be seen to be believed, unless it is the right one: once, one of the services may have been held up. */
const ROUNDS = 3
const MAX_ROUNDS = 6
/** How long it may take until a first service is seen to wait, in milliseconds; more where requests take longer. */
const FIRST_MS = 700
/** How much later a second one may come that is asked at the same time. */
const SECOND_MS = 700
const SECOND_AT_MOST_MS = 1_500
/** Later than this, in milliseconds, a gateway may have given up a service, and ask the next one while the database still works for the first. */
const LATE_MS = 2_500

/** What all looks come to; `undefined` when one more is needed. */
export function settleWays(ways: readonly Way[]): Way | undefined {
  const times = (way: Way) => ways.filter((each) => each === way).length
  if (times('in-parallel') > 0) return 'in-parallel'
  if (times('one-by-one') === ROUNDS) return 'one-by-one'
  if (times('unseen') === ROUNDS && ways.length === ROUNDS) return 'unseen'
  if (ways.length < MAX_ROUNDS) return undefined
  return times('late') > 0 ? 'late' : 'unclear'
}

/**
 * Nobody says from outside when they were asked; but who waits for a table can be seen. Both at once: asked in parallel. One, and the
 * other only once the first has got its answer: one after the other. Anything else (an answer from a cache, say) is no proof of either.
 */
export async function seeWhoWaits(lab: AnyLab): Promise<void> {
  const { users, orders } = lab.world.databases
  if (users === undefined || orders === undefined) return
  const ways: Way[] = []
  const answers: Answer[] = []
  let way: Way | undefined
  while (way === undefined) {
    // One whom no cache knows yet.
    const user = await create(lab, RESOURCES.users)
    if (user === undefined) return
    const heldUsers = await holdServiceTable(lab, 'users')
    const heldOrders = heldUsers && (await holdServiceTable(lab, 'orders'))
    if (heldUsers === undefined || heldOrders === undefined) {
      await heldUsers?.release()
      way = 'unseen'
      break
    }
    const seen = await seeOnce(lab, `/users/${user.id}/details`, [heldUsers, heldOrders])
    ways.push(seen.way)
    answers.splice(0, 1, seen.answer)
    way = settleWays(ways)
  }
  if (way === 'late') throw new GradingError('too-slow', LATE)
  lab.expect(
    'correctness.details.in-parallel',
    judge(
      {
        en: 'While both tables are locked, both services wait for them at the same time',
        ru: 'Пока обе таблицы заблокированы, оба сервиса ждут их одновременно',
      },
      [
        way === 'one-by-one' && {
          what: {
            en: 'One service was asked only after the other had answered.',
            ru: 'Один сервис запрошен только после ответа другого.',
          },
          answers,
        },
      ],
      {
        ...{ answers, repro: SCRIPT },
        undecided: way === 'unclear' ? UNCLEAR : undefined,
        restsOn: way === 'unclear' ? 'correctness.details.content' : undefined,
      },
    ),
  )
}

const SCRIPT: readonly string[] = [
  SEED_LINE,
  createLine('/users', SAMPLE.users.json),
  '# With their tables locked, neither service can answer; whoever is asked can be seen to wait.',
  'hold "$DB_USERS" users 4; hold "$DB_ORDERS" orders 4',
  `${call('GET', '/users/$ID/details')} &`,
  'for _ in $(seq 15); do',
  '  sleep 0.2',
  '  NOW="$(waiting "$DB_USERS" users) $(waiting "$DB_ORDERS" orders)"',
  '  [ "$NOW" = "0 0" ] || WAITING=$NOW',
  '  [[ $NOW = *0* ]] || break',
  'done',
  'echo "waiting for users and orders: $WAITING"',
  `[[ $WAITING = *1* ]] || { echo 'Nobody was seen to wait: try again.'; exit 2; }`,
  expected('both wait at the same time', '[ "$WAITING" = "1 1" ]'),
  'wait',
]

const UNCLEAR: Text = {
  en: 'It could not be seen how the services are asked: at times one after the other, at times not at all, or the answer was an error.',
  ru: 'Не удалось увидеть, как запрашиваются сервисы: то по очереди, то вовсе нет, или ответом была ошибка.',
}

const LATE: Text = {
  en: 'Which service waits was seen too late to mean anything: this machine is too busy.',
  ru: 'Какой сервис ждёт, удалось увидеть слишком поздно, чтобы судить: машина слишком загружена.',
}

/** Asks for details while the tables are held. */
async function seeOnce(
  { world, signal }: AnyLab,
  path: string,
  held: readonly [HeldTable, HeldTable],
): Promise<{ readonly way: Way; readonly answer: Answer }> {
  const slowMs = 2 * world.pace.p99Ms
  const secondMs = Math.min(SECOND_MS + slowMs, SECOND_AT_MOST_MS)
  const isWaiting = async (table: HeldTable) => (await table.waiting()) > 0
  const waiting = () => Promise.all(held.map(isWaiting))
  const began = performance.now()
  let early: Answer | undefined
  const asked = world.request('GET', path).then((answer) => {
    early = answer
    return answer
  })
  /** Whether it comes true while there is no answer yet. */
  const isSeen = async (withinMs: number, look: () => Promise<boolean>) =>
    (await comesTrue(signal, withinMs, async () => early !== undefined || (await look()))) &&
    early === undefined
  let way: Way | undefined
  try {
    if (await isSeen(FIRST_MS + 2 * slowMs, async () => (await waiting()).some(Boolean))) {
      if (await isSeen(secondMs, async () => (await waiting()).every(Boolean))) way = 'in-parallel'
      else {
        const [users, orders] = held
        const [first, second] = (await isWaiting(users)) ? [users, orders] : [orders, users]
        const isFirstWaiting = await isWaiting(first)
        await first.release()
        if (isFirstWaiting && (await isSeen(FIRST_MS + 2 * slowMs, () => isWaiting(second))))
          way = 'one-by-one'
      }
    }
    if (way === undefined && early !== undefined) way = isOk(early) ? 'unseen' : 'unclear'
    if (way !== 'one-by-one' && performance.now() - began > LATE_MS) way = 'late'
  } finally {
    for (const table of held) await table.release()
  }
  return { way: way ?? 'late', answer: await asked }
}
