import type { messages } from '../commands/dashboard.messages.ts'

/** What the dashboard says, in one language. */
export type Words = (typeof messages)['en']
