import { type Circuit, type CircuitState, SERVICES } from '@msctl/sdk/contract'
import { Text } from 'ink'
import type { DashboardState } from '../state.ts'
import { FRAME, Panel, type Words } from './Panel.tsx'

export interface CircuitsProps {
  readonly state: DashboardState
  readonly words: Words
  readonly width: number
  readonly height: number
}

const COLOURS = { CLOSED: 'green', OPEN: 'red', HALF_OPEN: 'yellow' } as const
const NAME_WIDTH = 10
/** How wide `● ` and the name of a state are. */
const widthOf = (name: CircuitState) => name.length + 2

/** The three circuits, each as a token on the state machine, whose ways back are drawn below all of them. */
export function Circuits({ state, words, width, height }: CircuitsProps) {
  const { gateway, now, failuresToOpen } = state
  if (gateway.state !== 'up') return undefined
  const states = widthOf('CLOSED') + widthOf('OPEN') + widthOf('HALF_OPEN')
  const room = width - FRAME.width - NAME_WIDTH - states
  const edges = { toOpen: Math.floor(room / 2), toHalfOpen: Math.ceil(room / 2) }
  return (
    <Panel title={words.circuits} width={width} height={height}>
      {SERVICES.map((service) => (
        <Machine
          key={service}
          name={service}
          circuit={gateway.status.services[service].circuit}
          seenAt={gateway.seenAt}
          now={now}
          failuresToOpen={failuresToOpen}
          edges={edges}
          words={words}
        />
      ))}
      <WaysBack edges={edges} words={words} />
    </Panel>
  )
}

interface Edges {
  readonly toOpen: number
  readonly toHalfOpen: number
}

interface MachineProps {
  readonly name: string
  readonly circuit: Circuit
  readonly seenAt: number
  readonly now: number
  readonly failuresToOpen: number
  readonly edges: Edges
  readonly words: Words
}

/** One circuit: the state that it is in is filled, and what leads out of it is said on the arrow. */
function Machine({ name, circuit, seenAt, now, failuresToOpen, edges, words }: MachineProps) {
  const { status, failure_count: failures } = circuit
  const trial = trialOf(circuit, seenAt, now)
  return (
    <Text wrap="truncate">
      <Text bold>{name.padEnd(NAME_WIDTH)}</Text>
      <State name="CLOSED" now={status} />
      <Arrow
        width={edges.toOpen}
        label={`${Math.min(failures, failuresToOpen)}/${failuresToOpen}`}
        share={failures / failuresToOpen}
        colour={status === 'CLOSED' && failures > 0 ? 'red' : undefined}
      />
      <State name="OPEN" now={status} />
      <Arrow
        width={edges.toHalfOpen}
        label={trial === undefined ? '' : words.seconds(trial.seconds)}
        share={trial?.share ?? 0}
        colour={trial === undefined ? undefined : 'yellow'}
      />
      <State name="HALF_OPEN" now={status} />
    </Text>
  )
}

function State({ name, now }: { readonly name: CircuitState; readonly now: CircuitState }) {
  return name === now ? (
    <Text bold color={COLOURS[name]}>{`● ${name}`}</Text>
  ) : (
    <Text dimColor>{`○ ${name}`}</Text>
  )
}

interface ArrowProps {
  readonly width: number
  readonly label: string
  /** How much of the way has been gone. */
  readonly share: number
  readonly colour: string | undefined
}

/** ` ━━━━──── 3/5 ▸ `: the way to the next state, heavy as far as it has been gone. */
function Arrow({ width, label, share, colour }: ArrowProps) {
  const end = label === '' ? '─▸ ' : ` ${label} ▸ `
  const line = Math.max(0, width - end.length - 1)
  const gone = Math.min(line, Math.round(line * share))
  return (
    <Text {...(colour === undefined ? { dimColor: true } : { color: colour })}>
      {` ${'━'.repeat(gone)}${'─'.repeat(line - gone)}${end}`}
    </Text>
  )
}

/** The time until the trial as it is now, though it was last told of a moment ago; `undefined` unless the circuit is open. */
function trialOf(
  { status, opened_at, retry_in_seconds }: Circuit,
  seenAt: number,
  now: number,
): { readonly seconds: number; readonly share: number } | undefined {
  if (status !== 'OPEN' || retry_in_seconds === null || opened_at === null) return undefined
  const trialAt = seenAt + retry_in_seconds * 1_000
  // The clock that is drawn ticks four times a second: it may be behind what was seen meanwhile.
  const leftMs = Math.max(0, trialAt - Math.max(now, seenAt))
  const wholeMs = Math.max(1, trialAt - Date.parse(opened_at))
  return { seconds: Math.ceil(leftMs / 1_000), share: 1 - Math.min(1, leftMs / wholeMs) }
}

/** The ways out of HALF_OPEN: up to OPEN when the trial fails, and on the line below to CLOSED when it succeeds. */
function WaysBack({ edges, words }: { readonly edges: Edges; readonly words: Words }) {
  const toOpen = widthOf('CLOSED') + edges.toOpen
  const between = widthOf('OPEN') + edges.toHalfOpen
  const indent = ' '.repeat(NAME_WIDTH)
  return (
    <>
      <Text dimColor wrap="truncate">
        {`${indent}▲${' '.repeat(toOpen - 1)}▲${centred(words.trialFails, between - 1)}┤`}
      </Text>
      <Text dimColor wrap="truncate">
        {`${indent}╰${centred(words.trialSucceeds, toOpen + between - 1)}╯`}
      </Text>
    </>
  )
}

/** `──── text ────`, so wide. */
function centred(text: string, width: number): string {
  const label = ` ${text} `
  const left = Math.max(0, Math.floor((width - label.length) / 2))
  return `${'─'.repeat(left)}${label}${'─'.repeat(Math.max(0, width - label.length - left))}`
}
