import { createGateway } from '@msctl/gateway/app'
import { type Breaker, createBreaker } from '@msctl/gateway/breaker'
import { readGatewayConfig } from '@msctl/gateway/config'
import { createMetrics, type Logger } from '@msctl/kit'
import type { ServiceName } from '@msctl/sdk/contract'
import { listen } from './http.ts'
import type { Ending, GatewayPart, GatewaySwitches } from './switches.ts'

/** The gateway, in this process. */
export interface RunningGateway {
  end(how: Ending): Promise<void>
}

/** Starts the gateway with its switches, of which the last is the outermost. */
export async function startGateway({
  environment,
  switches,
  log,
}: {
  environment: NodeJS.ProcessEnv
  switches: readonly GatewaySwitches[]
  log: Logger
}): Promise<RunningGateway> {
  const config = readGatewayConfig(environment)
  const breakers: Partial<Record<ServiceName, Breaker>> = {}
  const breakerOf = switches.reduce<Parameters<NonNullable<GatewaySwitches['breakerOf']>>[0]>(
    (inner, switched) => switched.breakerOf?.(inner) ?? inner,
    (_service, options) => createBreaker(options),
  )
  const { app, close } = createGateway({
    config,
    log,
    metrics: createMetrics('gateway', { ofProcess: false }),
    breakerOf: (service, options) => {
      const breaker = breakerOf(service, options)
      breakers[service] = breaker
      return breaker
    },
  })
  const part: GatewayPart = {
    breakers: breakers as Record<ServiceName, Breaker>,
    resetSeconds: config.BREAKER_RESET_SECONDS,
    origins: { users: config.USERS_URL, orders: config.ORDERS_URL, payments: config.PAYMENTS_URL },
  }
  const interceptors = switches.flatMap(({ http }) => (http === undefined ? [] : [http(part)])).reverse()
  const listener = await listen(app, config.PORT, interceptors)
  return {
    end: async (how) => {
      await (how === 'killed' ? listener.kill() : listener.close())
      await close()
    },
  }
}
