import type { CommanderError } from 'commander'
import { Failure } from './failure.ts'
import type { Messages } from './messages/index.ts'

/**
 * What commander found wrong with the command line, in the language of the messages. commander words its errors in
 * English only; their facts stand between quotes.
 *
 * @param commandName Whose help to look into, such as `msctl users get`.
 */
export function toUsageFailure(
  error: CommanderError,
  messages: Messages,
  commandName?: string,
): Failure<'usage'> {
  const { help } = messages
  const quoted = [...error.message.matchAll(/'([^']*)'/g)].map((match) => match[1] ?? '')
  const suggestion = /Did you mean (?:one of )?([^?]+)\?/.exec(error.message)?.[1]
  const detail = (): string => {
    const [first = '', second = ''] = quoted
    switch (error.code) {
      case 'commander.unknownCommand':
        return help.unknownCommand(first)
      case 'commander.unknownOption':
        return help.unknownOption(first)
      case 'commander.missingArgument':
        return help.missingArgument(first)
      case 'commander.excessArguments':
        return help.excessArguments
      case 'commander.optionMissingArgument':
        return help.missingValue(first)
      case 'commander.invalidArgument': {
        const choices = /Allowed choices are ([^.]+)\./.exec(error.message)?.[1]
        const wanted = choices === undefined ? (error.message.split('. ').at(-1) ?? '') : help.oneOf(choices)
        // Of an argument, commander names the value first; of an option, the option.
        return error.message.startsWith('error: command-argument')
          ? help.invalidValue(`<${second}>`, first, wanted)
          : help.invalidValue(first, second, wanted)
      }
      default:
        return error.message.replace(/^error: /, '')
    }
  }
  const text = suggestion === undefined ? detail() : `${detail()} — ${help.didYouMean(suggestion)}`
  return new Failure(
    'usage',
    {
      detail: text,
      command: commandName,
    },
    { cause: error },
  )
}
