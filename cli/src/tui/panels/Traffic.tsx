import { fixed } from '@msctl/scenarios'
import { SERVICES, type ServiceName } from '@msctl/sdk/contract'
import { Text } from 'ink'
import { formatLatency } from '../../print/amounts.ts'
import { sparkline } from '../sparkline.ts'
import type { DashboardState, Sample } from '../state.ts'
import { FRAME, Panel, type Words } from './Panel.tsx'

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
  // Each service has a line of latencies; what is left is for its bars.
  const bars = Math.floor((height - FRAME.height) / SERVICES.length) - 1
  return (
    <Panel title={words.traffic} note={words.aSecond} width={width} height={height}>
      {SERVICES.map((service) => (
        <Service
          key={service}
          name={service}
          samples={state.traffic[service]}
          words={words}
          width={room}
          bars={bars}
        />
      ))}
    </Panel>
  )
}

interface ServiceProps {
  readonly name: ServiceName
  readonly samples: readonly Sample[]
  readonly words: Words
  readonly width: number
  /** How many lines high. */
  readonly bars: number
}

function Service({ name, samples, words, width, bars }: ServiceProps) {
  const { requestsPerSecond = 0, p50 = null, p99 = null } = samples.at(-1) ?? {}
  const rates = samples.map((sample) => sample.requestsPerSecond)
  // A single request is no peak.
  const most = Math.max(1, ...rates)
  const graph = sparkline(rates, { width: width - NAME_WIDTH - FIGURE_WIDTH, height: bars, top: most })
  // One scale for both, so that they can be compared.
  const slowest = Math.max(0, ...samples.map((sample) => sample.p99 ?? 0))
  const each = Math.floor((width - NAME_WIDTH) / 2)
  return (
    <>
      {graph.map((line, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a line is its place
        <Text key={index} wrap="truncate">
          <Text bold>{(index === 0 ? name : '').padEnd(NAME_WIDTH)}</Text>
          <Text>
            {(index === 0 ? words.rate(rate(requestsPerSecond, words.language)) : '').padEnd(FIGURE_WIDTH)}
          </Text>
          <Text color="cyan">{line}</Text>
        </Text>
      ))}
      <Text wrap="truncate">
        {' '.repeat(NAME_WIDTH)}
        <Latency
          language={words.language}
          name="p50"
          value={p50}
          values={samples.map((sample) => sample.p50)}
          top={slowest}
          width={each}
        />
        <Latency
          language={words.language}
          name="p99"
          value={p99}
          values={samples.map((sample) => sample.p99)}
          top={slowest}
          width={width - NAME_WIDTH - each}
        />
      </Text>
    </>
  )
}

interface LatencyProps {
  readonly language: Words['language']
  readonly name: string
  readonly value: number | null
  readonly values: readonly (number | null)[]
  /** In milliseconds: what a full bar is. */
  readonly top: number
  readonly width: number
}

function Latency({ language, name, value, values, top, width }: LatencyProps) {
  const figure = `${name} ${value === null ? '-' : formatLatency(value, language)}`.padEnd(
    name.length + FIGURE_WIDTH,
  )
  return (
    <Text>
      <Text dimColor>{figure}</Text>
      <Text color="magenta">{`${sparkline(values, { width: width - figure.length - 1, top })[0]} `}</Text>
    </Text>
  )
}

const rate = (perSecond: number, language: Words['language']): string =>
  fixed(perSecond, perSecond >= 100 ? 0 : 1)[language]
