import type { Language } from '@msctl/scenarios'
import { Box, Text } from 'ink'
import { messages } from '../../commands/dashboard.messages.ts'
import { explain } from '../../messages/explain.ts'
import { asCalled } from '../../print/as-called.ts'
import type { DashboardState } from '../state.ts'
import { Panel } from './Panel.tsx'

export interface AwayProps {
  readonly state: DashboardState
  readonly language: Language
  /** How msctl was called. */
  readonly self: string
  readonly width: number
  readonly height: number
}

/** In the place of what the gateway would tell: that it does not, why, and which key may change that. */
export function Away({ state, language, self, width, height }: AwayProps) {
  const { gateway, platform, work } = state
  const words = messages[language]
  if (gateway.state !== 'away') return <Panel title={words.circuits} width={width} height={height} />
  const isDown = platform?.url === null
  const { what, why } = explain(isDown ? { code: 'not-running', facts: {} } : gateway.trouble, language)
  const advice = isDown ? words.bringUp : platform === undefined ? words.otherUrl : words.startGateway
  return (
    <Panel title={words.circuits} width={width} height={height} colour="red">
      <Box flexDirection="column" alignItems="center" justifyContent="center" flexGrow={1}>
        <Text bold wrap="truncate">
          {what}
        </Text>
        <Text dimColor wrap="truncate">
          {why}
        </Text>
        <Text> </Text>
        <Text color="cyan" wrap="truncate">
          {work?.type === 'bringing-up' ? words.work['bringing-up'] : asCalled(advice, self)}
        </Text>
      </Box>
    </Panel>
  )
}
