import { createLogger, run, start } from '@msctl/kit'
import { createGateway } from './app.ts'
import { readGatewayConfig } from './config.ts'

// Names are looked up on these threads, at most half of them at a time, and a lookup may hang for seconds: with eight,
// one hangs for each service and there is still one to spare.
process.env.UV_THREADPOOL_SIZE ??= '8'

start('gateway', async () => {
  const config = readGatewayConfig(process.env)
  const { log, close: flush } = createLogger({ service: 'gateway', level: config.LOG_LEVEL })
  const { app, close } = createGateway({ config, log })
  await run({ app, host: config.HOST, port: config.PORT, log, closers: [close], flush })
})
