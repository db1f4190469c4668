import { expect, test } from 'vitest'
import { renderingOn } from '../testing/rendering.ts'
import { type Diagnosis, doctor } from './doctor.ts'

test('each driver has its verdict, and what is missing its remedy', () => {
  const diagnosis: Diagnosis = {
    drivers: [
      { driver: 'local', canRun: true },
      { driver: 'compose', canRun: false },
    ],
    checks: [
      { name: 'node', driver: null, state: 'ok', found: { version: '22.0.0' } },
      {
        name: 'disk',
        driver: null,
        state: 'warning',
        problem: { code: 'disk-nearly-full', freeBytes: 1e8, wantedBytes: 5e8 },
      },
      { name: 'redis', driver: 'local', state: 'ok', found: { command: null } },
      {
        name: 'docker',
        driver: 'compose',
        state: 'missing',
        problem: { code: 'no-docker', facts: { reason: 'It does not answer.' } },
      },
    ],
  }
  const { result, hints } = doctor.render(diagnosis, renderingOn({ columns: 200 }))
  expect(result.split('\n')).toEqual([
    'This machine',
    '✓ Node.js       22.0.0',
    '! Disk space    100 MB free; 500 MB are advisable',
    '                Make room, or keep the state elsewhere: MSCTL_HOME=/some/folder msctl up',
    '',
    'local: can run',
    '✓ Redis         will be downloaded by apt into the state folder, once',
    '',
    'compose: cannot run',
    '✗ Docker        The compose driver needs Docker and Compose, which do not answer here.',
    '                It does not answer.',
    '                Start Docker, or do without: msctl up --driver local',
  ])
  expect(hints).toBe('Start the platform: msctl up --driver local')
  const port = {
    name: 'port',
    driver: null,
    state: 'ok',
    found: { port: 19_400, isOurs: true },
  } as const
  const whileItRuns = { ...diagnosis, checks: [...diagnosis.checks, port] }
  expect(doctor.render(whileItRuns, renderingOn()).hints).toBe('The platform runs: msctl status')
  expect(doctor.exitCode?.(diagnosis, {})).toBe(0)
  const unusable = { ...diagnosis, drivers: [{ driver: 'local', canRun: false }] } as const
  expect(doctor.exitCode?.(unusable, {})).toBe(4)
})
