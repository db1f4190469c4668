import { Box, Text, useInput } from 'ink'
import { useSyncExternalStore } from 'react'
import { messages } from '../commands/dashboard.messages.ts'
import type { RenderContext } from '../context.ts'
import { readWish, type Wish } from './keys.ts'
import { type Layout, layOut, SMALLEST } from './layout.ts'
import { Away } from './panels/Away.tsx'
import { Cache } from './panels/Cache.tsx'
import { Choice } from './panels/Choice.tsx'
import { Circuits } from './panels/Circuits.tsx'
import { Events } from './panels/Events.tsx'
import { Footer } from './panels/Footer.tsx'
import { Header } from './panels/Header.tsx'
import { Help } from './panels/Help.tsx'
import { Logs } from './panels/Logs.tsx'
import { Parts } from './panels/Parts.tsx'
import { Scenario } from './panels/Scenario.tsx'
import { Traffic } from './panels/Traffic.tsx'
import type { DashboardState } from './state.ts'
import type { Store } from './store.ts'

export interface AppProps {
  readonly store: Store
  readonly rendering: RenderContext
  readonly onWish: (wish: Wish) => void
}

/** The dashboard as it lives: it draws what the store has, and passes on what keys ask for. */
export function App({ store, rendering, onWish }: AppProps) {
  useInput((input, key) => {
    const wish = readWish(input, key)
    if (wish !== undefined) onWish(wish)
  })
  return <Dashboard state={useSyncExternalStore(store.subscribe, store.get)} rendering={rendering} />
}

export interface DashboardProps {
  readonly state: DashboardState
  readonly rendering: RenderContext
}

/** One frame. */
export function Dashboard({ state, rendering }: DashboardProps) {
  const words = messages[rendering.language]
  const { size, scenario, view } = state
  const layout = layOut(size, scenario !== undefined || view.type === 'choosing')
  if (layout === undefined) return <Text wrap="wrap">{words.tooSmall(SMALLEST, size)}</Text>
  return (
    <Box flexDirection="column" width={size.columns} height={size.rows}>
      <Header state={state} words={words} />
      <Body state={state} rendering={rendering} layout={layout} />
      <Footer words={words} width={size.columns} />
    </Box>
  )
}

type BodyProps = DashboardProps & { readonly layout: Layout }

function Body(props: BodyProps) {
  const { state, rendering, layout } = props
  const { view, size } = state
  const whole = { width: size.columns, height: layout.circuits + layout.middle + layout.bottom }
  if (view.type === 'help') return <Help words={messages[rendering.language]} {...whole} />
  if (view.type === 'logs') return <Logs view={view} rendering={rendering} {...whole} />
  return (
    <Box>
      <Box flexDirection="column">
        <Gateway {...props} />
        {layout.side.isBeside ? <Platform {...props} /> : (side(props) ?? <Platform {...props} />)}
      </Box>
      {layout.side.isBeside && side(props)}
    </Box>
  )
}

/** The circuits, or why they are not to be seen. */
function Gateway({ state, rendering: { language, self }, layout }: BodyProps) {
  const size = { width: layout.columns, height: layout.circuits }
  return state.gateway.state === 'up' ? (
    <Circuits state={state} words={messages[language]} {...size} />
  ) : (
    <Away state={state} language={language} self={self} {...size} />
  )
}

/** All below the circuits. */
function Platform({ state, rendering: { language }, layout }: BodyProps) {
  const { columns, middle, bottom, parts, cache } = layout
  return (
    <>
      <Box>
        <Parts state={state} language={language} width={parts} height={middle} />
        <Traffic state={state} words={messages[language]} width={columns - parts} height={middle} />
      </Box>
      <Box>
        <Cache state={state} language={language} width={cache} height={bottom} />
        <Events state={state} language={language} width={columns - cache} height={bottom} />
      </Box>
    </>
  )
}

/** What stands in the side panel, if anything does. */
function side({ state, rendering, layout }: BodyProps) {
  const { width, height } = layout.side
  const { view, scenario, now } = state
  if (view.type === 'choosing')
    return <Choice view={view} words={messages[rendering.language]} width={width} height={height} />
  if (scenario === undefined) return undefined
  return <Scenario scenario={scenario} now={now} rendering={rendering} width={width} height={height} />
}
