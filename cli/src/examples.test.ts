// Every example of every help, run as it is printed by a shell, against a platform of its own.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { exampleReport } from '@msctl/grader/reports/example-report'
import { gradesOf } from '@msctl/grader/reports/grades'
import { renderReport } from '@msctl/grader/reports/render-report'
import type { Language } from '@msctl/scenarios'
import type { Command } from 'commander'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import * as z from 'zod'
import { schema } from './commands/schema.ts'
import type { Context } from './context.ts'
import { createMenu } from './menu/menu.ts'
import { messages } from './messages/menu.ts'
import { MAIN, makeHome } from './testing/msctl.ts'

const menuIn = (language: Language) =>
  createMenu({ language, version: '0.0.0', execute: () => Promise.resolve() })
const schemas = await menuIn('en').schemas()

/** All commands below this one that do something themselves or hold others. */
const below = (command: Command): Command[] =>
  command.commands.filter((each) => each.name() !== 'help').flatMap((each) => [each, ...below(each)])
const nameOf = (command: Command): string =>
  command.parent?.parent ? `${nameOf(command.parent)} ${command.name()}` : command.name()

/** What stands under the heading of the examples, without the explanation after it. */
function examplesOf(command: Command, language: Language): string[] {
  let help = ''
  command.configureOutput({ writeOut: (text) => (help += text) }).outputHelp()
  const [, examples = ''] = help.split(`\n${messages[language].examples}\n`)
  return examples
    .split('\n')
    .filter((line) => line.startsWith('  '))
    .map((line) => line.trim().split(/ {2,}/)[0] ?? '')
}
const allExamples = async (language: Language) =>
  below(await menuIn(language).program()).map(
    (command) => [nameOf(command), examplesOf(command, language)] as const,
  )

const english = await allExamples('en')

const isHere = (tool: string) => spawnSync(tool, ['--version']).error === undefined

/** What cannot do here what it says: what it does instead. */
const ELSEWHERE: Readonly<Record<string, { code: number; err: string }>> = {
  // The platform runs by the other driver.
  'msctl up --driver compose --port 8080': { code: 1, err: 'by the driver local' },
  // There is no terminal.
  'msctl dashboard': { code: 4, err: 'needs a terminal' },
  // Nobody else's implementation runs there.
  'msctl verify --url http://127.0.0.1:9000 --control ./ctl --redis redis://127.0.0.1:6379': {
    code: 3,
    err: 'Nothing answered at http://127.0.0.1:9000',
  },
  // The prompt ends at once, since there is nothing to read.
  'msctl db users': isHere('psql') ? { code: 0, err: '' } : { code: 4, err: 'psql' },
}

const hasJq = isHere('jq')
/** Without jq, the half that is ours. */
const runnable = (line: string) => (hasJq ? line : line.replace(/ \| jq .*/, ''))

/** What goes on until Ctrl-C, or for long enough to try that. */
const goesOn = (line: string) =>
  /(verify|scenario circuit-breaker|--follow|health --watch|cache watch)$/.test(line)

/** From what fills the platform to what ends it. */
const PHASES: readonly {
  readonly lines: RegExp
  readonly isConcurrent?: boolean
}[] = [
  { lines: /msctl users create/ },
  { lines: /msctl orders create/ },
  { lines: /msctl payments create/ },
  { lines: /^msctl (users|orders|payments) get/, isConcurrent: true },
  { lines: /^msctl scenario (new|payments)/ },
  { lines: /^msctl scenario (?!list)/ },
  { lines: /^msctl verify/, isConcurrent: true },
  { lines: /^msctl (?!.* delete|load|up|down|stop|start|kill|restart|cache flush)/, isConcurrent: true },
  { lines: /^msctl cache flush/ },
  { lines: /^msctl \w+ delete/, isConcurrent: true },
  { lines: /^msctl load/, isConcurrent: true },
  { lines: /^msctl up(?! --fresh)/ },
  { lines: /^msctl stop users/ },
  { lines: /^msctl start users/ },
  { lines: /^msctl kill orders/ },
  { lines: /^msctl restart$/ },
  { lines: /^msctl stop/ },
  { lines: /^msctl kill db/ },
  { lines: /^msctl start/ },
  { lines: /^msctl restart/ },
  { lines: /^msctl down$/ },
  { lines: /^msctl up --fresh/ },
  { lines: /^msctl down --volumes/ },
]
const phaseOf = (line: string) => PHASES.findIndex(({ lines }) => lines.test(line))
const inOrder = [...new Set(english.flatMap(([, examples]) => examples))].sort(
  (a, b) => phaseOf(a) - phaseOf(b),
)

let home: string
let env: NodeJS.ProcessEnv

function start(line: string): ChildProcess {
  // With a trap, the shell outlives Ctrl-C and tells what the command ended with, as one at a prompt does.
  return spawn('/bin/sh', ['-c', `trap : INT; ${line}`], {
    env,
    cwd: home,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

async function run(line: string): Promise<{ code: number | null; out: string; err: string }> {
  const child = start(line)
  let [out, err] = ['', '']
  child.stdout?.on('data', (data) => {
    out += data
    // The whole group, as Ctrl-C in a terminal does.
    if (goesOn(line) && line !== 'msctl verify' && child.pid !== undefined) process.kill(-child.pid, 'SIGINT')
  })
  child.stderr?.on('data', (data) => {
    // A grading of everything takes its time; it is left once it has found something, and puts back what it took away.
    if (line === 'msctl verify' && !err.includes('✓') && `${data}`.includes('✓') && child.pid !== undefined)
      process.kill(-child.pid, 'SIGINT')
    err += data
  })
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, out, err }
}

beforeAll(async () => {
  home = await makeHome()
  const bin = path.join(home, 'bin')
  await mkdir(bin)
  const install = (name: string, line: string) =>
    writeFile(path.join(bin, name), `#!/bin/sh\n${line}\n`, { mode: 0o755 })
  await install('msctl', `exec '${process.execPath}' '${MAIN}' "$@"`)
  // What Docker would say is no matter of the examples, and takes it a second each time.
  for (const name of ['docker', 'docker-compose']) await install(name, 'exit 1')
  env = {
    PATH: `${bin}:${process.env.PATH}`,
    HOME: home,
    LANG: 'C.UTF-8',
    MSCTL_HOME: home,
    // Any port, and the driver that needs nothing: the examples themselves would take port 8000.
    MSCTL_PORT: '0',
    MSCTL_DRIVER: 'local',
    // A machine that stands still for some seconds is no fault of the examples, and opens no circuit.
    UPSTREAM_TIMEOUT_SECONDS: '30',
  }
  await storeReports()
  const { code, err } = await run('msctl up')
  expect({ code, err: code === 0 ? '' : err }).toEqual({ code: 0, err: '' })
})

/** What the examples of `msctl report`, `msctl grade` and `msctl verify` read. */
async function storeReports(): Promise<void> {
  await writeFile(path.join(home, 'ctl'), '#!/bin/sh\n', { mode: 0o755 })
  await writeFile(path.join(home, 'report.json'), renderReport('json', exampleReport('en'), {}))
  for (const shard of ['shard-1', 'shard-2']) {
    const grade = { id: `of-${shard}`, score: 72, assessable: 85, maxScore: 100, percent: 84.7 }
    const grades = gradesOf([{ ...grade, passed: true, status: 'passed', reason: '' }])
    await mkdir(path.join(home, shard))
    await writeFile(path.join(home, shard, 'grades.json'), JSON.stringify(grades))
  }
  await mkdir(path.join(home, 'submissions', 'ann'), { recursive: true })
  // One that is soon graded: it ends at once.
  const submission = { url: 'http://127.0.0.1:$PORT', start: 'echo no such platform; exit 1' }
  await writeFile(path.join(home, 'submissions', 'ann', 'submission.json'), JSON.stringify(submission))
}

afterAll(async () => {
  await run('msctl down --volumes')
  await rm(home, { recursive: true, force: true })
})

test('every command has two or three examples, the same in both languages', async () => {
  expect(await allExamples('ru')).toEqual(english)
  const tooFewOrMany = english.filter(([, examples]) => examples.length < 2 || examples.length > 3)
  expect(tooFewOrMany).toEqual([])
  expect(inOrder.filter((line) => phaseOf(line) < 0)).toEqual([])
})

/** What may have nothing to say: a prompt, a filter. */
const maySayNothing = (line: string) =>
  line === 'msctl db users' || line === 'msctl dashboard' || line.includes('select(.ttlSeconds')

describe('runs as printed', () => {
  async function expectToRun(line: string): Promise<void> {
    const expected = ELSEWHERE[line] ?? { code: goesOn(line) ? 130 : 0, err: '' }
    const { code, out, err } = await run(runnable(line))
    expect({ line, code, err }).toEqual({
      line,
      code: expected.code,
      err: expect.stringContaining(expected.err),
    })
    expect(out !== '' || expected.code !== 0 || maySayNothing(line)).toBe(true)
  }

  // Those of a phase that only read run together: `load` takes the time that it says.
  for (const [index, { isConcurrent = false }] of PHASES.entries()) {
    const lines = inOrder.filter((line) => phaseOf(line) === index)
    describe.runIf(lines.length > 0)(
      `phase ${index + 1}`,
      { concurrent: isConcurrent, timeout: 40_000 },
      () => {
        test.for(lines)('%s', expectToRun)
      },
    )
  }
})

/** One call of each command, from `up` to `down`. */
const DOCUMENTS: Readonly<Record<string, string>> = {
  up: 'up --json',
  status: 'status --json',
  'users create': 'users create --email ann@example.com --name Ann --json',
  'users list': 'users list --json',
  'users update': 'users update 1 --name Anna --json',
  'users get': 'users get 1 --details --json',
  'orders create': 'orders create --user-id 1 --product Laptop --json',
  'orders list': 'orders list --user-id 1 --json',
  'orders update': 'orders update 1 --quantity 2 --json',
  'orders get': 'orders get 1 --json',
  'payments create': 'payments create --order-id 1 --amount 5 --json',
  'payments list': 'payments list --order-id 1 --json',
  'payments update': 'payments update 1 --status failed --json',
  'payments get': 'payments get 1 --json',
  scenario: 'scenario payments --fast --json | tail -n 1',
  'scenario list': 'scenario list --json',
  'scenario new': 'scenario new document.ts --json',
  'scenario run': 'scenario run ./document.ts --json | tail -n 1',
  'scenario replay': 'scenario replay journal.ndjson --json | tail -n 1',
  health: 'health --json',
  request: 'request GET /status --json',
  dashboard: 'dashboard --json',
  logs: 'logs users --tail 1 --json',
  'cache keys': 'cache keys --json',
  'cache get': 'cache get payment:1 --json',
  'cache ttl': 'cache ttl order:1 --json',
  'cache watch': 'cache watch --json | head -n 1',
  'cache flush': 'cache flush --json',
  db: `db users --sql 'SELECT 1 AS one' --json`,
  load: 'load --rps 10 --duration 500ms --json',
  doctor: 'doctor --json',
  'report show': 'report show report.json --json',
  'report merge': 'report merge shard-1 shard-2 --json',
  verify: 'verify --only caching --json',
  grade: 'grade submissions --out graded --json',
  config: 'config --json',
  completion: 'completion bash --json',
  schema: 'schema --json',
  'users delete': 'users delete 1 --json',
  'orders delete': 'orders delete 1 --json',
  'payments delete': 'payments delete 1 --json',
  stop: 'stop users --json',
  start: 'start users --json',
  kill: 'kill cache --json',
  restart: 'restart cache --json',
  down: 'down --json',
}

/** The schema as it is published: read back from its text. */
async function schemaOf(name: string) {
  const context = { menu: { schemas: async () => schemas } } as Context
  return JSON.parse(JSON.stringify(schema.toJson?.(await schema.run({ command: name.split(' ') }, context))))
}

describe('prints JSON as its schema says', () => {
  test('every command that does something has a schema', async () => {
    const leaves = below(await menuIn('en').program()).filter(
      ({ commands, registeredArguments }) => commands.length === 0 || registeredArguments.length > 0,
    )
    expect(Object.keys(schemas).sort()).toEqual(leaves.map(nameOf).sort())
    expect(Object.keys(DOCUMENTS).sort()).toEqual(Object.keys(schemas).sort())
  })

  test.for(Object.entries(DOCUMENTS))('%s', async ([name, line]) => {
    const document = await run(`msctl ${line}`)
    expect({ code: document.code, err: document.code === 0 ? '' : document.err }).toEqual({
      code: 0,
      err: '',
    })
    const published = z.fromJSONSchema(await schemaOf(name))
    expect(z.safeParse(published, JSON.parse(document.out)).error?.issues ?? []).toEqual([])
  })
})
