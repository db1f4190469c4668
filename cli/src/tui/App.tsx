import { Box, Text, useInput } from 'ink'
import type { RenderContext } from '../context.ts'
import { readWish, type Wish } from './keys.ts'
import { type Layout, layOut, SMALLEST } from './layout.ts'
import { Away } from './panels/Away.tsx'
import { Cache } from './panels/Cache.tsx'
import { Circuits } from './panels/Circuits.tsx'
import { Events } from './panels/Events.tsx'
import { Footer } from './panels/Footer.tsx'
import { Header } from './panels/Header.tsx'
import { Help } from './panels/Help.tsx'
import { Logs } from './panels/Logs.tsx'
import { Parts } from './panels/Parts.tsx'
import { Traffic } from './panels/Traffic.tsx'
import type { DashboardState } from './state.ts'
import type { Store } from './store.ts'
import { useStore } from './use-store.ts'

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
  return <Dashboard state={useStore(store)} rendering={rendering} />
}

export interface DashboardProps {
  readonly state: DashboardState
  readonly rendering: RenderContext
}

/** One frame. */
export function Dashboard({ state, rendering }: DashboardProps) {
  const { dashboard: words } = rendering.messages
  const layout = layOut(state.size)
  if (layout === undefined) {
    return <Text wrap="wrap">{words.tooSmall(SMALLEST, state.size)}</Text>
  }
  return (
    <Box flexDirection="column" width={layout.columns} height={layout.rows}>
      <Header state={state} words={words} />
      <Body state={state} rendering={rendering} layout={layout} />
      <Footer words={words} width={layout.columns} />
    </Box>
  )
}

function Body({ state, rendering, layout }: DashboardProps & { readonly layout: Layout }) {
  const { messages } = rendering
  const { dashboard: words } = messages
  const whole = { width: layout.columns, height: layout.circuits + layout.middle + layout.bottom }
  if (state.view.type === 'help') return <Help words={words} {...whole} />
  if (state.view.type === 'logs') return <Logs view={state.view} rendering={rendering} {...whole} />
  const circuits = { width: layout.columns, height: layout.circuits }
  const traffic = { width: layout.columns - layout.parts, height: layout.middle }
  return (
    <>
      {state.gateway.state === 'up' ? (
        <Circuits state={state} words={words} {...circuits} />
      ) : (
        <Away state={state} messages={messages} {...circuits} />
      )}
      <Box>
        <Parts state={state} messages={messages} width={layout.parts} height={layout.middle} />
        <Traffic state={state} words={words} {...traffic} />
      </Box>
      <Box>
        <Cache state={state} messages={messages} width={layout.cache} height={layout.bottom} />
        <Events
          state={state}
          messages={messages}
          width={layout.columns - layout.cache}
          height={layout.bottom}
        />
      </Box>
    </>
  )
}
