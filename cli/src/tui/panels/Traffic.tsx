import { SERVICES, type ServiceName } from '@msctl/sdk/contract'
import { Text } from 'ink'
import { formatLatency } from '../../output/load.ts'
import { sparkline } from '../sparkline.ts'
import type { DashboardState, Sample } from '../state.ts'
import type { Words } from '../words.ts'
import { FRAME, Panel } from './Panel.tsx'

export interface TrafficProps {
  readonly state: DashboardState
  readonly words: Words
  readonly width: number
  readonly height: number
}

const NAME_WIDTH = 10
const FIGURE_WIDTH = 9

/** For each service, requests a second, and below them the latencies of the last minute, a bar a second. */
export function Traffic({ state, words, width, height }: TrafficProps) {
  const room = width - FRAME.width
  return (
    <Panel title={words.traffic} note={words.aSecond} width={width} height={height}>
      {SERVICES.map((service) => (
        <Service key={service} name={service} samples={state.traffic[service]} words={words} width={room} />
      ))}
    </Panel>
  )
}

interface ServiceProps {
  readonly name: ServiceName
  readonly samples: readonly Sample[]
  readonly words: Words
  readonly width: number
}

function Service({ name, samples, words, width }: ServiceProps) {
  const { requestsPerSecond = 0, p50 = null, p99 = null } = samples.at(-1) ?? {}
  const each = Math.floor((width - NAME_WIDTH) / 2)
  return (
    <>
      <Text wrap="truncate">
        <Text bold>{name.padEnd(NAME_WIDTH)}</Text>
        <Text>{words.rate(rate(requestsPerSecond)).padEnd(FIGURE_WIDTH)}</Text>
        <Text color="cyan">
          {sparkline(
            samples.map((sample) => sample.requestsPerSecond),
            width - NAME_WIDTH - FIGURE_WIDTH,
          )}
        </Text>
      </Text>
      <Text wrap="truncate">
        {' '.repeat(NAME_WIDTH)}
        <Latency name="p50" value={p50} values={samples.map((sample) => sample.p50)} width={each} />
        <Latency
          name="p99"
          value={p99}
          values={samples.map((sample) => sample.p99)}
          width={width - NAME_WIDTH - each}
        />
      </Text>
    </>
  )
}

interface LatencyProps {
  readonly name: string
  readonly value: number | null
  readonly values: readonly (number | null)[]
  readonly width: number
}

function Latency({ name, value, values, width }: LatencyProps) {
  const figure = `${name} ${value === null ? '-' : formatLatency(value)}`.padEnd(name.length + FIGURE_WIDTH)
  return (
    <Text>
      <Text dimColor>{figure}</Text>
      <Text color="magenta">{`${sparkline(values, width - figure.length - 1)} `}</Text>
    </Text>
  )
}

const rate = (perSecond: number): string =>
  perSecond >= 100 ? String(Math.round(perSecond)) : perSecond.toFixed(1)
