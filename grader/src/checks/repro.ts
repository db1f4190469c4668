import type { ServiceName } from '@msctl/sdk/contract'
import type { Resource } from './resources.ts'

/**
 * Lines of the shell scripts that show a failure. A script stands alone: it creates what it asks for, and a new `$N` in each run keeps
 * its names apart from those of others. Names of variables are in capitals, here as in the scripts; `call`, `create`, `expect` and the
 * like are what {@link "../grading/repro.ts"} puts in front.
 */
export const SEED_LINE = 'N=$((100000000 + RANDOM * 27000 + RANDOM))'

/** A call, whose answer is shown and then in `$BODY`, `$STATUS` and `$TOOK` (seconds). */
export function call(method: string, path: string, json?: string): string {
  return `call ${method} ${inQuotes(path)}${json === undefined ? '' : ` ${literal(json)}`}`
}

/** A POST whose answer's id is kept in `$ID`, and in another variable where that is given. */
export function create(path: string, json: string, variable?: string): string {
  return `create ${path} ${literal(json)}${variable === undefined ? '' : `; ${variable}=$ID`}`
}

/** Says what should be seen now, and looks whether it is. @param test a command of the shell. */
export function expected(what: string, test: string): string {
  return `expect "${what}" ${test}`
}

/** The last answer has one of these statuses. @param statuses as in `400|409|5..`. */
export function hasStatus(statuses: string): string {
  return `status '${statuses}'`
}

/** The last answer is JSON for which this holds. @param filter for jq. */
export function holds(filter: string): string {
  return `json ${literal(filter)}`
}

/** What a refusal of the request itself may look like. */
export const REFUSED = hasStatus('400|409|415|422')
/** What an open circuit may look like. */
export const UNAVAILABLE = hasStatus('50[234]')

/** A body for POST, as JSON, and the filter of jq that says that an answer is of it. */
interface Sample {
  readonly json: string
  readonly isIt: string
}

export const SAMPLE: Readonly<Record<ServiceName, Sample>> = {
  users: {
    json: '{"email": "a$N@example.com", "name": "Ann $N"}',
    isIt: '.email == "a$N@example.com" and .name == "Ann $N"',
  },
  orders: {
    json: '{"userId": $N, "product": "Lamp $N", "quantity": 3}',
    isIt: '.userId == $N and .product == "Lamp $N" and .quantity == 3',
  },
  payments: {
    json: '{"order_id": $N, "amount": 12.34}',
    isIt: '.order_id == $N and (.amount | tonumber | . > 12.33 and . < 12.35)',
  },
}

/** One that has to be another than that of {@link SAMPLE}, where something is unique. */
export const OTHER_SAMPLE: Readonly<Record<ServiceName, string>> = {
  ...{ orders: SAMPLE.orders.json, payments: SAMPLE.payments.json },
  users: '{"email": "b$N@example.com", "name": "Bob $N"}',
}

/** Creates one of a resource and keeps its id in `$ID`. */
export function createOne({ service, path }: Resource): readonly string[] {
  return [SEED_LINE, create(path, SAMPLE[service].json)]
}

/** The variable with the URL of a service's database. */
export function databaseOf(service: ServiceName): string {
  return `$DB_${service.toUpperCase()}`
}

const VARIABLE = /\$[A-Z]+/g

/** A word of the shell in which variables are the shell's and nothing else is. */
function literal(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`).replace(VARIABLE, "'$&'")}'`
}

function inQuotes(path: string): string {
  return /[$?&]/.test(path) ? `"${path}"` : path
}
