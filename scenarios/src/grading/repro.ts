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

/** What a script may be given from outside, and what for. */
const GIVEN = ['CONTROL', 'REDIS_URL', 'DB_USERS', 'DB_ORDERS', 'DB_PAYMENTS'] as const

/** A shell script that shows a failure on its own: curl, and where needed redis-cli, psql and the control program. */
export function reproScript({ id, title, expected, url, lines, evidence }: ReproOptions): string | undefined {
  const body = lines ?? evidence.flatMap(callOf)
  if (body.length === 0) return undefined
  const used = GIVEN.filter((name) =>
    body.some((line) => line.includes(`$${name}`) || line.includes(`\${${name}`)),
  )
  return [
    '#!/usr/bin/env bash',
    comment(`${id}: ${title}`),
    comment(expected),
    `URL="\${URL:-${url}}"`,
    ...used.map((name) => `: "\${${name}:?set it first, see docs/grading.md}"`),
    ...body,
    '',
  ].join('\n')
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
