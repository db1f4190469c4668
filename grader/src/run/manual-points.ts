/** The criteria that people, or a linter, may judge instead of us. */
export const BY_HAND = ['code-quality', 'structure'] as const

/** Points that somebody gave: `--manual code-quality=8`. */
export interface ManualPoints {
  readonly criterion: (typeof BY_HAND)[number]
  readonly points: number
}
