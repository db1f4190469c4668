import { type App, createLogger } from '@msctl/kit'
import { createOpenApiDocument } from '@msctl/sdk/contract'
import { expect, test } from 'vitest'
import { createGateway } from '../gateway/src/app.ts'
import { readGatewayConfig } from '../gateway/src/config.ts'
import { addHealthRoutes } from '../gateway/src/health.ts'
import { addOpenApiRoute } from '../gateway/src/openapi.ts'
import { startGateway, startService } from '../gateway/src/testing/start-gateway.ts'
import { orderRoutes } from '../services/orders/src/routes.ts'
import { paymentRoutes } from '../services/payments/src/routes.ts'
import { userRoutes } from '../services/users/src/routes.ts'

const METHODS = ['get', 'post', 'put', 'patch', 'delete']

/** What is in the document, as `GET /users/{id}`. */
const documented = Object.entries(createOpenApiDocument({ version: '0.0.0' }).paths).flatMap(([path, item]) =>
  Object.keys(item)
    .filter((key) => METHODS.includes(key))
    .map((method) => `${method.toUpperCase()} ${path}`),
)

/** What a service's routes are. */
function routesOf(addRoutes: (app: App) => void): string[] {
  const routes: string[] = []
  const record = (method: string) => (path: string) => {
    routes.push(`${method.toUpperCase()} ${path.replace(/:(\w+)/g, '{$1}')}`)
  }
  addRoutes(Object.fromEntries(METHODS.map((method) => [method, record(method)])) as unknown as App)
  return routes
}

test('every route of the services and the gateway is in the document, and nothing else', async () => {
  const services = [userRoutes, orderRoutes, paymentRoutes].flatMap((routes) => routesOf(routes({} as never)))
  expect(services).toHaveLength(15)

  const recorded = routesOf((app) => {
    addHealthRoutes(app, {} as never)
    addOpenApiRoute(app)
  })
  expect(documented).toEqual(expect.arrayContaining(recorded))

  const own: string[] = []
  const origin = 'http://127.0.0.1:1'
  const config = readGatewayConfig({ USERS_URL: origin, ORDERS_URL: origin, PAYMENTS_URL: origin })
  const { log, close: closeLog } = createLogger({ service: 'gateway', level: 'silent' })
  const { app, close } = createGateway({ config, log })
  await app.ready()
  for (const route of documented) {
    const [method = '', path = ''] = route.split(' ')
    const url = path.replace(/\{(\w+)\}/g, ':$1')
    if (app.hasRoute({ method: method as 'GET', url })) own.push(route)
  }
  await app.close()
  await close()
  closeLog()
  expect(new Set([...services, ...own])).toEqual(new Set(documented))
})

test('every path of the document is answered', async () => {
  const echo = await startService((_, response) => response.writeHead(418).end())
  const gateway = await startGateway({ users: echo, orders: echo, payments: echo })
  const tree = (await gateway.ask('/openapi.json')).json() as { paths: Record<string, unknown> }
  for (const path of Object.keys(tree.paths)) {
    const { status } = await gateway.ask(path.replace('{id}', '7'))
    expect([path, [200, 418, 502].includes(status)]).toEqual([path, true])
  }
})
