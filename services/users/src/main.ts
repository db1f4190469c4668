import { createApp, createLogger, createMetrics, openStores, readConfig, run, start } from '@msctl/kit'
import { Config } from './config.ts'
import { createUserModel, USERS_DDL } from './models.ts'
import { userRoutes } from './routes.ts'
import { createUsers } from './services.ts'

start('users', async () => {
  const config = readConfig(Config, process.env)
  const { log, close: flush } = createLogger({ service: 'users', level: config.LOG_LEVEL })
  const metrics = createMetrics('users')
  const stores = openStores({ config, name: 'user', ddl: [USERS_DDL], log, metrics })
  const users = createUsers({ models: createUserModel(stores.database), ...stores })
  const app = createApp({ log, metrics, isReady: stores.isReady, routes: userRoutes(users) })
  await Promise.all([
    run({ app, host: config.HOST, port: config.PORT, log, closers: [stores.close], flush }),
    stores.tables,
  ])
})
