import { expect, test } from 'vitest'
import { readGatewayConfig } from './config.ts'

const SERVICES = {
  USERS_URL: 'http://service_users:8001',
  ORDERS_URL: 'http://service_orders:8002/',
  PAYMENTS_URL: 'http://[::1]:8003',
}

test('needs nothing but the services', () => {
  expect(readGatewayConfig(SERVICES)).toEqual({
    ...SERVICES,
    HOST: '127.0.0.1',
    PORT: 8000,
    LOG_LEVEL: 'info',
    BREAKER_FAILURES: 5,
    BREAKER_RESET_SECONDS: 30,
    UPSTREAM_TIMEOUT_SECONDS: 3,
  })
})

test('names everything that is wrong, together', () => {
  const read = () =>
    readGatewayConfig({
      USERS_URL: 'https://service_users:8001',
      ORDERS_URL: 'http://service_orders:8002/api',
      BREAKER_FAILURES: '0',
      BREAKER_RESET_SECONDS: '1e9',
      UPSTREAM_TIMEOUT_SECONDS: 'soon',
    })
  const names = [
    'USERS_URL',
    'ORDERS_URL',
    'PAYMENTS_URL',
    'BREAKER_FAILURES',
    'BREAKER_RESET_SECONDS',
    'UPSTREAM_TIMEOUT_SECONDS',
  ]
  for (const name of names) expect(read).toThrow(new RegExp(`^  ${name}[=:]`, 'm'))
})
