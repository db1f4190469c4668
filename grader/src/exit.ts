/** What the process exits with. The same in every output mode. */
export const EXIT = {
  done: 0,
  failed: 1,
  usage: 2,
  unreachable: 3,
  environment: 4,
  interrupted: 130,
} as const
