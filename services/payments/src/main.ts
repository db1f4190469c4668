import { createApp, createLogger, createMetrics, openStores, readConfig, run, start } from '@msctl/kit'
import { Config } from './config.ts'
import { createPaymentModel, PAYMENTS_DDL } from './models.ts'
import { createProcessor } from './processor.ts'
import { paymentRoutes } from './routes.ts'
import { createPayments } from './services.ts'

start('payments', async () => {
  const config = readConfig(Config, process.env)
  const { log, close: flush } = createLogger({ service: 'payments', level: config.LOG_LEVEL })
  const metrics = createMetrics('payments')
  const stores = openStores({ config, name: 'payment', ddl: [PAYMENTS_DDL], log, metrics })
  const payments = createPayments({
    models: createPaymentModel(stores.database),
    process: createProcessor({ failureRate: config.PAYMENT_FAILURE_RATE, seed: config.PAYMENT_SEED }),
    ...stores,
  })
  const app = createApp({ log, metrics, isReady: stores.isReady, routes: paymentRoutes(payments) })
  await Promise.all([
    run({ app, host: config.HOST, port: config.PORT, log, closers: [stores.close], flush }),
    stores.tables,
  ])
})
