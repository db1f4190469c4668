import {
  type App,
  type Cache,
  createApp,
  createMetrics,
  type Logger,
  openStores,
  readConfig,
  type Stores,
} from '@msctl/kit'
import { Config as OrdersConfig } from '@msctl/orders/config'
import { createOrderModel, ORDERS_DDL, type OrderModel } from '@msctl/orders/models'
import { orderRoutes } from '@msctl/orders/routes'
import { createOrders } from '@msctl/orders/services'
import { Config as PaymentsConfig } from '@msctl/payments/config'
import { createPaymentModel, PAYMENTS_DDL, type PaymentModel } from '@msctl/payments/models'
import { createProcessor } from '@msctl/payments/processor'
import { paymentRoutes } from '@msctl/payments/routes'
import { createPayments } from '@msctl/payments/services'
import type { PaymentStatus, ServiceName } from '@msctl/sdk/contract'
import { Config as UsersConfig } from '@msctl/users/config'
import { createUserModel, USERS_DDL, type UserModel } from '@msctl/users/models'
import { userRoutes } from '@msctl/users/routes'
import { createUsers } from '@msctl/users/services'
import { Redis } from 'ioredis'
import { listen } from './http.ts'
import type { Ending, Model, ServicePart, ServiceSwitches } from './switches.ts'

/** A service that runs in this process. */
export interface RunningService {
  end(how: Ending): Promise<void>
}

/** What the services differ in: the same as in their `main.ts`, with a place for switches. */
const ASSEMBLY: Record<
  ServiceName,
  {
    name: string
    ddl: string
    config: typeof UsersConfig
    routes: (
      stores: Stores,
      environment: NodeJS.ProcessEnv,
      wrap: { model(model: Model): Model; process(process: () => string): () => string },
    ) => (app: App) => void
  }
> = {
  users: {
    name: 'user',
    ddl: USERS_DDL,
    config: UsersConfig,
    routes: (stores, _environment, wrap) =>
      userRoutes(
        createUsers({ ...stores, models: wrap.model(createUserModel(stores.database)) as UserModel }),
      ),
  },
  orders: {
    name: 'order',
    ddl: ORDERS_DDL,
    config: OrdersConfig,
    routes: (stores, _environment, wrap) =>
      orderRoutes(
        createOrders({ ...stores, models: wrap.model(createOrderModel(stores.database)) as OrderModel }),
      ),
  },
  payments: {
    name: 'payment',
    ddl: PAYMENTS_DDL,
    config: PaymentsConfig,
    routes: (stores, environment, wrap) => {
      const { PAYMENT_FAILURE_RATE: failureRate, PAYMENT_SEED: seed } = readConfig(
        PaymentsConfig,
        environment,
      )
      return paymentRoutes(
        createPayments({
          ...stores,
          models: wrap.model(createPaymentModel(stores.database)) as PaymentModel,
          process: wrap.process(createProcessor({ failureRate, seed })) as () => PaymentStatus,
        }),
      )
    },
  },
}

/** Several platforms share a process with whoever looks at them, which may keep Redis' answers waiting. */
const PATIENCE = 20
/** An id that no object has. */
const NO_ID = 2_147_483_647
/** How long a service may take to trust its cache, in milliseconds: Redis may be down. */
const TRUST_MS = 2000

/** Starts a service with its switches, of which the last is the outermost. Resolves once it is ready. */
export async function startService({
  service,
  environment,
  switches,
  log,
}: {
  service: ServiceName
  /** `PORT`, `DATABASE_URL`, `REDIS_URL` and what else the service reads. */
  environment: NodeJS.ProcessEnv
  switches: readonly ServiceSwitches[]
  log: Logger
}): Promise<RunningService> {
  const { name, ddl, config: schema, routes } = ASSEMBLY[service]
  const config = readConfig(schema, environment)
  const metrics = createMetrics(service, { ofProcess: false })
  const tables = switches.map((each) => each.ddl).findLast((text) => text !== undefined) ?? ddl
  const stores = openStores({ config, name, ddl: [tables], log, metrics, patience: PATIENCE })
  const endings: ((how: Ending) => Promise<unknown> | undefined)[] = []
  let client: Redis | undefined
  const part: ServicePart = {
    service,
    query: stores.database.query,
    redis: () => {
      client ??= connectRedis(config.REDIS_URL)
      return client
    },
    keyOf: (id) => `${name}:${id}`,
    ttlSeconds: config.CACHE_TTL_SECONDS,
    onEnd: (work) => endings.push(work),
  }

  await stores.tables
  for (const { prepare } of switches) await prepare?.(part)
  await untilTrusted(stores.cache)
  const cache = switches.reduce((inner, { cache }) => cache?.(inner, part) ?? inner, stores.cache)
  const app = createApp({
    log,
    metrics,
    isReady: stores.isReady,
    routes: routes({ ...stores, cache }, environment, {
      model: (model) => switches.reduce((inner, { models }) => models?.(inner, part) ?? inner, model),
      process: (process) => switches.reduce((inner, each) => each.process?.(inner) ?? inner, process),
    }),
  })
  const isCutOff = switches.some((each) => each.isCutOff)
  const interceptors = switches.flatMap(({ http }) => (http === undefined ? [] : [http(part)])).reverse()
  const listener = await listen(app, config.PORT, interceptors)

  return {
    end: async (how) => {
      await (how === 'killed' || isCutOff ? listener.kill() : listener.close())
      for (const work of endings) await work(how)
      client?.disconnect()
      await stores.close()
    },
  }
}

function connectRedis(url: string): Redis {
  const redis = new Redis(url, { maxRetriesPerRequest: 1, retryStrategy: () => 100 })
  // Each command tells of its own failure.
  redis.on('error', () => undefined)
  return redis
}

/** A service that has just started reads past its cache for a moment, which a switch should not have to think of. */
async function untilTrusted(cache: Cache): Promise<void> {
  const deadline = performance.now() + TRUST_MS
  while (performance.now() < deadline) {
    if ((await cache.read(NO_ID, async () => undefined)).outcome !== 'BYPASS') return
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
