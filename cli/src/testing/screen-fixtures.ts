// A program that prints what a renderer makes of facts that are always the same, in the terminal that it is run in: what a
// platform says of itself is different each time.

import { parseLogLine } from '@msctl/platform/log-line'
import { PARTS, type Part } from '@msctl/platform/parts'
import type { PartStatus, PlatformStatus } from '@msctl/platform/platform'
import { type Diagnosis, doctor } from '../commands/doctor.ts'
import { up } from '../commands/lifecycle.ts'
import { load } from '../commands/load/load.ts'
import type { LoadReport } from '../commands/load/report.ts'
import { renderLogLine } from '../commands/logs.ts'
import { status } from '../commands/status.ts'
import type { RenderContext, Rendering } from '../context.ts'
import { createProgress } from '../print/progress.ts'
import { describeTerminal } from '../print/terminal.ts'

const NOW = Date.parse('2026-01-31T12:00:00Z')
const PORTS: Record<Part, number> = {
  ...{ db: 5432, cache: 6379, users: 8001, orders: 8002, payments: 8003, gateway: 8000 },
}

const localPart = (name: Part, index: number): PartStatus => {
  const scheme = name === 'db' ? 'postgres' : name === 'cache' ? 'redis' : 'http'
  const common = { name, port: PORTS[name], url: `${scheme}://127.0.0.1:${PORTS[name]}` }
  if (name === 'orders') return { ...common, state: 'down', pid: null, startedAt: null, memoryBytes: null }
  const state = name === 'payments' ? 'not ready' : 'up'
  const startedAt = new Date(NOW - 65_000 - index * 300).toISOString()
  return { ...common, state, pid: 20_181 + index, startedAt, memoryBytes: 13e6 + index * 14e6 }
}
const local: PlatformStatus = {
  driver: 'local',
  url: 'http://localhost:8000',
  dataDir: '/home/ann/platform/.msctl/data',
  parts: PARTS.map(localPart),
}

const container = (name: Part) => {
  if (name === 'cache') return 'platform-cache-1'
  return name === 'gateway' ? 'platform-api_gateway-1' : `platform-service_${name}-1`
}
const compose: PlatformStatus = {
  ...local,
  driver: 'compose',
  dataDir: '/home/ann/platform/.msctl',
  parts: PARTS.map((name, index) => ({
    ...{ name, state: 'up', startedAt: new Date(NOW - 3_700_000).toISOString() },
    ...{ port: name === 'gateway' ? 8000 : null, url: name === 'gateway' ? 'http://127.0.0.1:8000' : null },
    memoryBytes: 13e6 + index * 14e6,
    ...(name === 'db'
      ? { containers: ['platform-db_users-1', 'platform-db_orders-1', 'platform-db_payments-1'] }
      : { container: container(name) }),
  })),
}

const diagnosis: Diagnosis = {
  drivers: [
    { driver: 'local', canRun: true },
    { driver: 'compose', canRun: false },
  ],
  checks: [
    { name: 'node', driver: null, state: 'ok', found: { version: '22.4.1' } },
    { name: 'home', driver: null, state: 'ok', found: { folder: '/home/ann/platform/.msctl' } },
    {
      ...{ name: 'disk', driver: null, state: 'warning' },
      problem: { code: 'disk-nearly-full', freeBytes: 120e6, wantedBytes: 500e6 },
    },
    {
      ...{ name: 'port', driver: null, state: 'warning' },
      problem: {
        code: 'port-taken',
        facts: { part: 'gateway', port: 8000, holder: { pid: 4711, command: 'python3 -m http.server 8000' } },
      },
    },
    { name: 'programs', driver: 'local', state: 'ok', found: {} },
    { name: 'postgres', driver: 'local', state: 'ok', found: { version: '15.18 (linux-x64)' } },
    { name: 'data', driver: 'local', state: 'ok', found: { isNew: true } },
    { name: 'redis', driver: 'local', state: 'ok', found: { command: null } },
    { name: 'stores', driver: 'local', state: 'ok', found: { taken: 'db' } },
    {
      ...{ name: 'psql', driver: 'local', state: 'warning' },
      problem: { code: 'no-prompt', remedy: 'sudo apt-get install postgresql-client' },
    },
    {
      name: 'composeFile',
      driver: 'compose',
      state: 'ok',
      found: { file: '/home/ann/platform/docker-compose.yml' },
    },
    {
      ...{ name: 'docker', driver: 'compose', state: 'missing' },
      problem: {
        code: 'no-docker',
        facts: {
          reason:
            'Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?',
        },
      },
    },
  ],
}

const loaded: LoadReport = {
  ...{ url: 'http://localhost:8000/users/1', asked: { rps: 50, durationMs: 10_000 }, interrupted: false },
  ...{
    tookMs: 10_004,
    sent: 500,
    failed: 3,
    rps: 50,
    answers: { 200: 497, 503: 2 },
    errors: { ECONNRESET: 1 },
  },
  latencyMs: { min: 0.61, mean: 1.4, p50: 1.12, p90: 2.3, p99: 18.4, max: 131 },
  histogram: [
    { fromMs: 0.5, toMs: 1, count: 190 },
    { fromMs: 1, toMs: 2, count: 241 },
    { fromMs: 2, toMs: 4, count: 52 },
    { fromMs: 4, toMs: 8, count: 9 },
    { fromMs: 8, toMs: 16, count: 0 },
    { fromMs: 16, toMs: 32, count: 6 },
    { fromMs: 128, toMs: 256, count: 1 },
  ],
}

const LOG = [
  ['gateway', { level: 30, time: NOW, msg: 'Listening on http://127.0.0.1:8000' }],
  [
    'users',
    {
      ...{ level: 30, time: NOW + 1_250, msg: 'Cache MISS', key: 'user:1' },
      requestId: '0b1c8f7e-3f0e-4d8a-9a55-6f2f3c1f7a11',
    },
  ],
  [
    'gateway',
    {
      ...{ level: 40, time: NOW + 1_300, msg: 'GET /users/1', method: 'GET', path: '/users/1', status: 503 },
      ...{ durationMs: 3.1, requestId: '0b1c8f7e-3f0e-4d8a-9a55-6f2f3c1f7a11' },
    },
  ],
] as const

function comeUp(context: RenderContext): Rendering {
  const write = (text: string) => process.stderr.write(text)
  const progress = createProgress({
    write,
    ...context,
    terminal: describeTerminal(process.stderr, process.env),
    verbose: false,
  })
  progress.event({ type: 'fetching-redis', step: 'downloading' })
  for (const part of PARTS) progress.event({ type: 'starting', part })
  for (const [index, part] of PARTS.entries())
    progress.event({ type: 'ready', part, tookMs: 90 + 270 * index, port: PORTS[part] })
  progress.end()
  return up.render({ changed: PARTS, status: local }, context)
}

const screens: Record<string, (context: RenderContext) => Rendering> = {
  up: comeUp,
  status: (context) => status.render(local, context),
  'status-compose': (context) => status.render(compose, context),
  doctor: (context) => doctor.render(diagnosis, context),
  load: (context) => load.render(loaded, context),
  logs: (context) => ({
    result: LOG.map(
      ([part, fields]) => renderLogLine(parseLogLine(part, JSON.stringify(fields), NOW), context).result,
    ).join('\n'),
  }),
}

const [, , name = '', lang] = process.argv
const { result, hints } = screens[name]?.({
  language: lang === 'ru' ? 'ru' : 'en',
  terminal: describeTerminal(process.stdout, process.env),
  ...{ quiet: false, verbose: false, now: NOW, self: './msctl' },
}) ?? { result: `There is no screen ${name}` }
process.stdout.write(`${result}\n`)
if (hints !== undefined) process.stderr.write(`\n${hints}\n`)
