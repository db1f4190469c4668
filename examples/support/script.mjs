// What the examples have in common as programs: their options, their help, and a line instead of a stack for what can go wrong.
import { parseArgs } from 'node:util'
import { isSdkError } from '@msctl/sdk'

/** What is wrong with how a script was called. */
export class UsageError extends Error {}

/**
 * Runs a script. `--help` says how it is used; a wrong command line ends it with 2, what can go wrong in operation with 1.
 *
 * @template {import('node:util').ParseArgsConfig} C
 * @param {string} usage
 * @param {C} config
 * @param {(given: ReturnType<typeof parseArgs<C>>) => Promise<void>} work
 */
export async function runScript(usage, config, work) {
  if (process.argv.includes('--help') || process.argv.includes('-h')) return console.log(usage)
  try {
    await work(readCommandLine(config))
  } catch (error) {
    if (error instanceof UsageError) {
      console.error(`${error.message}\n${usage}`)
      process.exitCode = 2
    } else if (isSdkError(error) || (error instanceof Error && 'code' in error)) {
      // The platform, the network, the file system: the message says all.
      console.error(error.message)
      process.exitCode = 1
    } else throw error
  }
}

/**
 * @template {import('node:util').ParseArgsConfig} C
 * @param {C} config
 */
function readCommandLine(config) {
  try {
    return parseArgs(config)
  } catch (error) {
    throw new UsageError(/** @type {Error} */ (error).message)
  }
}

/**
 * A whole number from 1 up.
 *
 * @param {string} option @param {string} given
 */
export function wholeNumber(option, given) {
  if (!/^[1-9]\d*$/.test(given))
    throw new UsageError(`${option} has to be a whole number from 1 up, not ${given}`)
  return Number(given)
}
