import { LEVELS, type LogLine } from '@msctl/platform/log-line'
import type { ProgressEvent } from '../context.ts'
import { Failure } from '../failure.ts'
import type { Wish } from './keys.ts'
import { type DashboardEvent, partStates, type Work } from './state.ts'
import type { Store } from './store.ts'
import { toTrouble, type Watch } from './watch.ts'
import type { World } from './world.ts'

export interface ControllerOptions {
  readonly store: Store
  readonly world: World
  readonly watch: Pick<Watch, 'look'>
  /** Called when the dashboard is to be left. */
  readonly onLeave: (by: 'key' | 'interrupt') => void
  readonly now?: () => number
}

/** Does what keys ask for. */
export interface Controller {
  wish(wish: Wish): void
  /** Ends what goes on only while it is looked at, and waits for what was begun. */
  end(): Promise<void>
}

/** An event as it comes of some work; when it was is added. */
type Outcome = DashboardEvent extends infer E ? (E extends unknown ? Omit<E, 'at'> : never) : never

/** How many lines a page of the logs is. */
const PAGE = 15

/** Makes the controller. */
export function createController(options: ControllerOptions): Controller {
  const { store, world, watch, onLeave, now = Date.now } = options
  const underWay = new Set<Promise<void>>()
  let logs: AbortController | undefined
  let scenario: AbortController | undefined

  const tell = (outcome: Outcome) =>
    store.dispatch({ type: 'happened', event: { ...outcome, at: now() } as DashboardEvent })

  /** What fails is told, and nothing else comes of it. */
  const attempt = (work: () => Promise<Outcome | undefined>, end: () => void) => {
    const attempted: Promise<void> = work()
      .then((outcome) => outcome !== undefined && tell(outcome))
      .catch((error: unknown) => tell({ type: 'trouble', trouble: toTrouble(error) }))
      .finally(() => {
        underWay.delete(attempted)
        end()
        watch.look()
      })
      .then(() => undefined)
    underWay.add(attempted)
  }

  /** One thing at a time: a key that comes too early is as if it had not been pressed. */
  const perform = (work: Work, act: () => Promise<Outcome | undefined>) => {
    if (store.get().work !== undefined) return
    store.dispatch({ type: 'work-begun', work })
    attempt(act, () => store.dispatch({ type: 'work-ended' }))
  }
  const quietly = (act: () => Promise<unknown>) => async (): Promise<undefined> => void (await act())

  const load = () => {
    if (store.get().load !== undefined) return
    store.dispatch({ type: 'load-seen', load: { sent: 0, total: 0, failed: 0 } })
    attempt(
      async () => {
        const { sent, failed } = await world.load()
        return { type: 'loaded', sent, failed }
      },
      () => store.dispatch({ type: 'load-seen', load: undefined }),
    )
  }

  const openLogs = () => {
    store.dispatch({ type: 'viewed', view: { type: 'logs', lines: [], back: 0 } })
    logs = new AbortController()
    const { signal } = logs
    attempt(
      async () => {
        for await (const line of world.followLogs(signal)) {
          if (isWorthReading(line)) store.dispatch({ type: 'logged', lines: [line] })
        }
        return undefined
      },
      () => undefined,
    )
  }
  const back = () => {
    logs?.abort()
    store.dispatch({ type: 'viewed', view: { type: 'overview' } })
  }
  const toggleView = (type: 'help' | 'logs') => {
    const wasOpen = store.get().view.type === type
    back()
    if (wasOpen) return
    if (type === 'logs') openLogs()
    else store.dispatch({ type: 'viewed', view: { type } })
  }
  /** Through the choices, the lines of the logs, or the parts. */
  const move = (step: 1 | -1) => {
    const { type } = store.get().view
    if (type === 'choosing') store.dispatch({ type: 'chose', step })
    else if (type === 'logs') store.dispatch({ type: 'scrolled', lines: -step })
    else store.dispatch({ type: 'selected', step })
  }
  const turnPage = (step: 1 | -1) => store.dispatch({ type: 'scrolled', lines: -step * PAGE })

  const chooseScenario = () => {
    if (store.get().scenario?.isRunning === true) return
    attempt(
      async () => {
        const choices = await world.scenarios()
        store.dispatch({ type: 'viewed', view: { type: 'choosing', choices, at: 0 } })
        return undefined
      },
      () => undefined,
    )
  }
  const runChosen = () => {
    const { view } = store.get()
    const chosen = view.type === 'choosing' ? view.choices[view.at] : undefined
    if (chosen === undefined) return
    store.dispatch({ type: 'viewed', view: { type: 'overview' } })
    store.dispatch({ type: 'scenario-begun', title: chosen.title })
    scenario = new AbortController()
    const { signal } = scenario
    attempt(
      async () => {
        for await (const told of world.runScenario(chosen.name, signal))
          store.dispatch({ type: 'scenario-told', told })
        return undefined
      },
      () => store.dispatch({ type: 'scenario-ended' }),
    )
  }
  /** Out of what is laid over the overview; there, out of the scenario: first it is ended, then its panel is closed. */
  const goBack = () => {
    const { view, scenario: shown } = store.get()
    if (view.type !== 'overview') back()
    else if (shown?.isRunning === true) scenario?.abort(new Failure('interrupted', {}))
    else if (shown !== undefined) store.dispatch({ type: 'scenario-closed' })
  }

  const toggle = () => {
    const { selected: part } = store.get()
    if (partStates(store.get())[part] === 'down')
      perform(
        { type: 'starting', part },
        quietly(() => world.start(part)),
      )
    else
      perform(
        { type: 'stopping', part },
        quietly(() => world.stop(part)),
      )
  }
  const kill = () => {
    const { selected: part } = store.get()
    perform(
      { type: 'killing', part },
      quietly(() => world.kill(part)),
    )
  }
  const bringUp = () =>
    perform({ type: 'bringing-up' }, async () => {
      await world.bringUp()
      return { type: 'platform-up' }
    })
  const flush = () =>
    perform({ type: 'flushing' }, async () => ({ type: 'flushed', ...(await world.flush()) }))
  const leave = (by: 'key' | 'interrupt') => {
    store.dispatch({ type: 'work-begun', work: { type: 'leaving' } })
    onLeave(by)
  }

  const acts: Readonly<Record<Wish, () => void>> = {
    up: () => move(-1),
    down: () => move(1),
    'page-up': () => turnPage(-1),
    'page-down': () => turnPage(1),
    toggle,
    kill,
    load,
    flush,
    scenario: chooseScenario,
    logs: () => toggleView('logs'),
    'bring-up': bringUp,
    help: () => toggleView('help'),
    choose: runChosen,
    back: goBack,
    quit: () => leave('key'),
    interrupt: () => leave('interrupt'),
  }

  return {
    wish: (wish) => acts[wish](),
    async end() {
      logs?.abort()
      await Promise.all(underWay)
    },
  }
}

/** Drivers, loads and scenarios tell of their progress; of it, the dashboard shows what lasts. */
export function showProgress(store: Store, event: ProgressEvent): void {
  if (event.type === 'loading') {
    const { sent, total, failed } = event
    store.dispatch({ type: 'load-seen', load: { sent, total, failed } })
  } else if (event.type === 'working') {
    const { what, until } = event
    store.dispatch({ type: 'scenario-does', doing: what === '' ? undefined : { what, until } })
  }
}

/** All but what the dashboard itself causes by looking. */
function isWorthReading({ level, fields }: LogLine): boolean {
  const isOurs = fields.path === '/status' || fields.path === '/ready' || fields.path === '/health'
  return level >= LEVELS.info && !isOurs
}
