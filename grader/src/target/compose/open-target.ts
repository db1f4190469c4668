import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type ComposeCli, createComposeCli, probeCompose } from '@msctl/platform/compose/compose-cli'
import { Failure, isFailure } from '@msctl/platform/failure'
import { Failure as GraderFailure } from '../../failure.ts'
import type { ComposeFacts } from '../compose-facts.ts'
import type { OpenTarget } from '../target.ts'
import { addressesOf } from './addresses.ts'
import { awaitAnswers } from './await-answers.ts'
import { choosePorts, type Ports } from './choose-ports.ts'
import { composeControl } from './compose-control.ts'
import { copyMount } from './copy-mount.ts'
import { databaseNamesOf, describeServices } from './describe-services.ts'
import { isEnvironmentProblem } from './environment-problem.ts'
import { inspectProject, type SubmittedContainer } from './inspect.ts'
import { type Isolated, isolate } from './isolate.ts'
import { type ReadProject, readProject } from './read-project.ts'
import { type Roles, recogniseRoles } from './recognise.ts'
import { removeProject } from './remove-project.ts'

export interface ComposeTargetOptions {
  readonly file: string
  /** The submission's folder; nothing outside it is built, read or mounted. Default: that of the file. */
  readonly root?: string | undefined
  /** Which service is which part, where it cannot be seen. */
  readonly map?: Roles | undefined
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
/** A machine that grades is busy: it is asked for longer than a person would wait. */
export const PROBE_LIMIT_MS = 60_000
const STOP_LIMIT_MS = 60_000
const STOP_SECONDS = '10'
const KEPT_LINES = 12
/** What `timeout` exits with, too. */
const TOO_LATE = 124
const PORT_ATTEMPTS = 3
const NEEDED = ['users', 'orders', 'payments', 'gateway'] as const
/** What Docker needs to know of this machine. Anything else is not for a submission to see. */
const PASSED_ON =
  /^(PATH|HOME|TMPDIR|LANG|LC_ALL|XDG_RUNTIME_DIR|DOCKER_\w+|SSL_CERT_\w+|(https?|no)_proxy|(HTTPS?|NO)_PROXY)$/

/**
 * Builds and starts somebody's Compose project under a name, on ports and within limits of its own, and waits until it answers.
 *
 * @throws Failure `no-docker`, `no-compose-file`, `compose-map`, `compose-refused`, `compose-failed` (Docker failed, not the
 *   submission), `interrupted`. Whatever was begun is taken down before.
 */
export async function openComposeTarget(options: ComposeTargetOptions): Promise<OpenTarget> {
  const file = path.resolve(options.file)
  const { root = path.dirname(file), map, signal, onOutput, readyLimitMs = READY_LIMIT_MS } = options
  const project = options.project ?? `msctl-grade-${randomBytes(4).toString('hex')}`
  const env = Object.fromEntries(Object.entries(options.env).filter(([name]) => PASSED_ON.test(name)))
  // That Compose works is seen at once, when it reads the file.
  const probe = await probeCompose(env, PROBE_LIMIT_MS, false)
  signal?.throwIfAborted()
  if ('reason' in probe) throw new Failure('no-docker', { reason: probe.reason })
  const { command } = probe
  const shownCommand = `${command.join(' ')} up --build`
  const shownFile = path.relative(root, file)

  if (!existsSync(file)) throw new Failure('no-compose-file', { folder: path.dirname(file) })
  const read = await readProject({ file, root, project, command, env, signal })
  if (read.config === undefined) {
    const again = await probeCompose(env, PROBE_LIMIT_MS)
    if ('reason' in again) throw new Failure('no-docker', { reason: again.reason })
    return unreadable(read, command, shownFile, shownCommand, readyLimitMs)
  }
  const original = read.config
  const { roles, strangers } = recogniseRoles(original, map)
  // What is not recognised may be the very part that seems to be missing: that is for people to say.
  const unknown = NEEDED.find((role) => roles[role] === undefined)
  if (unknown !== undefined && strangers.length > 0)
    throw new GraderFailure('compose-map', { role: unknown, candidates: strangers })

  const folder = await mkdtemp(path.join(tmpdir(), 'msctl-grade-'))
  const isolatedFile = path.join(folder, 'docker-compose.json')
  const cliFor = (limit?: AbortSignal): ComposeCli =>
    createComposeCli(command, {
      project: { name: project, folder },
      env: { ...env, COMPOSE_FILE: isolatedFile },
      signal: limit,
    })
  const cli = cliFor(signal)
  // What is taken down is taken down to the end, whatever else is to end.
  const enduring = cliFor()
  const close = async () => {
    await removeProject(enduring, project)
    await rm(folder, { recursive: true, force: true })
  }

  /** Runs Compose for so long at most. @returns its exit code and last lines. */
  async function compose(
    args: readonly string[],
    limitMs: number,
    tell?: (line: string) => void,
  ): Promise<{ exitCode: number; output: string[] }> {
    const limit = AbortSignal.timeout(Math.max(1, limitMs))
    const output: string[] = []
    const keep = (line: string) => {
      output.push(line.slice(0, 500))
      if (output.length > KEPT_LINES) output.shift()
      tell?.(line.slice(0, 500))
    }
    try {
      await cliFor(signal === undefined ? limit : AbortSignal.any([signal, limit])).compose(args, keep)
      return { exitCode: 0, output }
    } catch (error) {
      signal?.throwIfAborted()
      if (limit.aborted)
        return { exitCode: TOO_LATE, output: [...output, `not done within ${Math.round(limitMs / 1000)} s`] }
      if (!isFailure(error, 'compose-failed')) throw error
      const exitCode = (error.cause as { exitCode?: number } | undefined)?.exitCode ?? 1
      if (isEnvironmentProblem(output)) throw error
      return { exitCode, output }
    }
  }

  /** Chooses ports, writes the file that can be started, and starts it. */
  async function start(): Promise<{
    started: { exitCode: number; output: string[] }
    isolated: Isolated
    ports: Ports
    readyByMs: number
  }> {
    for (let attempt = 1; ; attempt++) {
      const ports = await choosePorts(original, roles)
      const copies: [string, string][] = []
      const copyOf = (source: string) => {
        const copy = path.join(folder, 'mounts', String(copies.length), path.basename(source))
        copies.push([source, copy])
        return copy
      }
      const isolated = isolate(original, { project, root, roles, ports, copyOf })
      for (const [source, copy] of copies) await copyMount(source, copy)
      await writeFile(isolatedFile, JSON.stringify(isolated.file, null, 2))
      const built = await compose(['up', '--no-start', '--build'], BUILD_LIMIT_MS, onOutput)
      // That may be the network as well as the submission.
      if (built.exitCode === TOO_LATE)
        throw new Failure('compose-failed', { command: shownCommand, output: built.output })
      const readyByMs = performance.now() + readyLimitMs
      const started =
        built.exitCode === 0 ? await compose(['up', '--detach', '--no-build'], readyLimitMs, onOutput) : built
      const isPortTaken = started.output.some((line) =>
        /port is already allocated|address already in use/i.test(line),
      )
      if (!isPortTaken || attempt === PORT_ATTEMPTS) return { started, isolated, ports, readyByMs }
      await removeProject(enduring, project)
    }
  }

  let containers: readonly SubmittedContainer[] = []
  try {
    const began = performance.now()
    const { started, isolated, ports, readyByMs } = await start()
    const startedMs = performance.now() - began
    const gateway = roles.gateway === undefined ? undefined : ports.get(roles.gateway)
    const url = gateway === undefined ? undefined : `http://127.0.0.1:${gateway.port}`
    const answers = await awaitAnswers({
      url,
      roles,
      containers: () => inspectProject(cli, project),
      deadlineMs: readyByMs - performance.now(),
      signal,
    })
    containers = answers.containers
    const described = { file: original, roles, root, containers, openSecrets: read.openSecrets, env }
    const facts: ComposeFacts = {
      file: shownFile,
      roles,
      databaseNames: databaseNamesOf(described),
      services: await describeServices(described),
      start: {
        command: shownCommand,
        ...started,
        durationMs: Math.round(startedMs),
        byHand: isolated.byHand,
      },
      ready: {
        missing: answers.missing,
        durationMs: Math.round(readyLimitMs - (readyByMs - answers.at)),
        limitMs: readyLimitMs,
        isMachineBusy: answers.isMachineBusy,
      },
      changes: isolated.changes,
    }
    if (url === undefined || !answers.isGatewayThere) {
      const parts = new Set(Object.values(roles))
      const doAllRun = facts.services.every(({ name, isRunning }) => isRunning || !parts.has(name))
      if (url !== undefined && doAllRun && answers.isMachineBusy) {
        const why = `All of it runs, and nothing answered within ${readyLimitMs / 1000} s: this machine is too busy to tell why.`
        throw new Failure('compose-failed', { command: shownCommand, output: [why, ...answers.missing] })
      }
      return unstartedTarget(facts, close)
    }
    const control = composeControl({
      ...{ cli: enduring, roles, containers: () => containers, restart: () => restart(url) },
    })
    const { redisUrl: redis, databaseUrls: databases } = addressesOf(original, roles, ports, containers)
    return {
      target: { ...OURS, compose: facts, url, control, databases, ...(redis !== undefined && { redis }) },
      close,
    }
  } catch (error) {
    await close()
    throw error
  }

  /** As `docker-compose down` and `up` would: the containers are new, the volumes stay. */
  async function restart(url: string): Promise<string> {
    const forgotten = containers.flatMap((each) => each.anonymousVolumes)
    const down = await compose(['down', '--timeout', STOP_SECONDS], STOP_LIMIT_MS)
    const up = await compose(['up', '--detach', '--no-build'], readyLimitMs)
    const output = [...down.output, ...up.output].join('\n')
    if (forgotten.length > 0) await enduring.docker(['volume', 'rm', '--force', ...forgotten])
    if (down.exitCode !== 0 || up.exitCode !== 0) throw new Error(output)
    const found = () => inspectProject(enduring, project)
    const answers = await awaitAnswers({ url, roles, containers: found, deadlineMs: readyLimitMs, signal })
    containers = answers.containers
    return output
  }
}

const OURS = { kind: 'compose', isOurs: true, isDisposable: true } as const
/** Where the gateway would have been. */
const EXPECTED_URL = 'http://127.0.0.1:8000'

/** A project of which no gateway answers. */
function unstartedTarget(facts: ComposeFacts, close: () => Promise<void>): OpenTarget {
  const { start, ready } = facts
  const why = start.exitCode === 0 ? ready.missing.join('; ') : start.output.slice(-3).join('\n')
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
function unreadable(
  { problem }: ReadProject,
  command: readonly string[],
  file: string,
  shownCommand: string,
  limitMs: number,
): OpenTarget {
  const isOld =
    command.length === 1 &&
    problem.some((line) => /Unsupported|Additional properties|does not match|invalid type/i.test(line))
  if (isOld) throw new Failure('compose-failed', { command: `${command.join(' ')} config`, output: problem })
  const facts: ComposeFacts = {
    file,
    roles: {},
    databaseNames: {},
    services: [],
    start: { command: shownCommand, exitCode: 1, output: problem, durationMs: 0, byHand: [] },
    ready: { missing: [], durationMs: 0, limitMs, isMachineBusy: false },
    changes: [],
  }
  return unstartedTarget(facts, () => Promise.resolve())
}
