import * as z from 'zod/mini'
import type { ContractIssue } from './errors.ts'

/**
 * Where a value breaks its schema, and how; `undefined` where it does not. The value itself is what callers get, never
 * the copy that zod makes: fields that the contract does not know yet pass through.
 */
export function findIssues(schema: z.ZodMiniType, value: unknown): ContractIssue[] | undefined {
  const parsed = z.safeParse(schema, value)
  return parsed.success
    ? undefined
    : parsed.error.issues.map((issue) => ({
        path: toPath(issue.path),
        message: `expected ${expectationOf(issue)}, got ${quote(valueAt(value, issue.path))}`,
      }))
}

const toPath = (path: PropertyKey[]): string =>
  path.reduce<string>(
    (text, key) => (typeof key === 'number' ? `${text}[${key}]` : `${text}${text && '.'}${String(key)}`),
    '',
  )

const valueAt = (value: unknown, path: PropertyKey[]): unknown =>
  path.reduce<unknown>((inner, key) => (inner as Record<PropertyKey, unknown> | undefined)?.[key], value)

// zod/mini comes without messages, and its own do not show what was there instead.
function expectationOf(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return issue.expected
    case 'invalid_value':
      return issue.values.map((value) => JSON.stringify(value)).join(' or ')
    case 'too_small':
      return `${issue.inclusive ? 'at least' : 'more than'} ${issue.minimum}`
    case 'too_big':
      return `${issue.inclusive ? 'at most' : 'less than'} ${issue.maximum}`
    case 'invalid_format':
      return issue.format
    default:
      return issue.message
  }
}

const MAX_QUOTE_LENGTH = 60

function quote(value: unknown): string {
  if (value === undefined) return 'nothing'
  const text = JSON.stringify(value)
  return text.length > MAX_QUOTE_LENGTH ? `${text.slice(0, MAX_QUOTE_LENGTH)}…` : text
}
