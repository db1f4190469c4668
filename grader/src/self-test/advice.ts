import { SERVICES } from '@msctl/sdk/contract'
import { faultsOf } from './fault-sheet.ts'
import type { Interceptor } from './http.ts'
import { cachedBy } from './plain-cache.ts'
import { instead, withStatus } from './rewrite.ts'
import { sql } from './sql.ts'
import type { ServicePart, Switches } from './switches.ts'

const fault = faultsOf('advice')

const inEachService = (http: () => Interceptor): Switches =>
  Object.fromEntries(SERVICES.map((service) => [service, { http }]))

/** How long a reader takes from the database to the cache, in milliseconds. */
const SLOW_READER_MS = 60

/** Whether a body holds a character that PostgreSQL cannot store: NUL, or half of a surrogate pair. */
const holdsUnstorable = (text: string): boolean =>
  /\\u0000|\\ud[89ab][0-9a-f]{2}(?!\\ud[c-f])|(?<!\\ud[89ab][0-9a-f]{2})\\ud[c-f][0-9a-f]{2}/i.test(text)

const isBeyondInt4 = (path: string): boolean => Number(/\/(\d+)$/.exec(path)?.[1]) > 2_147_483_647

/** What the assignment does not ask for, and a good engineer would add. */
export const ADVICE_FAULTS = [
  fault(
    'textbook-cache',
    'The cache is filled as in the textbook: a reader that is slow enough puts a value back that a writer has just changed.',
    'Кэш заполняется, как в учебнике: медленный читатель возвращает в него значение, которое писатель только что изменил.',
    Object.fromEntries(
      SERVICES.map((service) => [service, { cache: cachedBy({ fillAfterMs: SLOW_READER_MS }) }]),
    ),
  ),
  fault(
    'unstorable-text-500',
    'Text with a NUL character or half of a surrogate pair ends in a 500.',
    'Текст с символом NUL или половиной суррогатной пары заканчивается ответом 500.',
    inEachService(() => async (asked, next) => {
      const answer = await next(asked)
      return answer.status === 422 && holdsUnstorable(asked.text) ? withStatus(500)(answer) : answer
    }),
  ),
  fault(
    'big-id-500',
    'An id beyond the range of PostgreSQL’s integers ends in a 500.',
    'Идентификатор за пределами целых PostgreSQL заканчивается ответом 500.',
    inEachService(() => instead([404], (was, { path }) => (isBeyondInt4(path) ? withStatus(500)(was) : was))),
  ),
  fault(
    'hanging-service-awaited',
    'A service that hangs keeps the gateway’s caller waiting without end.',
    'Зависший сервис заставляет клиента шлюза ждать бесконечно.',
    {
      environment: () => ({ UPSTREAM_TIMEOUT_SECONDS: '100000' }),
      // A service of this platform gives up on a database that hangs, so it has to be stopped from telling.
      ...inEachService(() => async (asked, next) => {
        const answer = await next(asked)
        return answer.status === 503 ? new Promise(() => undefined) : answer
      }),
    },
  ),
  fault(
    'filter-without-index',
    'The filters of orders and payments have no index, and read the whole table.',
    'У фильтров заказов и платежей нет индекса: читается вся таблица.',
    {
      orders: { prepare: ({ query }: ServicePart) => query(sql('DROP INDEX IF EXISTS "orders_userId_id"')) },
      payments: {
        prepare: ({ query }: ServicePart) => query(sql('DROP INDEX IF EXISTS payments_order_id_id')),
      },
    },
  ),
  fault(
    'cut-off-at-stop',
    'A service that is stopped cuts off the requests that are in flight.',
    'Останавливаемый сервис обрывает запросы, которые ещё выполняются.',
    Object.fromEntries(SERVICES.map((service) => [service, { isCutOff: true }])),
  ),
]
