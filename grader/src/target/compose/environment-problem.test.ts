import { expect, test } from 'vitest'
import { isEnvironmentProblem } from './environment-problem.ts'

test.each([
  ['npm ERR! network request to https://registry.example failed, reason: getaddrinfo ENOTFOUND', true],
  ['write /app/x: no space left on device', true],
  ['fork: Cannot allocate memory', true],
  ['toomanyrequests: You have reached your pull rate limit', true],
  ['npm ERR! 404 Not Found - GET https://registry.example/expresss', false],
  ['ModuleNotFoundError: No module named fastapi', false],
])('%s', (line, isProblem) => {
  expect(isEnvironmentProblem(line)).toBe(isProblem)
})
