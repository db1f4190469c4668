import type { Lab, Text } from '@msctl/scenarios'
import type { Answer, Check, Experiment, Grader } from '../../run/grader.ts'
import { isOk, isRow, type Row, rowOf, says } from '../answers.ts'
import { type Complaints, complain, judge } from '../judge.ts'
import { type Created, create, createMany, inCalm, unknownId } from '../objects.ts'
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
import { inParallel, seeWhoWaits } from './details-in-parallel.ts'

interface State {
  user?: Created
  orders: readonly Created[]
  /** A user of whom there is no order. */
  idle?: Created
  /** Orders of another user, and of one whose number ends like the user's. */
  others: readonly Created[]
}

type DetailsLab = Lab<Grader, State>

/** One more than a list that is cut at ten shows. */
const ORDERS = 11

const content: Check = {
  criterion: 'correctness',
  title: {
    en: 'GET /users/{id}/details gives the user and that user’s orders as they are now',
    ru: 'GET /users/{id}/details отдаёт пользователя и именно его заказы в их нынешнем виде',
  },
  why: {
    en: 'One request answers both questions, and shows nobody the orders of others.',
    ru: 'Один запрос отвечает на оба вопроса и не показывает чужих заказов.',
  },
  hint: {
    en: 'Answer {"user": …, "orders": […]} with the orders whose userId equals the id, and 404 when users answers 404. Ask the services each time.',
    ru: 'Отвечайте {"user": …, "orders": […]} с заказами, у которых userId равен id, и 404, если users отвечает 404. Запрашивайте сервисы каждый раз.',
  },
  dependsOn: ['correctness.users.create', 'correctness.orders.create'],
}

/** The one answer that the gateway makes of two. */
export const details: Experiment<State> = {
  needs: ['http'],
  uses: ['users', 'orders'],
  sheet: {
    name: 'correctness-details',
    title: { en: 'A user with their orders', ru: 'Пользователь со своими заказами' },
    question: {
      en: 'Is one answer made of two, which are asked for at the same time?',
      ru: 'Собран ли один ответ из двух, запрошенных одновременно?',
    },
    idea: {
      en: 'Two users have orders, a third has none. Then the tables are locked for a moment, to see who waits for them at the same time.',
      ru: 'У двух пользователей есть заказы, у третьего нет. Затем таблицы ненадолго блокируются, чтобы увидеть, кто ждёт их одновременно.',
    },
    state: () => ({ orders: [], others: [] }),
    expectations: {
      'correctness.details.content': content,
      'correctness.details.in-parallel': inParallel,
    },
    steadyState: [],
    steps: [
      { title: { en: 'Create users and orders', ru: 'Создать пользователей и заказы' }, run: createSome },
      {
        title: {
          en: 'Ask for details, change everything, and ask again',
          ru: 'Запросить details, всё изменить и запросить снова',
        },
        run: readDetails,
      },
      {
        title: {
          en: 'See which services are asked at the same time',
          ru: 'Посмотреть, какие сервисы запрашиваются одновременно',
        },
        run: seeWhoWaits,
      },
    ],
  },
}

async function createSome(lab: DetailsLab): Promise<void> {
  const { users, orders } = RESOURCES
  const orderOf = (userId: number | undefined) =>
    userId === undefined || userId >= 2 ** 31
      ? undefined
      : create(lab, orders, { ...orders.make(lab.world), userId })
  const user = await create(lab, users)
  const stranger = await create(lab, users)
  const idle = await create(lab, users)
  const own = user === undefined ? [] : await createMany(lab, orders, ORDERS, { userId: user.id })
  // Nobody need be there by a number that ends like the user's.
  const others = [await orderOf(stranger?.id), await orderOf(Number(`1${user?.id}`))]
  Object.assign(lab.state, { user, idle, orders: own, others: others.filter((each) => each !== undefined) })
}

async function readDetails(lab: DetailsLab): Promise<void> {
  const { world, state } = lab
  const { user, idle, orders, others } = state
  const id = 'correctness.details.content'
  if (!user || !idle || others.length === 0 || orders.length < ORDERS) {
    lab.expect(id, judge(content.title, [], { undecided: NOT_CREATED }))
    return
  }
  const path = `/users/${user.id}/details`
  const first = await world.request('GET', path)
  const none = await world.request('GET', `/users/${idle.id}/details`)
  const [unknown] = await inCalm(lab, RESOURCES.users, user.id, [unknownId(world)], (id) =>
    world.request('GET', `/users/${id}/details`),
  )
  const now = isOk(first) ? await changeAll(lab, user, orders) : undefined
  const second = now && (await world.request('GET', path))
  const list = orders.map(({ id }) => id).join(', ')
  lab.expect(
    id,
    judge(
      {
        en: `200, user ${user.id} under "user" and orders ${list} under "orders", also after they have changed; no orders for a user who has none; 404 for a user who does not exist`,
        ru: `200, пользователь ${user.id} в "user" и заказы ${list} в "orders", в том числе после изменений; пустой список, если заказов нет; 404, если нет пользователя`,
      },
      [
        ...judgeDetails(
          first,
          { id: user.id, ...user.body },
          orders.map(({ id, body }) => ({ id, ...body })),
          others,
        ),
        ...(now === undefined || second === undefined ? [] : judgeFresh(second, now)),
        ordersIn(none)?.length !== 0 &&
          complain(
            {
              en: 'The user has no orders, but "orders" is not an empty list:',
              ru: 'У пользователя нет заказов, но "orders" — не пустой список:',
            },
            none,
          ),
        unknown &&
          unknown.status !== 404 &&
          complain(
            {
              en: 'The user does not exist, but the answer is not 404:',
              ru: 'Пользователя нет, но ответ не 404:',
            },
            unknown,
          ),
      ],
      { answers: [first, ...(second ? [second] : []), none], repro: script(unknownId(world)) },
    ),
  )
}

const NOT_CREATED: Text = {
  en: 'Users and orders to ask for could not be created.',
  ru: 'Не удалось создать пользователей и заказы, которые можно запросить.',
}

/** What details should show after everything has changed; what did not take effect is for other checks to say. */
interface Now {
  readonly user: Row
  readonly changed: Row
  readonly added: Row
  readonly deletedId: number
}

/** Changes the user and an order, deletes another order, and adds one. */
async function changeAll(
  lab: DetailsLab,
  user: Created,
  orders: readonly Created[],
): Promise<Now | undefined> {
  const { world } = lab
  const [changed, deleted] = orders
  const [name] = RESOURCES.users.changes(world)
  const [quantity] = RESOURCES.orders.changes(world)
  if (changed === undefined || deleted === undefined) return undefined
  await world.request('PUT', `/users/${user.id}`, { json: name })
  await world.request('PUT', `/orders/${changed.id}`, { json: quantity })
  await world.request('DELETE', `/orders/${deleted.id}`)
  const added = await create(lab, RESOURCES.orders, { ...RESOURCES.orders.make(world), userId: user.id })
  const own = await world.request('GET', `/users/${user.id}`)
  const list = await world.request('GET', `/orders?userId=${user.id}`)
  const rows = new Map((Array.isArray(list.json) ? list.json : []).filter(isRow).map((row) => [row.id, row]))
  const nowChanged = rows.get(changed.id)
  const nowAdded = rows.get(added?.id)
  const nowUser = isOk(own) ? rowOf(own) : undefined
  if (nowUser === undefined || nowChanged === undefined || nowAdded === undefined || rows.has(deleted.id))
    return undefined
  return { user: nowUser, changed: nowChanged, added: nowAdded, deletedId: deleted.id }
}

function judgeDetails(
  answer: Answer,
  user: Row,
  orders: readonly Row[],
  others: readonly Created[],
): Complaints {
  const given = ordersIn(answer)
  if (!isOk(answer)) return [complain({ en: 'The answer is not 200:', ru: 'Ответ не 200:' }, answer)]
  const missing = orders.filter((order) => !given?.some((each) => says(each, order)))
  const repeated = orders.filter(({ id }) => (given ?? []).filter((each) => each.id === id).length > 1)
  const foreign = (given ?? []).filter(
    ({ id, userId }) => others.some((other) => other.id === id) || (userId ?? user.id) !== user.id,
  )
  return [
    !says(userIn(answer), user) &&
      complain({ en: `"user" is not user ${user.id}:`, ru: `В "user" не пользователь ${user.id}:` }, answer),
    given === undefined && complain({ en: '"orders" is not a list:', ru: '"orders" — не список:' }, answer),
    given !== undefined &&
      missing.length > 0 &&
      complain(
        {
          en: `These orders are missing or not as they were created: ${ids(missing)}.`,
          ru: `Этих заказов нет или они не такие, как при создании: ${ids(missing)}.`,
        },
        answer,
      ),
    repeated.length > 0 &&
      complain(
        {
          en: `These orders are listed more than once: ${ids(repeated)}.`,
          ru: `Эти заказы есть в списке больше одного раза: ${ids(repeated)}.`,
        },
        answer,
      ),
    foreign.length > 0 &&
      complain(
        {
          en: `Orders of other users: ${foreign.length}.`,
          ru: `Заказов других пользователей: ${foreign.length}.`,
        },
        answer,
      ),
  ]
}

function judgeFresh(answer: Answer, { user, changed, added, deletedId }: Now): Complaints {
  const given = ordersIn(answer)
  const isOld =
    !says(userIn(answer), { name: user.name }) ||
    !given?.some((order) => says(order, { id: changed.id, quantity: changed.quantity })) ||
    !given.some(({ id }) => id === added.id) ||
    given.some(({ id }) => id === deletedId)
  return [
    isOk(answer) &&
      isOld &&
      complain(
        {
          en: `The user was renamed, order ${changed.id} changed, ${deletedId} deleted and ${added.id} added; details show an older state:`,
          ru: `Пользователя переименовали, заказ ${changed.id} изменили, ${deletedId} удалили, ${added.id} добавили; details показывают прежнее состояние:`,
        },
        answer,
      ),
    !isOk(answer) && complain({ en: 'The second answer is not 200:', ru: 'Второй ответ не 200:' }, answer),
  ]
}

function userIn(answer: Answer): Row | undefined {
  const user = rowOf(answer)?.user
  return isRow(user) ? user : undefined
}

function ordersIn(answer: Answer): readonly Row[] | undefined {
  const orders = isOk(answer) ? rowOf(answer)?.orders : undefined
  return Array.isArray(orders) ? orders.filter(isRow) : undefined
}

const ids = (orders: readonly { readonly id?: unknown }[]) => orders.map(({ id }) => id).join(', ')

/** For jq: the one order is there, and others are not. All by the names of variables. */
const hasOnly = (own: string, ...others: readonly string[]) =>
  `[.orders[].id] | ${[`index($${own})`, ...others.map((other) => `(index($${other}) | not)`)].join(' and ')}`

const script = (unknown: number): readonly string[] => [
  SEED_LINE,
  createLine('/users', OTHER_SAMPLE.users, 'OTHER'),
  createLine('/users', SAMPLE.users.json, 'OWNER'),
  createLine('/orders', '{"userId": 1$OWNER, "product": "Chair"}', 'CHAIR'),
  createLine('/orders', '{"userId": $OTHER, "product": "Desk"}', 'DESK'),
  createLine('/orders', '{"userId": $OWNER, "product": "Lamp"}', 'LAMP'),
  call('GET', '/users/$OWNER/details'),
  expected('user $OWNER', holds(`.user | .id == $OWNER and ${SAMPLE.users.isIt}`)),
  expected('order $LAMP, and neither $CHAIR nor $DESK', holds(hasOnly('LAMP', 'CHAIR', 'DESK'))),
  expected('each order once', holds('[.orders[].id] | length == (unique | length)')),
  call('GET', '/users/$OTHER/details'),
  expected('user $OTHER', holds('.user.id == $OTHER')),
  expected('order $DESK, and not $LAMP', holds(hasOnly('DESK', 'LAMP'))),
  '# Everything changes.',
  call('PUT', '/users/$OWNER', '{"name": "Eve"}'),
  call('DELETE', '/orders/$LAMP'),
  createLine('/orders', '{"userId": $OWNER, "product": "Sofa"}', 'SOFA'),
  call('GET', '/users/$OWNER/details'),
  expected('the new name', holds('.user.name == "Eve"')),
  expected('order $SOFA, and not $LAMP', holds(hasOnly('SOFA', 'LAMP'))),
  createLine('/users', SAMPLE.users.json.replace('a$N', 'd$N')),
  call('GET', '/users/$ID/details'),
  expected('a list, without these', holds('[.orders[].id] - [$SOFA, $DESK] == [.orders[].id]')),
  call('GET', `/users/${unknown}/details`),
  expected('404', hasStatus('404')),
]
