import { createHash } from 'node:crypto'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { createComposeCli, probeCompose } from '@msctl/platform/compose/compose-cli'
import { endProcess, identify, type ProcessIdentity } from '@msctl/platform/process-identity'
import { inLanguage, type Language, type Text } from '@msctl/scenarios'
import { EXPERIMENTS } from '../checks/index.ts'
import { EXIT } from '../exit.ts'
import { REPORT_FILES, type ReportFormat } from '../reports/formats.ts'
import type { Grade } from '../reports/grades.ts'
import { writeReports } from '../reports/write-reports.ts'
import type { Rubric } from '../run/rubric.ts'
import { runGrading } from '../run/run-grading.ts'
import { PREFIX, removeLeft } from '../target/compose/leftovers.ts'
import { PROBE_LIMIT_MS } from '../target/compose/open-target.ts'
import { endMarkedProcesses } from '../target/marked-processes.ts'
import { createCappedLog } from './capped-log.ts'
import { gradeOf, gradeWithout } from './grade-of.ts'
import { runVerify, type VerifyOutcome } from './run-verify.ts'
import { type StartedProcesses, startProcesses } from './start-processes.ts'
import type { Submission } from './submissions.ts'

export interface GradeOptions {
  /** A folder for each submission is made in here. */
  readonly out: string
  readonly formats: readonly ReportFormat[]
  /** What runs msctl: Node and the program. */
  readonly program: readonly string[]
  readonly env: NodeJS.ProcessEnv
  readonly language: Language
  readonly version: string
  /** Handed on to `msctl verify` as they are. */
  readonly verifyArgs: readonly string[]
  readonly only?: readonly string[] | undefined
  readonly skip?: readonly string[] | undefined
  readonly rubric: Rubric
  readonly seed?: number | undefined
  /** How long one submission may take in all, in milliseconds. */
  readonly limitMs: number
  readonly readyLimitMs?: number | undefined
  readonly signal: AbortSignal
}

/** The file that says that a submission has been graded to the end. */
const GRADE_FILE = 'grade.json'
/** While it is graded: what has to be ended if we are killed. */
const RUNNING_FILE = 'running.json'
const GRADER_MEMORY_MB = 768
/** What it means when `msctl verify` ends with that and without a report. */
const STATUS_OF: Readonly<Record<number, 'refused' | 'not-ready'>> = {
  [EXIT.usage]: 'refused',
  [EXIT.unreachable]: 'not-ready',
}

/** Grades one submission and writes its reports. @throws the signal's reason; what it began is then taken back. */
export async function gradeSubmission(submission: Submission, options: GradeOptions): Promise<Grade> {
  const { id, how } = submission
  const { out, signal } = options
  const folder = path.join(out, id)
  await endLeftovers(folder, options)
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  const grade =
    how.by === 'nothing'
      ? gradeWithout(id, how.status, inLanguage(how.reason, options.language))
      : await gradeReachable(submission, folder, options)
  signal.throwIfAborted()
  await rm(path.join(folder, RUNNING_FILE), { force: true })
  await writeWhole(path.join(folder, GRADE_FILE), JSON.stringify(grade))
  return grade
}

/** The grade of a submission that was graded to the end before. */
export async function readGrade(out: string, id: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path.join(out, id, GRADE_FILE), 'utf8'))
  } catch {
    return undefined // not graded yet, or killed in the middle: it is graded anew
  }
}

async function gradeReachable(submission: Submission, folder: string, options: GradeOptions): Promise<Grade> {
  const { how } = submission
  const { program, env, limitMs, signal } = options
  const log = createCappedLog(path.join(folder, 'log.txt'))
  const mark = markOf(folder)
  const began = performance.now()
  const remember = (pid?: number) =>
    writeFile(
      path.join(folder, RUNNING_FILE),
      JSON.stringify({ grader: pid === undefined ? null : identify(pid) }),
    )
  let processes: StartedProcesses | undefined
  try {
    await remember()
    if (how.by === 'processes') {
      const { readyLimitMs } = options
      processes = await startProcesses({
        ...{ how, folder: submission.folder, env, mark, log, signal },
        ...(readyLimitMs !== undefined && { readyLimitMs }),
      })
      if (processes.unstarted !== undefined)
        return await reportUnstarted(submission, folder, processes, options)
    }
    const outcome = await runVerify({
      program: [...program.slice(0, 1), `--max-old-space-size=${GRADER_MEMORY_MB}`, ...program.slice(1)],
      args: verifyArguments(submission, { ...options, folder, processes, project: mark }),
      ...{ cwd: submission.folder, env: processes?.env ?? env, log, signal },
      reportFile: path.join(folder, REPORT_FILES.json),
      limitMs: limitMs - (performance.now() - began),
      onStart: (pid) => void remember(pid),
    })
    return gradeOfOutcome(submission.id, outcome, options)
  } finally {
    await processes?.close()
    await log.close()
    if (how.by === 'compose') {
      await endMarkedProcesses(mark)
      await removeLeftProject(mark, options)
    }
  }
}

/** How `msctl verify` is called for a submission. */
function verifyArguments(
  submission: Submission,
  options: GradeOptions & {
    readonly folder: string
    readonly processes: StartedProcesses | undefined
    readonly project: string
  },
): string[] {
  const { id, source } = submission
  const { language, formats, folder, verifyArgs } = options
  return [
    ...['verify', '--lang', language, '--name', id, '--source', source],
    ...['--seed', String(seedOf(id, options))],
    ...targetArguments(submission, options),
    ...formats.flatMap((format) => ['--report', `${format}=${path.join(folder, REPORT_FILES[format])}`]),
    ...verifyArgs,
  ]
}

function targetArguments(
  { how, folder }: Submission,
  {
    processes,
    project,
    readyLimitMs,
  }: Pick<Parameters<typeof verifyArguments>[1], 'processes' | 'project' | 'readyLimitMs'>,
): string[] {
  if (how.by === 'compose') {
    const map = Object.entries(how.map).flatMap(([role, name]) => ['--map', `${role}=${name}`])
    const ready = readyLimitMs === undefined ? [] : ['--ready', `${readyLimitMs}ms`]
    return ['--compose', how.file, '--project', project, ...map, ...ready]
  }
  if (how.by === 'nothing' || processes === undefined) return []
  return [
    ...['--url', processes.url],
    ...(how.control === undefined ? [] : ['--control', path.resolve(folder, how.control)]),
    ...(how.redis === undefined ? [] : ['--redis', how.redis]),
    ...Object.entries(how.db).flatMap(([service, url]) => ['--db', `${service}=${url}`]),
  ]
}

/** The grade by what `msctl verify` came to. */
function gradeOfOutcome(
  id: string,
  { exitCode, isLate, report, said }: VerifyOutcome,
  { language, limitMs }: GradeOptions,
): Grade {
  if (isLate) return gradeWithout(id, 'error', inLanguage(TOO_LATE(Math.round(limitMs / 1000)), language))
  if (report !== undefined) return gradeOf(id, report)
  // Without a report it says on its last lines why, as any command does.
  return gradeWithout(id, STATUS_OF[exitCode ?? 0] ?? 'error', said.split('\n').slice(-4).join(' '))
}

const TOO_LATE = (seconds: number): Text => ({
  en: `Not graded within ${seconds} s.`,
  ru: `Проверка не закончилась за ${seconds} с.`,
})

/** What can be judged of a submission that never answered, in the same reports as any other has. */
async function reportUnstarted(
  { id, how, source }: Submission,
  folder: string,
  { url, unstarted = '' }: StartedProcesses,
  options: GradeOptions,
): Promise<Grade> {
  const { rubric, language, version, signal, only, skip, formats, env } = options
  const isThere = (what: unknown) => how.by === 'processes' && what !== undefined
  const never = () => Promise.reject(new Error('There is no target.'))
  const report = await runGrading({
    target: {
      ...{ kind: 'url', url, name: id, source },
      ...(how.by === 'processes' && how.redis !== undefined && { redis: how.redis }),
      ...(how.by === 'processes' && Object.keys(how.db).length > 0 && { databases: how.db }),
      ...(isThere(how.by === 'processes' ? how.control : undefined) && {
        control: { stop: never, start: never, restart: never },
      }),
    },
    ...{ experiments: EXPERIMENTS, rubric, language, version, signal, seed: seedOf(id, options) },
    ...(only !== undefined && { only }),
    ...(skip !== undefined && { skip }),
    unstarted: {
      reason: {
        en: `It did not start, so there was nothing to ask. ${unstarted}`,
        ru: `Система не запустилась, и спрашивать было некого. ${unstarted}`,
      },
      evidence: [],
    },
  })
  const requests = formats.map((format) => ({ format, file: path.join(folder, REPORT_FILES[format]) }))
  await writeReports(report, requests, { env, print: () => undefined })
  return gradeOf(id, report, unstarted)
}

/** The same for a submission every time, so that a run can be repeated. */
function seedOf(id: string, { seed }: GradeOptions): number {
  return seed ?? createHash('sha256').update(id).digest().readUInt32BE() % 2 ** 31
}

/** By which everything of a submission is known: its Compose project, its processes. Of its folder, so that it is the same after a kill. */
export function markOf(folder: string): string {
  return `${PREFIX}${createHash('sha256').update(folder).digest('hex').slice(0, 10)}`
}

/** Ends what a grading that was killed has left running. */
async function endLeftovers(folder: string, options: GradeOptions): Promise<void> {
  let running: { grader: ProcessIdentity | null }
  try {
    running = JSON.parse(await readFile(path.join(folder, RUNNING_FILE), 'utf8')) as typeof running
  } catch {
    return // it was not being graded
  }
  if (running.grader !== null) await endProcess(running.grader, { signal: 'SIGINT', deadlineMs: 60_000 })
  await endMarkedProcesses(markOf(folder))
  await removeLeftProject(markOf(folder), options)
}

/** Its own grader removes a project; this is for when it could not. */
async function removeLeftProject(project: string, { env }: GradeOptions): Promise<void> {
  const probe = await probeCompose(env, PROBE_LIMIT_MS)
  if ('reason' in probe) return // no Docker, no containers
  await removeLeft(
    createComposeCli(probe.command, { project: { name: project, folder: process.cwd() }, env }),
    project,
  )
}

async function writeWhole(file: string, text: string): Promise<void> {
  await writeFile(`${file}.draft`, text)
  await rename(`${file}.draft`, file)
}
