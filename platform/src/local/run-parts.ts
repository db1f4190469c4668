import { SERVICES } from '@msctl/sdk/contract'
import { type DriverOptions, orUndo } from '../create-platform.ts'
import { Failure } from '../failure.ts'
import type { Part } from '../parts.ts'
import type { Ports } from '../ports.ts'
import { endProcess, type ProcessIdentity } from '../process-identity.ts'
import type { Daemon } from './daemon.ts'
import type { ProgramFolders } from './node-part.ts'
import { POSTGRES_END_SIGNAL } from './postgres-server.ts'
import { findPrograms, makeFolder } from './programs.ts'
import { startPart } from './start-part.ts'
import type { StateFile } from './state.ts'

/** What the local driver works with. */
export interface LocalSetup extends DriverOptions {
  readonly state: StateFile
  readonly dataDir: string
  readonly logsDir: string
  /** What was downloaded once. */
  readonly cacheDir: string
  readonly programFolders: ProgramFolders
}

/** Which parts are ended before which: those that are used after those that use them. */
const ENDING_ORDER: readonly (readonly Part[])[] = [['gateway'], SERVICES, ['cache', 'db']]

/**
 * Starts the parts side by side. When one fails, or we are interrupted, ends all that this call has started.
 *
 * @param answeringIsEnough Whether a service need not become ready: what it needs is down, and stays so.
 */
export async function startParts(
  parts: readonly Part[],
  ports: Ports,
  setup: LocalSetup,
  answeringIsEnough = false,
): Promise<void> {
  const { env, logsDir, state, onEvent, signal } = setup
  const programs = await findPrograms(setup)
  await makeFolder(logsDir, 0o700)
  const failed = new AbortController()
  const abort = signal === undefined ? failed.signal : AbortSignal.any([signal, failed.signal])
  const common = { ports, programs, logsDir, env, answeringIsEnough, onEvent, signal: abort }

  const startOne = async (part: Part): Promise<Daemon> => {
    onEvent({ type: 'starting', part })
    const began = performance.now()
    const onSpawn = (identity: ProcessIdentity) => state.record(part, ports[part], identity)
    const daemon = await startPart(part, { ...common, onSpawn })
    onEvent({ type: 'ready', part, tookMs: performance.now() - began, port: ports[part] })
    return daemon
  }
  const startAll = async () => {
    // The first failure is the reason that the others are given; none of them is left to itself.
    const starting = parts.map((part) => startOne(part).catch((error: unknown) => failed.abort(error)))
    const daemons = await Promise.all(starting)
    abort.throwIfAborted()
    for (const daemon of daemons) daemon?.release()
  }
  await orUndo(startAll, () => endParts(parts, { ...setup, signal: undefined }), setup)
}

/** Ends those of the parts that run, and says which these were. @param sent Instead of what ends a part the graceful way. */
export async function endParts(
  parts: readonly Part[],
  setup: Pick<LocalSetup, 'state' | 'onEvent' | 'signal'>,
  sent?: NodeJS.Signals,
): Promise<Part[]> {
  const ended: Part[] = []
  for (const group of ENDING_ORDER) {
    const running = group.filter((part) => parts.includes(part) && setup.state.processOf(part) !== undefined)
    await Promise.all(running.map((part) => endPart(part, setup, sent)))
    ended.push(...running)
  }
  return ended
}

async function endPart(
  part: Part,
  { state, onEvent, signal: abort }: Pick<LocalSetup, 'state' | 'onEvent' | 'signal'>,
  sent?: NodeJS.Signals,
): Promise<void> {
  const identity = state.processOf(part)
  if (identity === undefined) return
  onEvent({ type: 'stopping', part })
  const signal = sent ?? (part === 'db' ? POSTGRES_END_SIGNAL : 'SIGTERM')
  if (!(await endProcess(identity, { signal, abort }))) {
    throw new Failure('part-would-not-end', { part, pid: identity.pid })
  }
  // Its record stays: it is known to be gone by its birth, and a disk that is full must not keep us from ending the rest.
  onEvent({ type: 'stopped', part })
}
