import { createApp, createLogger, createMetrics, openStores, readConfig, run, start } from '@msctl/kit'
import { Config } from './config.ts'
import { createOrderModel, ORDERS_DDL } from './models.ts'
import { orderRoutes } from './routes.ts'
import { createOrders } from './services.ts'

start('orders', async () => {
  const config = readConfig(Config, process.env)
  const { log, close: flush } = createLogger({ service: 'orders', level: config.LOG_LEVEL })
  const metrics = createMetrics('orders')
  const stores = openStores({ config, name: 'order', ddl: [ORDERS_DDL], log, metrics })
  const orders = createOrders({ models: createOrderModel(stores.database), ...stores })
  const app = createApp({ log, metrics, isReady: stores.isReady, routes: orderRoutes(orders) })
  await Promise.all([
    run({ app, host: config.HOST, port: config.PORT, log, closers: [stores.close], flush }),
    stores.tables,
  ])
})
