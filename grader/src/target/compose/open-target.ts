import { randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { probeCompose } from '@msctl/platform/compose/compose-cli'
import { Failure as PlatformFailure } from '@msctl/platform/failure'
import type { Text } from '@msctl/scenarios'
import { SERVICES } from '@msctl/sdk/contract'
import { Failure } from '../../failure.ts'
import { assertComposeFile } from '../../named-inputs.ts'
import { TargetFailure } from '../../run/grader.ts'
import type { ComposeFacts } from '../compose-facts.ts'
import { errorLines } from '../error-lines.ts'
import { ownerText } from '../owner.ts'
import type { OpenTarget } from '../target.ts'
import { addressesOf } from './addresses.ts'
import { type Answers, awaitAnswers } from './await-answers.ts'
import { choosePorts, type Ports } from './choose-ports.ts'
import { composeControl } from './compose-control.ts'
import { type ComposeFile, portsOf } from './compose-file.ts'
import { copyMount } from './copy-mount.ts'
import { databaseNamesOf, describeServices } from './describe-services.ts'
import { inspectProject, type SubmittedContainer } from './inspect.ts'
import { type Isolated, isolate } from './isolate.ts'
import { makeFolder, noteBuilt, PREFIX, removeGrading } from './leftovers.ts'
import { type ReadProject, readProject } from './read-project.ts'
import { type Recognised, type Roles, type RolesGiven, recogniseRoles } from './recognise.ts'
import { removeProject } from './remove-project.ts'
import { type ComposeRun, type ProjectCli, projectCli } from './run-compose.ts'

export interface ComposeTargetOptions {
  readonly file: string
  /** The submission's folder; nothing outside it is built, read or mounted. Default: that of the file. */
  readonly root?: string | undefined
  /** Which service is which part, where it cannot be seen; `none`: there is no such part. */
  readonly map?: RolesGiven | undefined
  readonly env: NodeJS.ProcessEnv
  readonly signal?: AbortSignal | undefined
  /** A line that Docker or Compose prints. */
  readonly onOutput?: (line: string) => void
  /** The Compose project. Default: a random name. */
  readonly project?: string | undefined
  /** How long all may take to answer once started, in milliseconds. Default 180 000. */
  readonly readyLimitMs?: number | undefined
}

/** How long building and fetching images may take: none of it counts as starting. */
const BUILD_LIMIT_MS = 20 * 60_000
const READY_LIMIT_MS = 180_000
/** How long a restart may take in all: less than a control is waited for. */
const RESTART_LIMIT_MS = 120_000
/** A machine that grades is busy: it is asked for longer than a person would wait. */
export const PROBE_LIMIT_MS = 60_000
const STOP_LIMIT_MS = 60_000
const STOP_SECONDS = '10'
const PORT_ATTEMPTS = 3
/** What Docker needs to know of this machine. Anything else is not for a submission to see. */
const PASSED_ON =
  /^(PATH|HOME|TMPDIR|LANG|LC_ALL|XDG_RUNTIME_DIR|DOCKER_\w+|SSL_CERT_\w+|(https?|no)_proxy|(HTTPS?|NO)_PROXY)$/

/**
 * Builds and starts somebody's Compose project under a name, on ports and within limits of its own, and waits until it answers. What is
 * wrong with the submission is in the result; it is still graded.
 *
 * @throws Failure `no-docker`, `compose-file-missing`, `compose-map`, `compose-refused`, `machine-busy`, `docker-failed` (this machine failed, not the
 *   submission); the signal's reason. Whatever was begun is taken down before.
 */
export async function openComposeTarget(options: ComposeTargetOptions): Promise<OpenTarget> {
  const setting = await prepare(options)
  const read = await readProject(setting)
  if (read.config === undefined) return openUnreadable(read, setting)
  const project = await openProject(setting, read, recogniseRoles(read.config, options.map))
  try {
    return await startProject(project, read.config)
  } catch (error) {
    await project.close()
    throw error
  }
}

/** What a submission is started with. */
interface Setting {
  readonly file: string
  readonly root: string
  readonly project: string
  /** What runs Compose. */
  readonly command: readonly string[]
  readonly env: NodeJS.ProcessEnv
  readonly signal: AbortSignal | undefined
  readonly readyLimitMs: number
  readonly onOutput: ((line: string) => void) | undefined
  /** The file and the command as they can be shown. */
  readonly shown: { readonly file: string; readonly command: string }
}

async function prepare(options: ComposeTargetOptions): Promise<Setting> {
  const file = path.resolve(options.file)
  const { root = path.dirname(file), signal, onOutput, readyLimitMs = READY_LIMIT_MS } = options
  assertComposeFile(file)
  const env = Object.fromEntries(Object.entries(options.env).filter(([name]) => PASSED_ON.test(name)))
  // That Compose works is seen at once, when it reads the file.
  const probe = await probeCompose(env, PROBE_LIMIT_MS, false)
  signal?.throwIfAborted()
  if ('reason' in probe) throw new PlatformFailure('no-docker', { reason: probe.reason })
  const { command } = probe
  return {
    ...{ file, root, command, env, signal, onOutput, readyLimitMs },
    project: options.project ?? `${PREFIX}${randomBytes(4).toString('hex')}`,
    shown: { file: path.relative(root, file), command: `${command.join(' ')} up --build` },
  }
}

/** A submission that is being started. */
interface Project extends Setting {
  /** For the file that is started, and copies of what is mounted. */
  readonly folder: string
  readonly startedFile: string
  readonly read: ReadProject
  readonly recognised: Recognised
  readonly cli: ProjectCli
  /** Takes everything down: containers, networks, volumes and images. May be called twice. */
  close(): Promise<void>
}

async function openProject(setting: Setting, read: ReadProject, recognised: Recognised): Promise<Project> {
  const { project, command, env } = setting
  const folder = await makeFolder(project)
  const startedFile = path.join(folder, 'docker-compose.json')
  const cli = projectCli({ command, project, folder, file: startedFile, env })
  return {
    ...{ ...setting, folder, startedFile, read, recognised, cli },
    close: async () => {
      for (const line of await removeGrading(cli, project, folder)) setting.onOutput?.(line)
    },
  }
}

async function startProject(project: Project, original: ComposeFile): Promise<OpenTarget> {
  const { cli, signal, recognised, readyLimitMs, close } = project
  const began = performance.now()
  const up = await bringUp(project, original)
  const durationMs = Math.round(performance.now() - began)
  const url = urlOf(recognised.roles, up.ports)
  const answers = await awaitAnswers({
    ...{ url, roles: recognised.roles, signal },
    containers: () => inspectProject(cli, project.project),
    deadlineMs: up.readyByMs - performance.now(),
  })
  const roles = rolesSeen(recognised, answers)
  const facts = await gatherFacts(project, original, { ...up, roles, answers, durationMs })
  assertMachineCould(facts, url)
  if (url === undefined || !answers.isGatewayThere) return unstartedTarget(facts, close)

  let { containers } = answers
  const control = composeControl({
    ...{ cli, roles, containers: () => containers },
    restart: async () => {
      const restarted = await restart(project, url, { roles, containers, answered: answers.answered })
      containers = restarted.containers
      return restarted.output
    },
  })
  const { redisUrl: redis, databaseUrls: databases } = addressesOf(original, roles, up.ports, containers)
  return {
    target: {
      ...{ ...OURS, compose: facts, url, control, databases, aliases: publishedUrls(original, roles) },
      ...(redis !== undefined && { redis }),
    },
    close,
  }

  /** A service that nobody recognised, and whose gateway answers for the one part that is missing, is that part. */
  function rolesSeen({ roles: known, unrecognised }: Recognised, seen: Answers): Roles {
    const missing = SERVICES.filter(
      (service) => known[service] === undefined && !recognised.none.has(service),
    )
    const served = missing.filter((service) => seen.answered.includes(service))
    const [role] = served
    const [name] = unrecognised
    if (role === undefined || name === undefined) return known
    if (served.length === 1 && unrecognised.length === 1) return { ...known, [role]: name }
    throw new Failure('compose-map', { role, candidates: unrecognised })
  }

  /** @throws Failure `machine-busy` where nothing answers, though nothing has ended, on a machine that is too busy to tell why. */
  function assertMachineCould({ services, roles: parts }: ComposeFacts, at?: string): void {
    if (at === undefined || answers.isGatewayThere || !answers.isMachineBusy) return
    const names = new Set(Object.values(parts))
    if (!up.run.isLate && !services.every(({ name, isRunning }) => isRunning || !names.has(name))) return
    throw new Failure('machine-busy', { seconds: readyLimitMs / 1000, missing: answers.missing })
  }
}

interface Up {
  readonly run: ComposeRun
  readonly isolated: Isolated
  readonly ports: Ports
  /** By when all should answer, as `performance.now()`. */
  readonly readyByMs: number
}

/** Chooses ports, writes the file that can be started, and starts it; with other ports, where somebody was quicker. */
async function bringUp(project: Project, original: ComposeFile): Promise<Up> {
  const { root, recognised, folder, startedFile, cli, readyLimitMs, signal, onOutput, shown } = project
  for (let attempt = 1; ; attempt++) {
    const ports = await choosePorts(original, recognised.roles)
    const copyOf = (_source: string, index: number) => path.join(folder, 'mounts', String(index))
    const isolated = isolate(original, {
      ...{ project: project.project, owner: ownerText(), root, roles: recognised.roles, ports, copyOf },
    })
    for (const [source, copy] of isolated.copies) await copyMount(source, copy)
    await writeFile(startedFile, JSON.stringify(isolated.file, null, 2))
    const built = await cli.compose(
      ['up', '--no-start', '--build'],
      { limitMs: BUILD_LIMIT_MS, signal },
      (line) => {
        noteBuilt(folder, line)
        onOutput?.(line)
      },
    )
    // That may be the network as well as the submission.
    if (built.isLate || built.problem !== undefined)
      throw new Failure('docker-failed', {
        command: shown.command,
        output: [built.problem ?? '', ...built.output.slice(-12)].filter(Boolean),
      })
    const readyByMs = performance.now() + readyLimitMs
    const run =
      built.exitCode === 0
        ? await cli.compose(['up', '--detach', '--no-build'], { limitMs: readyLimitMs, signal }, onOutput)
        : built
    if (!isPortTaken(run) || attempt === PORT_ATTEMPTS) return { run, isolated, ports, readyByMs }
    await removeProject(cli, project.project)
  }
}

function isPortTaken({ exitCode, output }: ComposeRun): boolean {
  return (
    exitCode !== 0 && output.some((line) => /port is already allocated|address already in use/i.test(line))
  )
}

function urlOf({ gateway }: Roles, ports: Ports): string | undefined {
  const port = gateway === undefined ? undefined : ports.get(gateway)?.port
  return port === undefined ? undefined : `http://127.0.0.1:${port}`
}

/** Where the gateway would be if we had not given it another port: redirects there are its own. */
function publishedUrls({ services }: ComposeFile, { gateway = '' }: Roles): readonly string[] {
  const service = services[gateway]
  const ports = service === undefined ? [] : portsOf(service).map(({ published }) => Number(published))
  return ports
    .filter((port) => Number.isInteger(port) && port > 0)
    .flatMap((port) => [`http://localhost:${port}`, `http://127.0.0.1:${port}`])
}

async function gatherFacts(
  { recognised, root, read, env, shown, readyLimitMs }: Project,
  original: ComposeFile,
  {
    run,
    isolated,
    readyByMs,
    roles,
    answers,
    durationMs,
  }: Up & { readonly roles: Roles; readonly answers: Answers; readonly durationMs: number },
): Promise<ComposeFacts> {
  const { containers, missing, isMachineBusy, at } = answers
  const described = { file: original, roles, root, containers, openSecrets: read.openSecrets, env }
  const named = new Set(Object.values(roles))
  return {
    ...{ file: shown.file, roles, changes: isolated.changes },
    unrecognised: recognised.unrecognised.filter((name) => !named.has(name)),
    databaseNames: databaseNamesOf(described),
    services: await describeServices(described),
    start: {
      ...{ command: shown.command, exitCode: run.exitCode, durationMs, byHand: isolated.byHand },
      output: run.exitCode === 0 ? run.output.slice(-12) : errorLines(run.output),
    },
    ready: {
      ...{ missing, isMachineBusy, limitMs: readyLimitMs },
      durationMs: Math.round(readyLimitMs - (readyByMs - at)),
    },
  }
}

/** As `docker-compose down` and `up` would: the containers are new, the volumes stay. */
async function restart(
  { cli, project, readyLimitMs, signal }: Project,
  url: string,
  before: Pick<Answers, 'containers' | 'answered'> & { readonly roles: Roles },
): Promise<{ readonly output: string; readonly containers: readonly SubmittedContainer[] }> {
  const endsAt = performance.now() + RESTART_LIMIT_MS
  const leftMs = () => Math.min(readyLimitMs, endsAt - performance.now())
  // Compose forgets them, and leaves them behind.
  const forgotten = before.containers.flatMap((each) => each.anonymousVolumes)
  const down = await cli.compose(['down', '--timeout', STOP_SECONDS], { limitMs: STOP_LIMIT_MS, signal })
  const up = await cli.compose(['up', '--detach', '--no-build'], { limitMs: leftMs(), signal })
  const output = [...down.output, ...up.output].join('\n')
  if (forgotten.length > 0) await cli.docker(['volume', 'rm', '--force', ...forgotten])
  if (down.exitCode !== 0 || up.isLate || up.problem !== undefined) throw new Error(output)
  if (up.exitCode !== 0) throw new TargetFailure(NOT_UP_AGAIN(errorLines(up.output)))
  const { containers } = await awaitAnswers({
    ...{ url, roles: before.roles, services: before.answered, deadlineMs: leftMs(), signal },
    containers: () => inspectProject(cli, project),
  })
  return { output, containers }
}

const NOT_UP_AGAIN = (lines: readonly string[]): Text => ({
  en: `After docker-compose down, docker-compose up fails: ${lines.join('\n')}`,
  ru: `После docker-compose down команда docker-compose up завершается ошибкой: ${lines.join('\n')}`,
})

const OURS = { kind: 'compose', isOurs: true, isDisposable: true } as const
/** Where the gateway would have been. */
const EXPECTED_URL = 'http://127.0.0.1:8000'

/** A project of which no gateway answers. */
function unstartedTarget(facts: ComposeFacts, close: () => Promise<void>): OpenTarget {
  const { start, ready } = facts
  const why = start.exitCode === 0 ? ready.missing.join('; ') : start.output.slice(0, 3).join('\n')
  return {
    target: { ...OURS, compose: facts, url: EXPECTED_URL },
    unstarted: {
      because: 'compose.ready',
      reason: {
        en: `The project did not start, so there was nothing to ask: ${why}`,
        ru: `Проект не запустился, и спрашивать было некого: ${why}`,
      },
      evidence: [],
    },
    close,
  }
}

/**
 * A file that Compose does not understand starts nothing. Compose 1 does not understand all that is right today: with that one
 * nothing can be concluded.
 */
async function openUnreadable({ problem }: ReadProject, setting: Setting): Promise<OpenTarget> {
  const { command, env, shown, readyLimitMs } = setting
  const again = await probeCompose(env, PROBE_LIMIT_MS)
  if ('reason' in again) throw new PlatformFailure('no-docker', { reason: again.reason })
  const isOld =
    command.length === 1 &&
    problem.some((line) =>
      /Unsupported|Additional properties|does not match|invalid type|top-level property "(include|name)"/i.test(
        line,
      ),
    )
  if (isOld) throw new Failure('docker-failed', { command: `${command.join(' ')} config`, output: problem })
  const start = { command: shown.command, exitCode: 1, output: problem, durationMs: 0, byHand: [] }
  const facts: ComposeFacts = {
    ...{ file: shown.file, roles: {}, databaseNames: {}, services: [], unrecognised: [], changes: [], start },
    ready: { missing: [], durationMs: 0, limitMs: readyLimitMs, isMachineBusy: false },
  }
  return unstartedTarget(facts, async () => undefined)
}
