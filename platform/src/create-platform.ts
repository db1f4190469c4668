import { forgetUp, readLastPort, rememberUp } from './home.ts'
import { withLock } from './lock.ts'
import type { Part } from './parts.ts'
import type { Change, Platform, PlatformEvent, UpOptions } from './platform.ts'

/** What every driver is given. */
export interface DriverOptions {
  /** The state folder; it holds the lock. */
  readonly home: string
  readonly env: NodeJS.ProcessEnv
  /** What is being done, for others who wait for it. */
  readonly command: string
  readonly onEvent: (event: PlatformEvent) => void
  readonly signal?: AbortSignal | undefined
}

/** What each driver does in its own way. What changes parts says which were not yet as asked. */
export interface DriverSteps
  extends Pick<
    Platform,
    'driver' | 'status' | 'isRunning' | 'readLogs' | 'followLogs' | 'redis' | 'accessDatabase'
  > {
  up(options: UpOptions): Promise<readonly Part[]>
  down(options: { readonly volumes: boolean }): Promise<readonly Part[]>
  /** Restarts everything on the ports that it has. */
  restart(): Promise<readonly Part[]>
  start(part: Part): Promise<readonly Part[]>
  stop(part: Part): Promise<readonly Part[]>
  kill(part: Part): Promise<readonly Part[]>
}

/**
 * Makes a platform of a driver's steps: no two commands change it at once, each reports what it changed, and what was
 * chosen at `up` is remembered: the driver, which has the data, and the port.
 */
export function createPlatform(driver: DriverSteps, options: DriverOptions): Platform {
  const { home: folder, command, onEvent, signal } = options
  const onWait = (holder: { pid: number; command: string }) =>
    onEvent({ type: 'waiting', pid: holder.pid, command: holder.command })
  const change = (work: () => Promise<readonly Part[]>): Promise<Change> =>
    withLock({ folder, command, onWait, signal }, async () => ({
      changed: await work(),
      status: await driver.status(),
    }))
  const restartPart = async (part: Part) => {
    await driver.stop(part)
    return driver.start(part)
  }
  return {
    ...driver,
    up: (upOptions = {}) =>
      change(async () => {
        const { port } = upOptions
        const lastPort = readLastPort(folder)
        // What runs keeps its port.
        const isFree = port === undefined && lastPort !== undefined && !(await driver.isRunning())
        const changed = await driver.up({ ...upOptions, port: isFree ? lastPort : port })
        rememberUp(folder, { driver: driver.driver, port: port ?? lastPort })
        return changed
      }),
    down: ({ volumes = false } = {}) =>
      change(async () => {
        const changed = await driver.down({ volumes })
        if (volumes) forgetUp(folder)
        return changed
      }),
    restart: (part) => change(() => (part === undefined ? driver.restart() : restartPart(part))),
    start: (part) => change(() => driver.start(part)),
    stop: (part) => change(() => driver.stop(part)),
    kill: (part) => change(() => driver.kill(part)),
  }
}

/** Does some work. When it fails or is interrupted, undoes it, whatever the signal says, and throws the reason. */
export async function orUndo(
  work: () => Promise<void>,
  undo: () => Promise<unknown>,
  { onEvent, signal }: Pick<DriverOptions, 'onEvent' | 'signal'>,
): Promise<void> {
  try {
    await work()
  } catch (error) {
    onEvent({ type: 'undoing' })
    await undo()
    signal?.throwIfAborted()
    throw error
  }
}
