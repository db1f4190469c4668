import { EventEmitter, once } from 'node:events'
import { render } from 'ink'
import type { ProgressEvent, RenderContext } from '../context.ts'
import { App } from './App.tsx'
import { createController, showProgress } from './controller.ts'
import { openScreen } from './screen.ts'
import { initialState } from './state.ts'
import { createStore } from './store.ts'
import { watchWorld } from './watch.ts'
import type { World } from './world.ts'

export interface DashboardOptions {
  /** @param onEvent Told of progress. */
  readonly createWorld: (onEvent: (event: ProgressEvent) => void) => World
  readonly rendering: RenderContext
  readonly stdin: NodeJS.ReadStream
  readonly stdout: NodeJS.WriteStream
  /** What tells of the process's end. */
  readonly process: NodeJS.EventEmitter
  /** Ends the dashboard. */
  readonly signal: AbortSignal
  /** Called when it is being left, before what is under way has ended. */
  readonly onLeave: () => void
}

/**
 * Takes the terminal over and shows the dashboard until it is left, however that happens; then the terminal is as before.
 *
 * @returns how it was left.
 */
export async function openDashboard(options: DashboardOptions): Promise<'key' | 'interrupt'> {
  const { createWorld, rendering, stdin, stdout, process, signal, onLeave } = options
  const { hasColour } = rendering.terminal
  const screen = openScreen({ stdout, stdin, process, hasColour })
  const store = createStore(initialState(Date.now(), screen.size()))
  screen.onResize((size) => store.dispatch({ type: 'resized', size }))

  const world = createWorld((event) => showProgress(store, event))
  const watch = watchWorld(world, store)
  const leaving = new EventEmitter<{ leave: ['key' | 'interrupt'] }>()
  const controller = createController({ store, world, watch, onLeave: (by) => leaving.emit('leave', by) })
  signal.addEventListener('abort', () => controller.wish('interrupt'), { once: true })
  // ink draws a whole frame each time ("debug"); the screen writes of it what is new.
  const app = render(<App store={store} rendering={rendering} onWish={controller.wish} />, {
    stdin,
    stdout: screen.stream,
    debug: true,
    exitOnCtrlC: false,
    patchConsole: false,
  })
  try {
    // ink ends by itself only when a component fails.
    const failed = app.waitUntilExit().then(() => ['interrupt'] as const)
    const [by] = await Promise.race([once(leaving, 'leave'), failed])
    onLeave()
    // Who asks a second time does not want to wait for what is under way.
    await Promise.race([controller.end(), once(leaving, 'leave')])
    return by
  } finally {
    watch.end()
    screen.close()
    app.unmount()
  }
}
