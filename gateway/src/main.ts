import { createLogger, run } from '@msctl/kit'
import { createGateway } from './app.ts'
import { type GatewayConfig, readGatewayConfig } from './config.ts'

// Names are found by threads of which, by default, two may wait at a time; each service may keep one waiting.
process.env.UV_THREADPOOL_SIZE ??= '8'

function main(config: GatewayConfig): Promise<void> {
  const { log, close: flush } = createLogger({ service: 'gateway', level: config.LOG_LEVEL })
  const { app, close } = createGateway({ config, log })
  return run({ app, host: config.HOST, port: config.PORT, log, closers: [close], flush })
}

main(readGatewayConfig(process.env)).catch((error: Error) => {
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 1
})
