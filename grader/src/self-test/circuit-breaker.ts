import { setTimeout as delay } from 'node:timers/promises'
import type { Breaker, BreakerOptions } from '@msctl/gateway/breaker'
import { SERVICES, type ServiceName } from '@msctl/sdk/contract'
import { request } from 'undici'
import { type BreakerRules, createBreakerByRules } from './breaker-by-rules.ts'
import { faultsOf } from './fault-sheet.ts'
import type { Answered, Interceptor } from './http.ts'
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

/** What stands for a 4xx on its way from a service to the gateway. */
const HIDDEN_STATUS = 'x-hidden-status'

/** What students get wrong with the circuit breaker. */
export const CIRCUIT_BREAKER_FAULTS = [
  fault(
    'breaker-missing',
    SERVICES,
    'No circuit ever opens.',
    'Ни одна цепь никогда не размыкается.',
    opensAt(NEVER),
  ),
  ...SERVICES.map((service) =>
    fault(
      `${service}-without-breaker`,
      [service],
      `The circuit of ${service} never opens; the others do.`,
      `Цепь ${service} никогда не размыкается, остальные — да.`,
      opensAt(NEVER, [service]),
    ),
  ),
  fault(
    'breaker-opens-at-third',
    SERVICES,
    'Circuits open at the third failure.',
    'Цепи размыкаются на третьей ошибке.',
    opensAt(3),
  ),
  fault(
    'breaker-opens-at-sixth',
    SERVICES,
    'Circuits open at the sixth failure.',
    'Цепи размыкаются на шестой ошибке.',
    opensAt(6),
  ),
  fault(
    'breaker-opens-at-tenth',
    SERVICES,
    'Circuits open at the tenth failure.',
    'Цепи размыкаются на десятой ошибке.',
    opensAt(10),
  ),
  fault(
    'orders-breaker-opens-at-third',
    ['orders'],
    'The circuit of orders opens at the third failure.',
    'Цепь orders размыкается на третьей ошибке.',
    opensAt(3, ['orders']),
  ),
  fault(
    'breaker-counts-4xx',
    SERVICES,
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
    SERVICES,
    'A success does not reset the count: five failures in all open the circuit.',
    'Успех не сбрасывает счётчик: цепь размыкают любые пять ошибок.',
    byRules({ success: 'keeps' }),
  ),
  fault(
    'breaker-success-takes-one-off',
    SERVICES,
    'A success takes one failure off the count instead of all.',
    'Успех вычитает из счётчика одну ошибку, а не сбрасывает его.',
    byRules({ success: 'decrements' }),
  ),
  fault('breaker-shared', SERVICES, 'One breaker serves all services.', 'Один автомат на все сервисы.', {
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
    SERVICES,
    'A circuit that opens opens those of the other services.',
    'Разомкнувшаяся цепь размыкает и цепи остальных сервисов.',
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
    SERVICES,
    'GET /health shows every circuit as CLOSED, always.',
    'GET /health всегда показывает все цепи CLOSED.',
    showing((circuit) => ({ ...circuit, status: 'CLOSED' })),
  ),
  fault(
    'health-count-always-zero',
    SERVICES,
    'GET /health always shows a failure_count of 0.',
    'GET /health всегда показывает failure_count, равный 0.',
    showing((circuit) => ({ ...circuit, failure_count: 0 })),
  ),
  fault(
    'health-without-circuits',
    SERVICES,
    'GET /health says that the gateway is well, and nothing of the circuits.',
    'GET /health говорит, что шлюз работает, но ничего — о цепях.',
    { gateway: { http: () => on('GET', '/health', async () => reply(200, { status: 'healthy' })) } },
  ),
  fault('health-missing', SERVICES, 'There is no GET /health.', 'GET /health нет.', {
    gateway: { http: () => on('GET', '/health', async () => reply(404, { detail: 'Not Found' })) },
  }),
  fault(
    'health-html',
    SERVICES,
    'GET /health answers with a page of HTML.',
    'GET /health отвечает страницей HTML.',
    {
      gateway: {
        http: () =>
          on('GET', '/health', async () => ({
            status: 200,
            headers: { 'content-type': 'text/html' },
            text: '<h1>OK</h1>',
          })),
      },
    },
  ),
  fault(
    'open-refuses-slowly',
    SERVICES,
    'An open circuit takes a fifth of its 30 seconds to refuse.',
    'Разомкнутая цепь отказывает, лишь прождав пятую часть своих 30 секунд.',
    refusing(async (refusal, { resetSeconds }) => {
      await delay(resetSeconds * 200)
      return refusal
    }),
  ),
  fault(
    'open-answers-200',
    SERVICES,
    'An open circuit answers 200, with an error in the body.',
    'Разомкнутая цепь отвечает 200 с ошибкой в теле.',
    refusing(() => reply(200, { error: 'service unavailable' })),
  ),
  fault(
    'open-still-sends',
    SERVICES,
    'An open circuit refuses, but sends the request to the service all the same.',
    'Разомкнутая цепь отказывает, но запрос сервису всё равно отправляет.',
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
    SERVICES,
    'A circuit that has opened never closes.',
    'Разомкнувшаяся цепь больше не замыкается.',
    opensFor(1000),
  ),
  fault(
    'open-too-long',
    SERVICES,
    'A circuit stays open for 45 seconds instead of 30.',
    'Цепь остаётся разомкнутой 45 секунд вместо 30.',
    opensFor(1.5),
  ),
  fault(
    'open-too-short',
    SERVICES,
    'A circuit stays open for 20 seconds instead of 30.',
    'Цепь остаётся разомкнутой 20 секунд вместо 30.',
    opensFor(2 / 3),
  ),
  fault(
    'payments-open-too-long',
    ['payments'],
    'The circuit of payments stays open for 45 seconds instead of 30.',
    'Цепь payments остаётся разомкнутой 45 секунд вместо 30.',
    opensFor(1.5, ['payments']),
  ),
  fault(
    'half-open-for-all',
    SERVICES,
    'A half-open circuit lets every request through.',
    'Полуоткрытая цепь пропускает все запросы.',
    byRules({ trials: Number.POSITIVE_INFINITY }),
  ),
  fault(
    'half-open-failure-closes',
    SERVICES,
    'A trial that fails closes the circuit.',
    'Неудачная проба замыкает цепь.',
    byRules({ failedTrial: 'closes' }),
  ),
  fault(
    'half-open-failure-stays',
    SERVICES,
    'A trial that fails leaves the circuit half-open: the next request is a trial at once.',
    'После неудачной пробы цепь остаётся полуоткрытой: следующий запрос — сразу проба.',
    byRules({ failedTrial: 'stays' }),
  ),
  fault(
    'half-open-failure-without-waiting',
    SERVICES,
    'A trial that fails opens the circuit, but its 30 seconds do not begin anew.',
    'Неудачная проба размыкает цепь, но её 30 секунд не начинаются заново.',
    byRules({ failedTrial: 'opens-for-no-time' }),
  ),
  fault(
    'half-open-success-not-enough',
    SERVICES,
    'Three trials have to succeed before the circuit closes.',
    'Чтобы цепь замкнулась, нужны три успешные пробы.',
    byRules({ successesToClose: 3 }),
  ),
]
