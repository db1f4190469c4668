import type * as z from 'zod/mini'

const TYPES: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  object: 'an object',
  array: 'a list',
}

/**
 * What a value that breaks a schema of this contract has to be, such as `must not be empty`: what stands behind a field's path
 * in the `errors` of a 422. zod/mini brings no sentences of its own; those of zod are made for programmers.
 */
export function issueText(issue: z.core.$ZodRawIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined ? 'is missing' : `must be ${TYPES[issue.expected] ?? issue.expected}`
    case 'too_small':
      return issue.origin === 'string'
        ? 'must not be empty'
        : `must be ${issue.inclusive === false ? 'above' : 'at least'} ${issue.minimum}`
    case 'too_big':
      return issue.origin === 'string'
        ? `must not be longer than ${issue.maximum} characters`
        : `must be ${issue.inclusive === false ? 'below' : 'at most'} ${issue.maximum}`
    case 'invalid_value':
      return `must be one of ${issue.values.map(String).join(', ')}`
    case 'invalid_format':
      return issue.format === 'email' ? 'must be an e-mail address' : `must be a ${issue.format}`
    default:
      return issue.message ?? 'is not what the contract says'
  }
}
