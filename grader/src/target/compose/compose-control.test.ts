import { expect, test } from 'vitest'
import { TargetFailure } from '../../run/grader.ts'
import { composeControl } from './compose-control.ts'

test('that a project has no such service is its own failure, and rests on the check that says so', async () => {
  const control = composeControl({
    ...{ cli: { docker: async () => '' }, roles: { gateway: 'app' } },
    ...{ containers: () => [], restart: async () => '' },
  })
  const stopped = control.stop('users')
  await expect(stopped).rejects.toBeInstanceOf(TargetFailure)
  await expect(stopped).rejects.toMatchObject({ because: 'compose.services' })
})
