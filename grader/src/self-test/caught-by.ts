import { SERVICES, type ServiceName } from '@msctl/sdk/contract'

type CaughtBy = Readonly<Record<string, readonly string[]>>

/** The same for each service. */
const perService = (name: string, checks: (service: ServiceName) => readonly string[]): CaughtBy =>
  Object.fromEntries(SERVICES.map((service) => [`${service}-${name}`, checks(service)]))

/** Ids that begin alike. */
const of = (prefix: string, ...checks: string[]) => checks.map((check) => `${prefix}.${check}`)

const opensAtFifth = (...services: ServiceName[]) => [
  ...services.map((service) => `circuit-breaker.${service}.opens-at-fifth`),
  'circuit-breaker.health',
]
const ofEachCircuit = (what: string) => SERVICES.map((service) => `circuit-breaker.${service}.${what}`)

/**
 * For each fault the check that is meant to catch it, and after it those that may rightly fail with it: one and the same mistake may
 * break more than one promise.
 */
export const CAUGHT_BY: CaughtBy = {
  'users-post-ignores-name': [
    ...of('correctness.users', 'read', 'create', 'update', 'validation', 'list'),
    'correctness.details.content',
    'caching.users.served',
  ],
  'users-post-loses-unicode': ['persistence.text'],
  'users-post-accepts-missing-name': ['correctness.users.validation'],
  'users-post-rejects-but-stores': ['correctness.users.validation'],
  'users-duplicate-email-accepted': ['correctness.users.unique-email'],
  'users-duplicate-email-500': ['correctness.users.unique-email'],
  'users-put-accepts-duplicate-email': ['correctness.users.unique-email'],
  'users-get-unknown-200': of('correctness.users', 'not-found', 'delete'),
  'users-put-resets-missing-fields': ['correctness.users.update', 'persistence.users.survive-restart'],
  'users-put-unknown-creates': ['correctness.users.not-found'],
  'users-put-missing': of('correctness.users', 'update', 'not-found', 'validation', 'unique-email'),
  'users-delete-keeps': of('correctness.users', 'delete', 'not-found'),
  'users-list-without-last': ['correctness.users.list'],
  'users-ids-as-strings': ['correctness.users.create', 'correctness.details.content'],
  'users-get-first': [
    ...of('correctness.users', 'read', 'update', 'validation', 'delete', 'not-found'),
    'correctness.details.content',
    'caching.users.served',
    ...of('persistence.users', 'survive-restart', 'acknowledged-writes'),
  ],

  'orders-post-without-id': [
    'correctness.orders.create',
    'correctness.details.content',
    ...of('persistence.orders', 'survive-restart', 'acknowledged-writes'),
  ],
  'orders-default-quantity-null': ['correctness.orders.read', 'correctness.orders.create'],
  'orders-default-quantity-zero': ['correctness.orders.read', 'correctness.orders.create'],
  'orders-product-truncated': [
    ...of('correctness.orders', 'read', 'create', 'update', 'validation', 'list'),
    'correctness.details.content',
    'caching.orders.served',
    ...of('persistence.orders', 'survive-restart', 'acknowledged-writes'),
  ],
  'orders-post-accepts-missing-product': ['correctness.orders.validation'],
  'orders-mistyped-500': ['correctness.orders.validation'],
  'orders-get-unknown-500': of('correctness.orders', 'not-found', 'delete'),
  'orders-put-resets-quantity': [
    'correctness.orders.update',
    ...of('persistence.orders', 'survive-restart', 'acknowledged-writes'),
  ],
  'orders-put-not-applied': [
    'correctness.orders.update',
    ...of('persistence.orders', 'survive-restart', 'acknowledged-writes'),
  ],
  'orders-delete-answers-404': ['correctness.orders.delete'],
  'orders-delete-takes-others': ['correctness.orders.delete'],
  'orders-list-capped': ['correctness.orders.list'],
  'orders-filter-ignored': ['correctness.orders.list'],
  'orders-filter-by-id': ['correctness.orders.list', 'correctness.details.content'],
  'orders-filter-substring': ['correctness.orders.list', 'correctness.details.content'],
  'orders-answers-user_id': [
    ...of('correctness.orders', 'read', 'create', 'list', 'update', 'validation'),
    'correctness.details.content',
    'caching.orders.served',
    ...of('persistence.orders', 'survive-restart', 'acknowledged-writes'),
  ],

  'payments-post-accepts-missing-order': ['correctness.payments.validation'],
  'payments-mistyped-accepted': ['correctness.payments.validation'],
  'payments-rejects-but-stores': ['correctness.payments.validation'],
  'payments-get-unknown-200': of('correctness.payments', 'not-found', 'delete'),
  'payments-put-unknown-200': ['correctness.payments.not-found'],
  'payments-put-resets-amount': [
    'correctness.payments.update',
    'payments.updated-at',
    ...of('persistence.payments', 'survive-restart', 'acknowledged-writes'),
  ],
  'payments-delete-unknown-204': of('correctness.payments', 'not-found', 'delete'),
  'payments-delete-missing': of('correctness.payments', 'delete', 'not-found'),
  'payments-list-missing': [
    'correctness.payments.list',
    'payments.filter',
    'correctness.payments.validation',
  ],
  'payments-answers-orderId': [
    ...of('correctness.payments', 'read', 'create', 'list', 'update', 'validation'),
    'caching.payments.served',
    'payments.filter',
    ...of('persistence.payments', 'survive-restart', 'acknowledged-writes'),
  ],

  'status-missing': ['correctness.gateway.status'],
  'status-500': ['correctness.gateway.status'],
  'details-missing': ['correctness.details.content'],
  'details-orders-of-everyone': ['correctness.details.content'],
  'details-orders-substring': ['correctness.details.content'],
  'details-orders-lost': ['correctness.details.content'],
  'details-orders-empty': ['correctness.details.content'],
  'details-wrong-user': ['correctness.details.content'],
  'details-unknown-200': ['correctness.details.content'],
  'details-unknown-500': ['correctness.details.content'],
  'details-sequential': ['correctness.details.in-parallel'],
  'details-orders-lost-silently': ['advice.details.orders-away'],

  ...perService('never-cached', (service) => of(`caching.${service}`, 'served')),
  ...perService('cache-kept-by-put', (service) => [
    `caching.${service}.invalidated-by-put`,
    `correctness.${service}.update`,
    ...of(`persistence.${service}`, 'survive-restart', 'acknowledged-writes'),
  ]),
  ...perService('cache-kept-by-delete', (service) => [
    `caching.${service}.invalidated-by-delete`,
    `correctness.${service}.delete`,
  ]),
  'users-cache-key-plural': ['caching.users.key'],
  'orders-cache-key-underscore': ['caching.orders.key'],
  'cache-key-shared': [
    ...of(
      'caching',
      'users.key',
      'orders.served',
      'payments.served',
      'users.served',
      'orders.key',
      'payments.key',
    ),
    ...SERVICES.flatMap((service) =>
      of(`correctness.${service}`, 'read', 'update', 'validation', 'delete', 'not-found'),
    ),
    ...SERVICES.flatMap((service) =>
      of(`caching.${service}`, 'invalidated-by-put', 'invalidated-by-delete', 'ttl'),
    ),
    ...SERVICES.flatMap((service) => of(`persistence.${service}`, 'survive-restart', 'acknowledged-writes')),
    'correctness.details.content',
  ],
  'users-cache-ttl-3000': ['caching.users.ttl'],
  'orders-cache-without-ttl': ['caching.orders.ttl'],
  'payments-cache-ttl-60': ['caching.payments.ttl'],
  'payments-cache-ttl-in-milliseconds': ['caching.payments.ttl', 'caching.payments.served'],
  'orders-cache-ttl-renewed': ['caching.orders.ttl'],
  'payments-cache-holds-another': of('caching.payments', 'served', 'key'),
  'users-cache-holds-a-mark': of('caching.users', 'served', 'key'),
  'orders-cache-never-read': of('caching.orders', 'served', 'ttl'),
  'payments-cache-in-process': of('caching.payments', 'served'),
  'users-put-caches-old': [
    'caching.users.invalidated-by-put',
    'correctness.users.update',
    ...of('persistence.users', 'survive-restart', 'acknowledged-writes'),
  ],

  'payments-never-fail': ['payments.failure-rate', 'payments.statuses'],
  'payments-always-fail': ['payments.failure-rate', 'payments.statuses'],
  'payments-half-fail': ['payments.failure-rate'],
  'payments-tenth-fails': ['payments.failure-rate'],
  'payments-rate-reversed': ['payments.failure-rate'],
  'payments-stay-pending': ['payments.statuses', 'payments.failure-rate'],
  'payments-status-unknown': [
    'payments.statuses',
    'payments.failure-rate',
    'correctness.payments.create',
    'correctness.payments.read',
  ],
  'payments-periodic': ['payments.chance'],
  'payments-amount-truncated': [
    ...of('correctness.payments', 'read', 'create', 'update', 'list', 'validation'),
    'caching.payments.served',
    ...of('persistence.payments', 'survive-restart', 'acknowledged-writes'),
  ],
  'payments-updated_at-kept': ['payments.updated-at'],
  'payments-put-status-ignored': [
    'payments.statuses',
    'correctness.payments.update',
    'payments.updated-at',
    ...of('persistence.payments', 'survive-restart', 'acknowledged-writes'),
  ],
  'payments-put-processes-again': [
    'correctness.payments.update',
    ...of('persistence.payments', 'survive-restart', 'acknowledged-writes'),
  ],
  'payments-filter-ignored': ['payments.filter', 'correctness.payments.list'],
  'payments-filter-substring': ['payments.filter', 'correctness.payments.list'],

  ...perService('in-memory', (service) => [
    ...of(`persistence.${service}`, 'survive-restart', 'acknowledged-writes'),
    ...of('persistence', 'tables', 'ids-go-on'),
  ]),
  'orders-emptied-at-start': [
    ...of('persistence.orders', 'survive-restart', 'acknowledged-writes'),
    'persistence.ids-go-on',
  ],
  'payments-emptied-at-start': [
    ...of('persistence.payments', 'survive-restart', 'acknowledged-writes'),
    'persistence.ids-go-on',
  ],
  'users-ids-start-again': ['persistence.ids-go-on', 'circuit-breaker.users.opens-at-fifth'],
  'orders-ids-used-again': ['persistence.ids-go-on'],
  'users-edits-lost': of('persistence.users', 'survive-restart', 'acknowledged-writes'),
  'payments-edits-lost': of('persistence.payments', 'survive-restart', 'acknowledged-writes'),
  ...perService('written-later', (service) => of(`persistence.${service}`, 'acknowledged-writes')),

  'breaker-missing': opensAtFifth(...SERVICES),
  ...perService('without-breaker', (service) => opensAtFifth(service)),
  'breaker-opens-at-third': opensAtFifth(...SERVICES),
  'breaker-opens-at-sixth': opensAtFifth(...SERVICES),
  'breaker-opens-at-tenth': opensAtFifth(...SERVICES),
  'orders-breaker-opens-at-third': opensAtFifth('orders'),
  'breaker-counts-4xx': opensAtFifth(...SERVICES),
  'breaker-counts-in-total': opensAtFifth(...SERVICES),
  'breaker-success-takes-one-off': opensAtFifth(...SERVICES),
  'breaker-shared': ['circuit-breaker.isolation', ...opensAtFifth(...SERVICES)],
  'breaker-opens-others': ['circuit-breaker.isolation', ...opensAtFifth(...SERVICES)],
  'health-always-closed': ['circuit-breaker.health'],
  'health-count-always-zero': ['circuit-breaker.health'],
  'health-without-circuits': ['circuit-breaker.health'],
  'health-missing': ['circuit-breaker.health', 'correctness.gateway.status'],
  'health-html': ['circuit-breaker.health', 'correctness.gateway.status'],
  'open-refuses-slowly': [...ofEachCircuit('refuses-when-open'), ...ofEachCircuit('trial-decides')],
  'open-answers-200': ofEachCircuit('refuses-when-open'),
  'open-still-sends': ofEachCircuit('refuses-when-open'),
  'open-for-ever': ofEachCircuit('half-open-after-reset'),
  'open-too-long': ofEachCircuit('half-open-after-reset'),
  'open-a-fifth-too-long': ofEachCircuit('half-open-after-reset'),
  'open-too-short': ofEachCircuit('half-open-after-reset'),
  'payments-open-too-long': of('circuit-breaker.payments', 'half-open-after-reset'),
  'half-open-for-all': ['circuit-breaker.one-trial'],
  'half-open-failure-closes': ofEachCircuit('trial-decides'),
  'half-open-failure-stays': ofEachCircuit('trial-decides'),
  'half-open-failure-without-waiting': ofEachCircuit('trial-decides'),
  'half-open-success-not-enough': ofEachCircuit('trial-decides'),

  'textbook-cache': SERVICES.map((service) => `advice.${service}.stale-reads`),
  'unstorable-text-500': SERVICES.map((service) => `advice.${service}.unstorable-text`),
  'big-id-500': SERVICES.map((service) => `advice.${service}.large-ids`),
  'hanging-service-awaited': ['advice.gateway.timeout'],
  'filter-without-index': ['orders', 'payments'].map((service) => `advice.${service}.filter-index`),
  'cut-off-at-stop': ['advice.services.graceful-stop'],
}
