import { setTimeout as delay } from 'node:timers/promises'
import type { Breaker, BreakerOptions } from '@msctl/gateway/breaker'
import { SERVICES, type ServiceName } from '@msctl/sdk/contract'
import { request } from 'undici'
import { type BreakerRules, createBreakerByRules } from './breaker-by-rules.ts'
import { faultsOf } from './fault-sheet.ts'
import type { Answered, Asked, Interceptor } from './http.ts'
import { all, answering, on, parse, reply } from './rewrite.ts'
import type { Fields, GatewayPart, Switches } from './switches.ts'

const fault = faultsOf('circuit-breaker')

type BreakerOf = (service: ServiceName, options: BreakerOptions) => Breaker

/** Breakers by other rules, for some of the services. */
export const byRules = (rules: BreakerRules, services: readonly ServiceName[] = SERVICES): Switches => ({
  gateway: {
    breakerOf: (make: BreakerOf) => (service, options) =>
      services.includes(service) ? createBreakerByRules(options, rules) : make(service, options),
  },
})

/** Other options for some of the services. */
const withOptions = (
  change: (options: BreakerOptions) => BreakerOptions,
  services: readonly ServiceName[] = SERVICES,
): Switches => ({
  gateway: {
    breakerOf: (make: BreakerOf) => (service, options) =>
      make(service, services.includes(service) ? change(options) : options),
  },
})

const opensAt = (failures: number, services?: readonly ServiceName[]) =>
  withOptions((options) => ({ ...options, failures }), services)

const opensFor = (share: number, services?: readonly ServiceName[]) =>
  withOptions((options) => ({ ...options, resetSeconds: options.resetSeconds * share }), services)

const NEVER = 1_000_000

/** Changes what the gateway shows of each circuit. */
export const showing = (change: (circuit: Fields) => Fields): Switches => ({
  gateway: {
    http: () =>
      on(
        'GET',
        '/health',
        answering((health) => {
          const { circuits, ...rest } = health as { circuits: Record<string, Fields> }
          const shown = Object.entries(circuits).map(([service, circuit]) => [service, change(circuit)])
          return { ...rest, circuits: Object.fromEntries(shown) }
        }),
      ),
  },
})

/** Whether it is the gateway's own refusal, and not what a service says of its database. */
const isRefusal = ({ text }: Answered): boolean =>
  (parse(text) as Fields | undefined)?.type === 'urn:msctl:problem:circuit-open'

/** Has the refusals of an open circuit look, or take, otherwise. */
export const refusing = (
  change: (refusal: Answered, part: GatewayPart) => Answered | Promise<Answered>,
): Switches => ({
  gateway: {
    http: (part) => async (asked, next) => {
      const answer = await next(asked)
      return isRefusal(answer) ? change(answer, part) : answer
    },
  },
})

/** Sends some of the requests that an open circuit refuses to the service all the same, and gives its answer. */
const passing = (isPassed: (asked: Asked) => boolean): Switches => ({
  gateway: {
    http:
      ({ origins }) =>
      async (asked, next) => {
        const answer = await next(asked)
        const service = SERVICES.find((each) => asked.path.startsWith(`/${each}`))
        if (service === undefined || !isRefusal(answer) || !isPassed(asked)) return answer
        const { method, path, query, text } = asked
        const sent = await request(origins[service] + path + query, {
          method: method as 'POST',
          // No connection is kept: the service comes and goes.
          reset: true,
          ...(text === '' ? {} : { body: text, headers: { 'content-type': 'application/json' } }),
        }).catch(() => undefined)
        if (sent === undefined) return answer
        return { status: sent.statusCode, headers: {}, text: await sent.body.text() }
      },
  },
})

/** What stands for a 4xx on its way from a service to the gateway. */
const HIDDEN_STATUS = 'x-hidden-status'

/** What students get wrong with the circuit breaker. */
export const CIRCUIT_BREAKER_FAULTS = [
  fault(
    'breaker-missing',
    'No circuit ever opens.',
    'Ни один предохранитель никогда не размыкается.',
    opensAt(NEVER),
  ),
  ...SERVICES.map((service) =>
    fault(
      `${service}-without-breaker`,
      `The circuit of ${service} never opens; the others do.`,
      `Предохранитель ${service} никогда не размыкается, остальные — да.`,
      opensAt(NEVER, [service]),
    ),
  ),
  fault(
    'breaker-opens-at-third',
    'Circuits open at the third failure.',
    'Предохранители размыкаются на третьей ошибке.',
    opensAt(3),
  ),
  fault(
    'breaker-opens-at-sixth',
    'Circuits open at the sixth failure.',
    'Предохранители размыкаются на шестой ошибке.',
    opensAt(6),
  ),
  fault(
    'breaker-opens-at-tenth',
    'Circuits open at the tenth failure.',
    'Предохранители размыкаются на десятой ошибке.',
    opensAt(10),
  ),
  fault(
    'orders-breaker-opens-at-third',
    'The circuit of orders opens at the third failure.',
    'Предохранитель orders размыкается на третьей ошибке.',
    opensAt(3, ['orders']),
  ),
  fault(
    'breaker-counts-4xx',
    'A 4xx counts as a failure of the service.',
    'Ответ 4xx считается ошибкой сервиса.',
    {
      // Both ends have to agree: the gateway's breaker sees a 500, the caller what it was before.
      ...Object.fromEntries(
        SERVICES.map((service) => [
          service,
          {
            http: (): Interceptor => async (asked, next) => {
              const answer = await next(asked)
              if (answer.status < 400 || answer.status >= 500) return answer
              return {
                ...answer,
                status: 500,
                headers: { ...answer.headers, [HIDDEN_STATUS]: String(answer.status) },
              }
            },
          },
        ]),
      ),
      gateway: {
        http: () =>
          all(
            // Details take what is hidden for a broken service; whether the user is there tells the truth.
            on('GET', '/users/:id/details', async (asked, next) => {
              const answer = await next(asked)
              if (answer.status < 500) return answer
              const user = await next({ ...asked, path: asked.path.replace(/\/details\/?$/, '') })
              return user.status === 404 ? user : answer
            }),
            async (asked, next) => {
              const answer = await next(asked)
              const { [HIDDEN_STATUS]: hidden, ...headers } = answer.headers
              return hidden === undefined ? answer : { ...answer, status: Number(hidden), headers }
            },
          ),
      },
    },
  ),
  fault(
    'breaker-counts-in-total',
    'A success does not reset the count: five failures in all open the circuit.',
    'Успех не сбрасывает счётчик: предохранитель размыкают любые пять ошибок.',
    byRules({ success: 'keeps' }),
  ),
  fault(
    'breaker-success-takes-one-off',
    'A success takes one failure off the count instead of all.',
    'Успех вычитает из счётчика одну ошибку, а не сбрасывает его.',
    byRules({ success: 'decrements' }),
  ),
  fault('breaker-shared', 'One breaker serves all services.', 'Один предохранитель на все сервисы.', {
    gateway: {
      breakerOf: (make: BreakerOf) => {
        let shared: Breaker | undefined
        return (service, options) => {
          shared ??= make(service, options)
          return shared
        }
      },
    },
  }),
  fault(
    'breaker-opens-others',
    'A circuit that opens opens those of the other services.',
    'Разомкнувшийся предохранитель размыкает и предохранители остальных сервисов.',
    {
      gateway: {
        breakerOf: (make: BreakerOf) => {
          const breakers: Breaker[] = []
          return (service, options) => {
            const breaker = make(service, {
              ...options,
              onTransition: (transition) => {
                options.onTransition?.(transition)
                if (transition.to !== 'OPEN') return
                for (const other of breakers) {
                  while (other.describe().status === 'CLOSED') other.acquire()?.fail()
                }
              },
            })
            breakers.push(breaker)
            return breaker
          }
        },
      },
    },
  ),
  fault(
    'health-always-closed',
    'GET /health shows every circuit as CLOSED, always.',
    'GET /health всегда показывает все предохранители как CLOSED.',
    showing((circuit) => ({ ...circuit, status: 'CLOSED' })),
  ),
  fault(
    'health-count-always-zero',
    'GET /health always shows a failure_count of 0.',
    'GET /health всегда показывает failure_count, равный 0.',
    showing((circuit) => ({ ...circuit, failure_count: 0 })),
  ),
  fault(
    'health-without-circuits',
    'GET /health says that the gateway is well, and nothing of the circuits.',
    'GET /health говорит, что шлюз работает, но ничего — о предохранителях.',
    { gateway: { http: () => on('GET', '/health', async () => reply(200, { status: 'healthy' })) } },
  ),
  fault('health-missing', 'There is no GET /health.', 'GET /health нет.', {
    gateway: { http: () => on('GET', '/health', async () => reply(404, { detail: 'Not Found' })) },
  }),
  fault('health-html', 'GET /health answers with a page of HTML.', 'GET /health отвечает страницей HTML.', {
    gateway: {
      http: () =>
        on('GET', '/health', async () => ({
          status: 200,
          headers: { 'content-type': 'text/html' },
          text: '<h1>OK</h1>',
        })),
    },
  }),
  fault(
    'open-refuses-slowly',
    'An open circuit takes a fifth of its 30 seconds to refuse.',
    'Разомкнутый предохранитель отказывает, лишь прождав пятую часть своих 30 секунд.',
    refusing(async (refusal, { resetSeconds }) => {
      await delay(resetSeconds * 200)
      return refusal
    }),
  ),
  fault(
    'open-answers-200',
    'An open circuit answers 200, with an error in the body.',
    'Разомкнутый предохранитель отвечает 200 с ошибкой в теле.',
    refusing(() => reply(200, { error: 'service unavailable' })),
  ),
  fault(
    'open-still-sends',
    'An open circuit refuses, but sends the request to the service all the same.',
    'Разомкнутый предохранитель отказывает, но запрос сервису всё равно отправляет.',
    {
      gateway: {
        http:
          ({ origins, breakers }) =>
          async (asked, next) => {
            const answer = await next(asked)
            const service = SERVICES.find((each) => asked.path.startsWith(`/${each}`))
            if (
              service !== undefined &&
              breakers[service].describe().status === 'OPEN' &&
              isRefusal(answer)
            ) {
              const { method, path, query, headers, text } = asked
              const { 'content-type': type = 'application/json' } = headers
              // What comes of it nobody learns. No connection is kept: the service comes and goes.
              await request(origins[service] + path + query, {
                method: method as 'POST',
                reset: true,
                ...(text === '' ? {} : { body: text, headers: { 'content-type': type } }),
              }).then(
                ({ body }) => body.dump(),
                () => undefined,
              )
            }
            return answer
          },
      },
    },
  ),
  fault(
    'open-for-ever',
    'A circuit that has opened never closes.',
    'Разомкнувшийся предохранитель больше не замыкается.',
    opensFor(1000),
  ),
  fault(
    'open-too-long',
    'A circuit stays open for 45 seconds instead of 30.',
    'Предохранитель остаётся разомкнутым 45 секунд вместо 30.',
    opensFor(1.5),
  ),
  fault(
    'open-a-fifth-too-long',
    'A circuit stays open for 36 seconds instead of 30.',
    'Предохранитель остаётся разомкнутым 36 секунд вместо 30.',
    opensFor(1.2),
  ),
  fault(
    'open-too-short',
    'A circuit stays open for 20 seconds instead of 30.',
    'Предохранитель остаётся разомкнутым 20 секунд вместо 30.',
    opensFor(2 / 3),
  ),
  fault(
    'payments-open-too-long',
    'The circuit of payments stays open for 45 seconds instead of 30.',
    'Предохранитель payments остаётся разомкнутым 45 секунд вместо 30.',
    opensFor(1.5, ['payments']),
  ),
  fault(
    'half-open-for-all',
    'A half-open circuit lets every request through.',
    'Полуоткрытый предохранитель пропускает все запросы.',
    byRules({ trials: Number.POSITIVE_INFINITY }),
  ),
  fault(
    'half-open-for-two',
    'A half-open circuit lets two requests through.',
    'Полуоткрытый предохранитель пропускает два запроса.',
    byRules({ trials: 2 }),
    ['circuit-breaker.one-trial'],
  ),
  fault(
    'post-past-circuit',
    'While a circuit is open, POST goes to the service all the same.',
    'Пока предохранитель разомкнут, POST всё равно уходит сервису.',
    passing(({ method }) => method === 'POST'),
    SERVICES.map((service) => `circuit-breaker.${service}.refuses-when-open`),
  ),
  fault(
    'lists-past-circuit',
    'While a circuit is open, lists are asked for all the same.',
    'Пока предохранитель разомкнут, списки всё равно запрашиваются.',
    passing(({ method, path }) => method === 'GET' && !/\d/.test(path)),
    [
      ...SERVICES.flatMap((service) => [
        `circuit-breaker.${service}.refuses-when-open`,
        `circuit-breaker.${service}.trial-decides`,
      ]),
      'circuit-breaker.one-trial',
    ],
  ),
  fault(
    'half-open-failure-closes',
    'A trial that fails closes the circuit.',
    'Неудачная проба замыкает предохранитель.',
    byRules({ failedTrial: 'closes' }),
  ),
  fault(
    'half-open-failure-stays',
    'A trial that fails leaves the circuit half-open: the next request is a trial at once.',
    'После неудачной пробы предохранитель остаётся полуоткрытым: следующий запрос — сразу проба.',
    byRules({ failedTrial: 'stays' }),
  ),
  fault(
    'half-open-failure-without-waiting',
    'A trial that fails opens the circuit, but its 30 seconds do not begin anew.',
    'Неудачная проба размыкает предохранитель, но его 30 секунд не начинаются заново.',
    byRules({ failedTrial: 'opens-for-no-time' }),
  ),
  fault(
    'half-open-success-not-enough',
    'Three trials have to succeed before the circuit closes.',
    'Чтобы предохранитель замкнулся, нужны три успешные пробы.',
    byRules({ successesToClose: 3 }),
  ),
]
