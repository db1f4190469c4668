import type { Resource } from './resources.ts'

/**
 * Lines of the shell scripts that show a failure. A script stands alone: it creates what it asks for, and a new `$N` in each run keeps
 * its names apart from those of others. In the JSON, `$N` and `$ID` are the shell's.
 */
export const SEED_LINE = 'N=$(date +%s%N | tail -c 10 | sed s/^0*//)'

/** A call that shows the body and the status. */
export function curl(method: string, path: string, json?: string): string {
  return `${callOf(method, path, json)} -w ' [%{http_code}]\\n'`
}

/** A call whose answer's id is kept in a variable. */
export function keepId(variable: string, method: string, path: string, json: string): string {
  return `${variable}=$(${callOf(method, path, json)} | tr -d '\\n' | sed 's/.*"id": *\\([0-9]*\\).*/\\1/')`
}

/** Says what should be seen now. */
export function expected(what: string): string {
  return `echo "# expected: ${what}"`
}

/** A body for POST, as JSON for the shell. */
export const SAMPLE = {
  users: '{"email": "a$N@example.com", "name": "Ann"}',
  orders: '{"userId": $N, "product": "Lamp $N", "quantity": 3}',
  payments: '{"order_id": $N, "amount": 12.34}',
} as const

/** Creates one of a resource and keeps its id in `$ID`. */
export function createOne({ service, path }: Resource): readonly string[] {
  return [SEED_LINE, keepId('ID', 'POST', path, SAMPLE[service])]
}

function callOf(method: string, path: string, json: string | undefined): string {
  const verb = method === 'GET' ? '' : ` -X ${method}`
  const body =
    json === undefined ? '' : ` -H 'Content-Type: application/json' -d "${json.replace(/["\\`]/g, '\\$&')}"`
  return `curl -sS -L${verb} "$URL${path}"${body}`
}
