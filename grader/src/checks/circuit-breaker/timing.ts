/**
 * When what is done, in resets since the fifth failure, or since the failed trial. The first look is late enough for a reset of two
 * thirds to be over, and the trial late enough for one that is a little slow to be due. Nothing may get through before `early`, so that
 * also a reset of twice the time, which would be over just before that, is told from the right one.
 */
export const FIRST_LOOK = 0.85
export const TRIAL = 1.07
/** A first look that was answered no later than this was none. */
export const ON_TIME = 0.92
export const EARLY = 0.95
export const LATE = 1.25
/** From one look to the next. */
export const LOOK_EVERY = 0.015
/** A success so soon after the service is back, and a failed trial before that has closed the circuit, or never opened it again. */
export const SOON = 0.15
/** How long refusals wait at most, in resets, for the circuits that are opened next. */
export const HELD_BACK = 0.1
