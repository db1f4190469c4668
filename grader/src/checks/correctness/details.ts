import type { Lab } from '@msctl/scenarios'
import type { Answer, CheckFinding, Experiment, Grader } from '../../run/grader.ts'
import { isOk, type Row, rowOf, says } from '../answers.ts'
import { complain, judge } from '../judge.ts'
import { type Created, create, inCalm, unknownId } from '../objects.ts'
import {
  call,
  create as createLine,
  expected,
  hasStatus,
  holds,
  OTHER_SAMPLE,
  SAMPLE,
  SEED_LINE,
} from '../repro.ts'
import { RESOURCES } from '../resources.ts'
import { seeWhoWaits } from './see-who-waits.ts'

interface State {
  user?: Created
  orders: readonly Created[]
  /** A user of whom there is no order. */
  idle?: Created
  strangersOrder?: Created
  /** Of one whose number ends like the user's. */
  likeOrder?: Created
}

type DetailsLab = Lab<Grader, State>

const CREATED = ['correctness.users.create', 'correctness.orders.create']

/** The one answer that the gateway makes of two. */
export const details: Experiment<State> = {
  needs: ['http'],
  uses: ['users', 'orders'],
  sheet: {
    name: 'correctness-details',
    title: { en: 'A user with their orders', ru: 'Пользователь со своими заказами' },
    question: {
      en: 'Is one answer really made of two, and asked for at once?',
      ru: 'Правда ли один ответ собран из двух и части спрошены одновременно?',
    },
    idea: {
      en: 'Two users have orders, a third has none; the tables are held for a moment, to see who waits for them together.',
      ru: 'У двух пользователей есть заказы, у третьего нет; таблицы ненадолго заняты, чтобы увидеть, кто ждёт их одновременно.',
    },
    state: () => ({ orders: [] }),
    expectations: {
      'correctness.details.content': {
        criterion: 'correctness',
        title: {
          en: 'GET /users/{id}/details gives the user and that user’s orders',
          ru: 'GET /users/{id}/details отдаёт пользователя и именно его заказы',
        },
        why: {
          en: 'It is what the aggregate is for; and the orders of others are none of one’s business.',
          ru: 'Для этого агрегация и нужна; а чужие заказы никого не касаются.',
        },
        hint: {
          en: 'Answer {"user": …, "orders": […]} with the orders whose userId is the id, and 404 when users says 404.',
          ru: 'Отвечайте {"user": …, "orders": […]} с заказами, у которых userId равен id, и 404, если users отвечает 404.',
        },
        dependsOn: CREATED,
      },
      'correctness.details.in-parallel': {
        criterion: 'correctness',
        title: {
          en: 'GET /users/{id}/details asks both services at once',
          ru: 'GET /users/{id}/details спрашивает оба сервиса одновременно',
        },
        why: {
          en: 'One after the other, the caller waits for the sum of both.',
          ru: 'Если спрашивать по очереди, вызывающий ждёт сумму обоих времён.',
        },
        hint: {
          en: 'Begin both calls before you await either: asyncio.gather, Promise.all.',
          ru: 'Начните оба вызова прежде, чем ждать любого из них: asyncio.gather, Promise.all.',
        },
        needs: ['db'],
        dependsOn: ['correctness.details.content'],
      },
    },
    steadyState: [],
    steps: [
      { title: { en: 'Create users and orders', ru: 'Создать пользователей и заказы' }, run: createSome },
      { title: { en: 'Ask for their details', ru: 'Спросить их details' }, run: readDetails },
      {
        title: { en: 'See who is asked at once', ru: 'Посмотреть, кого спрашивают одновременно' },
        run: seeWhoWaits,
      },
    ],
  },
}

async function createSome(lab: DetailsLab): Promise<void> {
  const { users, orders } = RESOURCES
  const orderOf = (user: Created | undefined) =>
    user && create(lab, orders, { ...orders.make(lab.world), userId: user.id })
  const user = await create(lab, users)
  const stranger = await create(lab, users)
  const idle = await create(lab, users)
  const made = [await orderOf(user), await orderOf(user)].filter((order) => order !== undefined)
  const strangersOrder = await orderOf(stranger)
  // Of one whose number ends like the user's; nobody need be there by that number.
  const likeId = Number(`1${user?.id}`)
  const likeOrder =
    likeId < 2 ** 31 ? await create(lab, orders, { ...orders.make(lab.world), userId: likeId }) : undefined
  Object.assign(lab.state, { user, idle, orders: made, strangersOrder, likeOrder })
}

async function readDetails(lab: DetailsLab): Promise<void> {
  const { user, idle, orders, strangersOrder, likeOrder } = lab.state
  if (!user || !idle || !strangersOrder || orders.length < 2) return notCreated(lab)
  const path = `/users/${user.id}/details`
  const answer = await lab.world.request('GET', path)
  const none = await lab.world.request('GET', `/users/${idle.id}/details`)
  const [unknown] = await inCalm(lab, RESOURCES.users, user.id, [unknownId(lab.world)], (id) =>
    lab.world.request('GET', `/users/${id}/details`),
  )
  const given = ordersOf(answer)
  const missing = orders.filter(({ id, body }) => !given?.some((order) => says(order, { id, ...body })))
  const others = (given ?? []).filter(
    ({ id, userId }) => id === strangersOrder.id || id === likeOrder?.id || (userId ?? user.id) !== user.id,
  )
  lab.expect(
    'correctness.details.content',
    judge(
      {
        en: `200, user ${user.id} under "user" and orders ${ids(orders)} under "orders"; no orders for who has none; 404 for who is not there`,
        ru: `200, пользователь ${user.id} в "user" и заказы ${ids(orders)} в "orders"; пустой список, если заказов нет; 404, если нет пользователя`,
      },
      [
        !isOk(answer) && complain({ en: 'Not given:', ru: 'Не отдан:' }, answer),
        isOk(answer) &&
          !says(userOf(answer), { id: user.id, ...user.body }) &&
          complain(
            { en: `"user" is not user ${user.id}:`, ru: `В "user" не пользователь ${user.id}:` },
            answer,
          ),
        isOk(answer) &&
          given === undefined &&
          complain({ en: '"orders" is no list:', ru: '"orders" не список:' }, answer),
        given !== undefined &&
          missing.length > 0 &&
          complain({ en: `Orders missing: ${ids(missing)}.`, ru: `Нет заказов: ${ids(missing)}.` }, answer),
        others.length > 0 &&
          complain(
            { en: `Orders of others: ${others.length}.`, ru: `Чужих заказов: ${others.length}.` },
            answer,
          ),
        ordersOf(none)?.length !== 0 &&
          complain(
            { en: 'Without an order, the list is not empty:', ru: 'Заказов нет, а список не пуст:' },
            none,
          ),
        unknown &&
          unknown.status !== 404 &&
          complain(
            { en: 'No such user, and not 404:', ru: 'Такого пользователя нет, но это не 404:' },
            unknown,
          ),
      ],
      {
        answers: [answer, none],
        repro: [
          SEED_LINE,
          createLine('/users', OTHER_SAMPLE.users, 'OTHER'),
          createLine('/users', SAMPLE.users.json, 'OWNER'),
          createLine('/orders', '{"userId": 1$OWNER, "product": "Chair"}', 'CHAIR'),
          createLine('/orders', '{"userId": $OTHER, "product": "Desk"}', 'DESK'),
          createLine('/orders', '{"userId": $OWNER, "product": "Lamp"}', 'LAMP'),
          call('GET', '/users/$OWNER/details'),
          expected('user $OWNER', holds(`.user | .id == $OWNER and ${SAMPLE.users.isIt}`)),
          expected('order $LAMP, and neither $CHAIR nor $DESK', holds(hasOnly('LAMP', 'CHAIR', 'DESK'))),
          call('GET', '/users/$OTHER/details'),
          expected('user $OTHER', holds('.user.id == $OTHER')),
          expected('order $DESK, and not $LAMP', holds(hasOnly('DESK', 'LAMP'))),
          createLine('/users', SAMPLE.users.json.replace('a$N', 'd$N')),
          call('GET', '/users/$ID/details'),
          expected('a list, without these', holds('[.orders[].id] - [$LAMP, $DESK] == [.orders[].id]')),
          call('GET', `/users/${unknownId(lab.world)}/details`),
          expected('404', hasStatus('404')),
        ],
      },
    ),
  )
}

function notCreated(lab: DetailsLab): void {
  lab.expect('correctness.details.content', {
    held: true,
    expected: { en: 'Users and orders to ask for', ru: 'Пользователи и заказы, о которых можно спросить' },
    actual: { en: 'They could not be created.', ru: 'Их не удалось создать.' },
    undecided: {
      en: 'Users and orders could not be created.',
      ru: 'Пользователей и заказы не удалось создать.',
    },
  } as CheckFinding)
}

/** For jq: the one order is there, and others are not. All by the names of variables. */
const hasOnly = (own: string, ...others: readonly string[]) =>
  `[.orders[].id] | ${[`index($${own})`, ...others.map((other) => `(index($${other}) | not)`)].join(' and ')}`

function userOf(answer: Answer): Row | undefined {
  const user = rowOf(answer)?.user
  return typeof user === 'object' && user !== null ? (user as Row) : undefined
}

function ordersOf(answer: Answer): readonly Row[] | undefined {
  const orders = isOk(answer) ? rowOf(answer)?.orders : undefined
  return Array.isArray(orders) ? orders : undefined
}

const ids = (orders: readonly { id: number }[]) => orders.map(({ id }) => id).join(', ')
