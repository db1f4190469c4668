import { existsSync } from 'node:fs'
import path from 'node:path'
import { probeCompose } from '../compose/compose-cli.ts'
import { Failure } from '../failure.ts'
import { type Check, check, type Surroundings } from './check.ts'

/** What the Compose driver needs. */
export async function checkCompose({ home, env }: Surroundings): Promise<Check[]> {
  const folder = home.projectDir
  const file = path.join(folder, 'docker-compose.yml')
  return Promise.all([
    check('composeFile', 'compose', () => {
      if (!existsSync(file)) throw new Failure('no-compose-file', { folder })
      return { file }
    }),
    check('docker', 'compose', async () => {
      const probe = await probeCompose(env)
      if ('reason' in probe) throw new Failure('no-docker', { reason: probe.reason })
      return { version: `${probe.engine}, ${probe.command.join(' ')}` }
    }),
  ])
}
