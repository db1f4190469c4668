import { Grades } from '@msctl/grader/reports/grades'
import { Report } from '@msctl/grader/run/report'
import { PARTS } from '@msctl/platform/parts'
import { DRIVERS } from '@msctl/platform/platform'
import { ScenarioEvent } from '@msctl/scenarios'
import { Health, Order, Payment, Status, User, UserDetails } from '@msctl/sdk/contract'
import * as z from 'zod/mini'
import { SHELLS } from './completion/shells.ts'
import { RESOURCES } from './resources.ts'
import { SETTINGS } from './setting-names.ts'

const Count = z.int().check(z.nonnegative())
const Milliseconds = z.number().check(z.nonnegative())
const Part = z.enum(PARTS)
const Driver = z.enum(DRIVERS)
const PartState = z.enum(['up', 'not ready', 'down'])

const PartStatus = z.object({
  name: Part,
  state: PartState,
  pid: z.exactOptional(z.nullable(z.int())),
  container: z.exactOptional(z.nullable(z.string())),
  containers: z.exactOptional(z.array(z.string())),
  port: z.nullable(z.int()),
  url: z.nullable(z.string()),
  startedAt: z.nullable(z.string()),
  memoryBytes: z.nullable(z.number()),
})
const PlatformStatus = z.object({
  driver: Driver,
  url: z.nullable(z.string()),
  dataDir: z.string(),
  parts: z.array(PartStatus),
})
const Change = z.object({ changed: z.array(Part), status: PlatformStatus })
const PartChange = z.object({ part: Part, changed: z.boolean(), state: PartState })
const LogFields = z.looseObject({ level: z.number(), time: z.number(), msg: z.exactOptional(z.string()) })

const Deleted = z.object({ resource: z.enum(RESOURCES), id: z.int(), deleted: z.literal(true) })
const Config = z.object({
  file: z.nullable(z.string()),
  settings: z.array(
    z.object({
      name: z.enum([...(Object.keys(SETTINGS) as (keyof typeof SETTINGS)[]), 'home']),
      value: z.union([z.string(), z.number()]),
      source: z.enum(['flag', 'environment', 'file', 'platform', 'locale', 'default']),
      place: z.nullable(z.string()),
    }),
  ),
})

const CachedKey = z.object({ key: z.string(), ttlSeconds: z.nullable(z.int()) })
const CachedTtl = z.extend(CachedKey, { exists: z.boolean() })
const Snapshot = z.object({
  url: z.string(),
  gateway: Status,
  platform: z.nullable(PlatformStatus),
  keys: z.nullable(z.array(CachedKey)),
})
const SqlResult = z.object({
  database: z.string(),
  command: z.string(),
  rowCount: z.nullable(z.int()),
  columns: z.array(z.string()),
  rows: z.array(z.record(z.string(), z.unknown())),
})
const PromptEnded = z.object({ database: z.string(), psqlExitCode: z.int() })
const Latencies = z.object({
  ...{ min: Milliseconds, mean: Milliseconds, p50: Milliseconds },
  ...{ p90: Milliseconds, p99: Milliseconds, max: Milliseconds },
})
const LoadReport = z.object({
  url: z.string(),
  asked: z.object({ rps: z.number(), durationMs: z.number() }),
  interrupted: z.boolean(),
  tookMs: Milliseconds,
  sent: Count,
  failed: Count,
  rps: z.number(),
  answers: z.record(z.string(), Count),
  errors: z.record(z.string(), Count),
  latencyMs: z.nullable(Latencies),
  histogram: z.array(z.object({ fromMs: z.number(), toMs: z.number(), count: Count })),
})
const Facts = z.record(z.string(), z.unknown())
const Problem = z.object({ code: z.string(), facts: Facts })
const Subject = { name: z.string(), driver: z.nullable(Driver) }
const Diagnosis = z.object({
  drivers: z.array(z.object({ driver: Driver, canRun: z.boolean() })),
  checks: z.array(
    z.union([
      z.object({ ...Subject, state: z.literal('ok'), found: Facts }),
      z.object({ ...Subject, state: z.literal('warning'), problem: z.looseObject({ code: z.string() }) }),
      z.object({ ...Subject, state: z.literal('missing'), problem: Problem }),
    ]),
  ),
})

const Named = { name: z.string() }
const ScenarioList = z.object({
  scenarios: z.array(
    z.object({
      ...Named,
      title: z.string(),
      question: z.string(),
      parameters: z.array(z.object({ ...Named, value: z.number(), reason: z.string() })),
      expectations: z.array(z.object({ id: z.string(), title: z.string() })),
    }),
  ),
})

const resource = (name: string, Row: z.ZodMiniType, Got: z.ZodMiniType = Row) => ({
  [`${name} create`]: Row,
  [`${name} list`]: z.array(Row),
  [`${name} get`]: Got,
  [`${name} update`]: Row,
  [`${name} delete`]: Deleted,
})

/**
 * What each command prints with `--json`: the document, or of a stream (`logs`, `cache watch`, `scenario` …) each
 * line. Scripts rely on it.
 */
export const JSON_SCHEMAS: Readonly<Record<string, z.ZodMiniType>> = {
  up: Change,
  down: z.extend(Change, { volumes: z.boolean() }),
  restart: z.extend(Change, { part: z.exactOptional(Part) }),
  stop: PartChange,
  start: PartChange,
  kill: PartChange,
  status: PlatformStatus,
  logs: LogFields,
  health: Health,
  dashboard: Snapshot,
  scenario: ScenarioEvent,
  'scenario list': ScenarioList,
  'scenario run': ScenarioEvent,
  'scenario new': z.object({ file: z.string() }),
  'scenario replay': ScenarioEvent,
  ...resource('users', User, z.union([User, UserDetails])),
  ...resource('orders', Order),
  ...resource('payments', Payment),
  'cache keys': z.object({ keys: z.array(CachedKey) }),
  'cache get': z.extend(CachedTtl, { value: z.nullable(z.string()) }),
  'cache ttl': CachedTtl,
  'cache watch': z.object({ time: z.iso.datetime(), keys: z.array(CachedKey) }),
  'cache flush': z.object({ removed: Count }),
  db: z.union([SqlResult, PromptEnded]),
  load: LoadReport,
  doctor: Diagnosis,
  verify: Report,
  'report show': Report,
  grade: Grades,
  'report merge': Grades,
  config: Config,
  completion: z.object({ shell: z.enum(SHELLS), script: z.string() }),
  schema: z.union([z.object({ commands: z.array(z.string()) }), z.record(z.string(), z.unknown())]),
}
