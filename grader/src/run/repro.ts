import type { Evidence } from './report.ts'

export interface ReproOptions {
  readonly id: string
  readonly title: string
  readonly expected: string
  readonly url: string
  /** The lines that the check gives; without them, its exchanges are repeated. */
  readonly lines: readonly string[] | undefined
  readonly evidence: readonly Evidence[]
}

/** What a script may be given from outside, and how it is seen that it is right. */
const GIVEN: Readonly<Record<string, string>> = {
  CONTROL: 'command -v "$CONTROL" > /dev/null',
  REDIS_URL: 'redis-cli -u "$REDIS_URL" PING > /dev/null',
  DB_USERS: 'psql "$DB_USERS" -qc "" > /dev/null',
  DB_ORDERS: 'psql "$DB_ORDERS" -qc "" > /dev/null',
  DB_PAYMENTS: 'psql "$DB_PAYMENTS" -qc "" > /dev/null',
}

/** What the lines of scripts may use, by how it is used, and before what it uses itself. */
const HELPERS: readonly (readonly [use: RegExp, text: string])[] = [
  [
    /\bexpect "/,
    `
# What should be seen, and a command that looks whether it is.
expect() {
  if "\${@:2}"; then echo "# as expected: $1"; else echo "# EXPECTED: $1"; FAILED=1; fi
}`,
  ],
  [
    /\bstatus '/,
    `
# Whether the last answer has such a status.
status() { [[ $STATUS =~ ^($1)$ ]]; }`,
  ],
  [
    /\bjson '/,
    `
# Whether the last answer is JSON for which this is true.
json() { jq -e "$1" <<< "$BODY" > /dev/null 2>&1; }`,
  ],
  [
    /\bcreate \//,
    `
# POSTs to a path, and keeps the id of what was created.
create() {
  call POST "$1" "$2"
  ID=$(jq -r '.id // empty' <<< "$BODY")
  [ -n "$ID" ] || { echo 'Nothing was created, so no more can be seen.'; exit $((2 - FAILED)); }
}`,
  ],
  [
    /\bcall [A-Z]/,
    `
# Sends a request (method, path, JSON) and shows the answer.
call() {
  BODY=$(curl -sS -L -m 60 -X "$1" "$URL$2" \${3:+-H 'Content-Type: application/json' -d "$3"} -w '\\n%{http_code} %{time_total}')
  read -r STATUS TOOK <<< "\${BODY##*$'\\n'}"
  BODY=\${BODY%$'\\n'*}
  echo "$1 $2 \${3-} -> $STATUS \${BODY:0:500}"
}`,
  ],
  [
    /\bback /,
    `
# Waits until a path is answered again.
back() {
  for _ in $(seq 60); do
    [[ $(curl -sS -L -m 10 -o /dev/null -w '%{http_code}' "$URL$1" 2> /dev/null) =~ ^[234] ]] && return
    sleep 1
  done
  echo "$1 is not answered any more."; exit 2
}`,
  ],
  [
    /\bcontrol (stop|start|restart)/,
    `
# Stops or starts a service, or restarts everything.
control() { echo "# $*"; "$CONTROL" "$@" || { echo "$CONTROL could not do it."; exit 2; }; }`,
  ],
  [
    /\bwithin \d/,
    `
# Sees that less than so many seconds are over: what comes later shows nothing of what is asked for.
within() {
  [ $SECONDS -lt "$1" ] || { echo "It took more than $1 s to come here: try again."; exit $((2 - FAILED)); }
}`,
  ],
  [
    /\bhold "/,
    `
# Locks a table of a database for some seconds: whoever needs it waits.
hold() {
  psql "$1" -qc "BEGIN; LOCK TABLE $2; SELECT pg_sleep($3)" > /dev/null &
  until [ "$(psql "$1" -Atc "SELECT count(*) FROM pg_locks WHERE granted AND mode = 'AccessExclusiveLock' AND relation = '$2'::regclass")" = 1 ]; do
    kill -0 $! || exit 2
    sleep 0.1
  done
}`,
  ],
  [
    /\bwaiting "/,
    `
# How many wait for a table.
waiting() {
  psql "$1" -Atc "SELECT count(DISTINCT pid) FROM pg_locks WHERE NOT granted AND relation = '$2'::regclass"
}`,
  ],
]

const TOOLS = ['curl', 'jq', 'psql', 'redis-cli']

/**
 * A shell script that shows a failure on its own: curl, and where needed jq, redis-cli, psql and the control program. It ends with 1
 * when the failure is seen, with 0 when it is not, and with 2 when it could not be looked for.
 */
export function reproScript({ id, title, expected, url, lines, evidence }: ReproOptions): string | undefined {
  const body = lines ?? evidence.flatMap(callOf)
  if (body.length === 0) return undefined
  const isJudged = lines !== undefined
  const helpers = helpersOf(body)
  const all = [...helpers, ...body]
  const tools = TOOLS.filter((tool) => all.some((line) => new RegExp(`\\b${tool} `).test(line)))
  return [
    '#!/usr/bin/env bash',
    comment(`${id}: ${title}`),
    comment(expected),
    ...(isJudged
      ? [
          '# Ends with 1 when the failure is seen, with 0 when it is not, and with 2 when it could not be looked for.',
        ]
      : ['# Only asks again: what should be seen, and what was, is in the report.']),
    `URL="\${URL:-${url}}"`,
    ...(isJudged ? ['FAILED=0', ...checked(tools, all)] : []),
    ...helpers,
    ...(helpers.length > 0 ? [''] : []),
    ...body,
    ...(isJudged ? ['exit $FAILED'] : []),
    '',
  ].join('\n')
}

/** Whether the target and what is needed to see it are there: without them, anything would look like a failure. */
function checked(tools: readonly string[], all: readonly string[]): readonly string[] {
  const given = Object.entries(GIVEN).filter(([name]) => all.some((line) => line.includes(`$${name}`)))
  return [
    `for TOOL in ${tools.join(' ')}; do command -v $TOOL > /dev/null || { echo "$TOOL is needed."; exit 2; }; done`,
    'curl -sS -m 20 -o /dev/null "$URL/health" || exit 2',
    ...given.map(([name, test]) => `${test} || { echo "Set ${name} first, see docs/grading.md."; exit 2; }`),
  ]
}

/** The helpers that lines use, and those that these use. */
function helpersOf(lines: readonly string[]): readonly string[] {
  const found: string[] = []
  for (const [use, text] of HELPERS) if ([...lines, ...found].some((line) => use.test(line))) found.push(text)
  return found
}

const comment = (text: string) => `# ${text.replace(/\s*\n\s*/g, '\n# ')}`

function callOf(evidence: Evidence): readonly string[] {
  if (evidence.type === 'control') return [`"$CONTROL" ${evidence.command}`]
  if (evidence.type !== 'exchange') return []
  const { method, path, requestHeaders = {}, requestBody } = evidence
  const headers = Object.entries(requestHeaders).map(([name, value]) => ` -H ${quote(`${name}: ${value}`)}`)
  const body = requestBody === undefined ? '' : ` --data-raw ${quote(requestBody)}`
  return [`curl -sS -i -L -X ${method}${headers.join('')}${body} "$URL"${quote(path)}; echo`]
}

/** A word of the shell that says just that. */
function quote(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`
}
