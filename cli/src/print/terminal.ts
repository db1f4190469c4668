/** A way to mark text. */
export type Mark = (text: string) => string

/** What a stream can show, decided once. */
export interface Terminal {
  readonly hasColour: boolean
  /** Whether lines may be drawn over. */
  readonly isLive: boolean
  /** In columns. */
  readonly width: number
  /** In lines; without end where there is no terminal. */
  readonly height: number
  readonly bold: Mark
  readonly dim: Mark
  readonly red: Mark
  readonly green: Mark
  readonly yellow: Mark
  readonly blue: Mark
  readonly magenta: Mark
  readonly cyan: Mark
}

/** What we need to know of a stream. */
export interface StreamTraits {
  readonly isTTY?: boolean | undefined
  readonly columns?: number | undefined
  readonly rows?: number | undefined
}

const NOT_A_TERMINAL_WIDTH = 200
/** Of a terminal that does not say how large it is. */
const [UNKNOWN_WIDTH, UNKNOWN_HEIGHT] = [80, 24]

/**
 * What may be done on a stream: `NO_COLOR` and `FORCE_COLOR` decide, then whether it is a terminal that can (`TERM`),
 * with somebody before it (`CI`).
 */
export function describeTerminal(stream: StreamTraits, env: NodeJS.ProcessEnv): Terminal {
  const isTerminal = stream.isTTY === true && env.TERM !== 'dumb' && !isSet(env.CI)
  const forced = env.FORCE_COLOR === undefined ? undefined : isSet(env.FORCE_COLOR) || env.FORCE_COLOR === ''
  const hasColour = env.NO_COLOR ? false : (forced ?? isTerminal)
  const mark =
    (open: number, close: number): Mark =>
    (text) =>
      hasColour && text !== '' ? `\u001b[${open}m${text}\u001b[${close}m` : text
  return {
    hasColour,
    isLive: isTerminal,
    // A terminal that does not know its size says 0.
    width: stream.columns || Number(env.COLUMNS) || (stream.isTTY ? UNKNOWN_WIDTH : NOT_A_TERMINAL_WIDTH),
    height: stream.rows || (stream.isTTY ? UNKNOWN_HEIGHT : Number.POSITIVE_INFINITY),
    bold: mark(1, 22),
    dim: mark(2, 22),
    red: mark(31, 39),
    green: mark(32, 39),
    yellow: mark(33, 39),
    blue: mark(34, 39),
    magenta: mark(35, 39),
    cyan: mark(36, 39),
  }
}

const isSet = (value: string | undefined) =>
  value !== undefined && value !== '' && value !== '0' && value !== 'false'
