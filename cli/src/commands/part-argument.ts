import { isPart, PARTS, type Part } from '@msctl/platform/parts'
import { Failure } from '../failure.ts'
import { nearestName } from '../nearest-name.ts'

/** What people call the parts elsewhere: in docker-compose.yml, or by what they are. */
const OTHER_NAMES: Readonly<Record<string, Part>> = {
  ...{
    service_users: 'users',
    service_orders: 'orders',
    service_payments: 'payments',
    api_gateway: 'gateway',
  },
  ...{ db_users: 'db', db_orders: 'db', db_payments: 'db', postgres: 'db', database: 'db', redis: 'cache' },
}

/** @throws Failure `unknown-part`, with what was probably meant. */
export function parsePart(given: string): Part {
  if (isPart(given)) return given
  const near = nearestName(given, [...PARTS, ...Object.keys(OTHER_NAMES)])
  throw new Failure('unknown-part', {
    given,
    suggestion: near === undefined ? undefined : (OTHER_NAMES[near] ?? near),
  })
}
