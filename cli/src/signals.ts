/** What a process that a signal ended exits with, by convention. */
export const SIGNALS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const
export type SignalName = keyof typeof SIGNALS

/** The signals that ask a command to end. */
export const SIGNAL_NAMES = Object.keys(SIGNALS) as SignalName[]
