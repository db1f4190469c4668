import type { Torture } from '../torture.ts'
import { checkInterleavings, checkSequences } from './commands.ts'
import { tortureOverHttp } from './over-http.ts'

const SEQUENCES = 3000
const INTERLEAVINGS = 3000
const ROUNDS = 10

export const breaker: Torture = {
  name: 'breaker',
  promise: 'Five failures in a row open a circuit, and one trial alone decides when it closes.',
  run: async (context) => {
    const violations: string[] = []
    const check = async (what: string, work: Promise<void>) => {
      await work.catch((error: Error) => violations.push(`${what}: ${error.message}`))
      context.say(`${what}: done`)
    }
    const seed = context.random.integer(0, 2 ** 31 - 1)
    await check('sequences', checkSequences({ seed, numRuns: SEQUENCES }))
    await check('interleavings', checkInterleavings({ seed, numRuns: INTERLEAVINGS }))
    const overHttp = await tortureOverHttp(context, ROUNDS)
    return {
      figures: {
        'sequences of up to 80 events against the model': SEQUENCES,
        'interleavings of up to 52 calls and pauses': INTERLEAVINGS,
        'rounds over HTTP, from closed to closed': overHttp.rounds,
        'requests over HTTP': overHttp.requests,
        'of them refused by an open circuit': overHttp.refused,
      },
      violations: [...violations, ...overHttp.violations],
    }
  },
}
