import type { Messages } from '../messages/index.ts'

/** What the dashboard says, in the language of the messages. */
export type Words = Messages['dashboard']
