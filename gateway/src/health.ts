import type { App } from '@msctl/kit'
import { type Health, SERVICES, type ServiceName } from '@msctl/sdk/contract'
import type { Upstreams } from './upstreams.ts'

/** What there is for each service. */
const forEachService = <T>(describe: (service: ServiceName) => T): Record<ServiceName, T> => ({
  users: describe('users'),
  orders: describe('orders'),
  payments: describe('payments'),
})

/** `GET /health`: 200 for as long as the gateway lives, whatever has become of the services. */
export function addHealthRoutes(app: App, upstreams: Upstreams): void {
  app.get('/health', async (): Promise<Health> => {
    const circuits = forEachService((service) => upstreams[service].breaker.describe())
    const isWell = SERVICES.every((service) => circuits[service].status === 'CLOSED')
    return { status: isWell ? 'ok' : 'degraded', circuits }
  })
}
