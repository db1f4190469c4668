import { Box, Text } from 'ink'
import { formatDuration } from '../../print/amounts.ts'
import type { DashboardState } from '../state.ts'
import type { Words } from './Panel.tsx'

/** Where the platform is and how it is, and what is being done to it. */
export function Header({ state, words }: { readonly state: DashboardState; readonly words: Words }) {
  const { url, platform, gateway, now } = state
  const uptime =
    gateway.state === 'up'
      ? formatDuration(Math.max(0, now - Date.parse(gateway.status.started_at)), words.language)
      : undefined
  const facts = [url?.replace(/^https?:\/\//, ''), platform?.driver, uptime].filter(
    (fact) => fact !== undefined,
  )
  return (
    <Box width={state.size.columns} height={1} justifyContent="space-between" paddingX={1}>
      <Text wrap="truncate">
        <Text bold color="cyan">
          msctl
        </Text>
        <Text>{`  ${facts.join(' · ')}`}</Text>
      </Text>
      <Box flexShrink={0}>
        <Text color="yellow">{activity(state, words)}</Text>
        <Health gateway={gateway} words={words} />
      </Box>
    </Box>
  )
}

function Health({ gateway, words }: { readonly gateway: DashboardState['gateway']; readonly words: Words }) {
  if (gateway.state === 'unknown') return <Text dimColor>{words.looking}</Text>
  if (gateway.state === 'away') return <Text color="red">{`○ ${words.away}`}</Text>
  return gateway.status.status === 'ok' ? (
    <Text color="green">{`● ${words.ok}`}</Text>
  ) : (
    <Text color="yellow">{`◐ ${words.degraded}`}</Text>
  )
}

function activity({ work, load }: DashboardState, words: Words): string {
  const loading = load === undefined ? '' : words.loading(load.sent, load.total)
  const working =
    work === undefined ? '' : 'part' in work ? words.work[work.type](work.part) : words.work[work.type]
  return [loading, working].map((text) => (text === '' ? '' : `${text}   `)).join('')
}
