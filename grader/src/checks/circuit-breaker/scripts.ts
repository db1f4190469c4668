// The scripts that show failures of circuits without us.
import { call, createOne, databaseOf, expected, hasStatus, holds, UNAVAILABLE } from '../repro.ts'
import { RESOURCES, type Resource } from '../resources.ts'

const NOT_FOUND = 8
const times = (count: number, line: string) => `for I in $(seq ${count}); do ${line}; done`
const ask = ({ path }: Resource) => call('GET', `${path}/$ID`)
const asked = (resource: Resource, times_: number) => times(times_, ask(resource))

/** Has a service fail so often in a row; the seconds count from before the last, as a circuit's do at the earliest. */
const failing = (resource: Resource, count: number): readonly string[] => [
  `control stop ${resource.service}`,
  ...(count > 1 ? [asked(resource, count - 1)] : []),
  'SECONDS=0',
  ask(resource),
]

/** Has it come back: what is asked before it is there would count as a failure. */
const returning = ({ service }: Resource, seconds: number): readonly string[] => [
  `control start ${service}; sleep ${seconds / 10}`,
]

const IS_SERVED = hasStatus('200')
/** What gets through only after so many seconds shows nothing; a refusal shows something at any time. */
const beforeLate = (seconds: number) => `${IS_SERVED} && within ${Math.floor(seconds)}`
const askWithin = (resource: Resource, seconds: number) => [ask(resource), beforeLate(seconds)]

export const openingRepro = (resource: Resource, seconds: number): readonly string[] => [
  ...createOne(resource),
  '# A 404 is no failure of the service.',
  times(NOT_FOUND, call('GET', `${resource.path}/$((1100000000 + I))`)),
  ask(resource),
  expected('200: nothing has failed', IS_SERVED),
  ...['four failures do not open it', 'four after a success are not eight in a row'].flatMap((why) => [
    ...failing(resource, 4),
    ...returning(resource, seconds),
    ...askWithin(resource, seconds),
    expected(`200: ${why}`, IS_SERVED),
  ]),
  ...failing(resource, 5),
  ...returning(resource, seconds),
  ...askWithin(resource, seconds),
  expected('502, 503 or 504: the fifth in a row has opened it', UNAVAILABLE),
]

const openLines = (resource: Resource): readonly string[] => [...createOne(resource), ...failing(resource, 5)]

const REFUSED_POST: Readonly<Record<Resource['service'], readonly [json: string, find: string]>> = {
  users: ['{"email": "refused$N@example.com", "name": "Ann"}', '/users'],
  orders: ['{"userId": 1$N, "product": "Lamp"}', '/orders?userId=1$N'],
  payments: ['{"order_id": 1$N, "amount": 12.34}', '/payments?order_id=1$N'],
}

export const refusingRepro = (resource: Resource, seconds: number): readonly string[] => {
  const { service, path } = resource
  const [json, find] = REFUSED_POST[service]
  return [
    ...openLines(resource),
    ...returning(resource, seconds),
    '# The better of two, as a machine may be busy.',
    `for I in 1 2; do ${ask(resource)}; jq -en "$TOOK < 0.3" && break; done`,
    beforeLate(seconds),
    expected('502, 503 or 504', UNAVAILABLE),
    expected('at once, in less than 0.3 s', 'jq -en "$TOOK < 0.3"'),
    call('POST', path, json),
    `sleep ${seconds * 1.1}`,
    ask(resource),
    call('GET', find),
    expected(
      'nothing of what was refused: it was not to be sent on',
      holds(
        service === 'users'
          ? '[.. | strings] | index("refused$N@example.com") | not'
          : '[.. | objects] == []',
      ),
    ),
  ]
}

/** Opened at the fifth failure, with the service back at once: the first that gets through shows for how long it was open. */
export const resetRepro = (resource: Resource, seconds: number): readonly string[] => [
  ...openLines(resource),
  ...returning(resource, seconds),
  `sleep ${seconds * 0.62}`,
  ...askWithin(resource, seconds),
  expected(`502, 503 or 504: ${seconds} s are not over`, UNAVAILABLE),
  `sleep ${seconds * 0.35}`,
  ...askWithin(resource, seconds * 1.5),
  expected(`200: ${seconds} s are over`, IS_SERVED),
]

export const trialDecidesRepro = (resource: Resource, seconds: number): readonly string[] => [
  ...openLines(resource),
  `sleep ${seconds * 1.1}`,
  '# The trial, which fails.',
  'SECONDS=0',
  ask(resource),
  ...returning(resource, seconds),
  ...askWithin(resource, seconds),
  expected(`502, 503 or 504: the trial has failed, so it is open for another ${seconds} s`, UNAVAILABLE),
  `sleep ${seconds * 1.05}`,
  ask(resource),
  expected('200: the second trial', IS_SERVED),
  call('GET', '/health'),
  expected(
    'all circuits CLOSED',
    holds('[.circuits[] | (., .[]?) | strings | ascii_upcase] | any(contains("OPEN")) | not'),
  ),
]

export const healthRepro = (resource: Resource, seconds: number): readonly string[] => {
  const { service } = resource
  const values = `[.circuits.${service} | (., .[]?)`
  const isShown = (state: string) => holds(`${values} | strings | ascii_upcase] | index("${state}")`)
  return [
    ...createOne(resource),
    ...failing(resource, 4),
    call('GET', '/health'),
    expected(`CLOSED for ${service}`, isShown('CLOSED')),
    expected(`a failure_count of 4 for ${service}`, holds(`${values}] | index(4)`)),
    ask(resource),
    call('GET', '/health'),
    expected(`OPEN for ${service}`, isShown('OPEN')),
    ...returning(resource, seconds),
  ]
}

export const isolationRepro = (seconds: number): readonly string[] => [
  ...openLines(RESOURCES.users),
  ...['/orders', '/payments'].flatMap((path) => [
    call('GET', path),
    expected('200: only users is away', IS_SERVED),
  ]),
  ...returning(RESOURCES.users, seconds),
]

export const trialRepro = (resource: Resource, seconds: number): readonly string[] => {
  const { service, path } = resource
  return [
    ...openLines(resource),
    ...returning(resource, seconds),
    `sleep ${seconds}`,
    '# With its table locked, the service cannot answer: whoever is let through can be seen to wait.',
    `hold "${databaseOf(service)}" ${service} 2`,
    times(6, `curl -sS -m 60 -o /dev/null "$URL${path}?limit=1" &`).replace('&;', '&'),
    'MOST=0',
    'for _ in $(seq 10); do',
    `  WAITING=$(waiting "${databaseOf(service)}" ${service}); [ "$WAITING" -gt "$MOST" ] && MOST=$WAITING`,
    '  sleep 0.1',
    'done',
    'echo "of 6 that were sent, $MOST got through at the most"',
    `[ "$MOST" -gt 0 ] || { echo 'Nobody was seen to get through: try again.'; exit 2; }`,
    expected('no more than 1', '[ "$MOST" -le 1 ]'),
    'wait',
  ]
}
