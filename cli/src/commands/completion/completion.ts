import * as z from 'zod/mini'
import { defineEntries, type SingleAction } from '../../command.ts'
import { oneOf } from '../../menu/readers.ts'
import { bashScript } from './bash.ts'
import { describeCommands } from './command-tree.ts'
import { fishScript } from './fish.ts'
import { messages } from './messages.ts'
import { zshScript } from './zsh.ts'

/** The shells that completions are made for. */
const SHELLS = ['bash', 'zsh', 'fish'] as const
type Shell = (typeof SHELLS)[number]

const SCRIPTS = { bash: bashScript, zsh: zshScript, fish: fishScript } as const

const Completion = z.object({ shell: z.enum(SHELLS), script: z.string() })

/** `msctl completion <shell>`: made from the menu itself, so that it always knows what msctl does. */
const completion: SingleAction<{ readonly shell: Shell }, z.infer<typeof Completion>> = {
  run: async ({ shell }, { menu }) => ({
    shell,
    script: SCRIPTS[shell](describeCommands(await menu.program())),
  }),
  render: ({ script }) => ({ result: script }),
}

export const entries = defineEntries(messages, (words) => [
  {
    name: 'completion',
    examples: ['msctl completion bash', 'msctl completion zsh', 'msctl completion fish'],
    configure: (command) => command.valueArgument('<shell>', words.arguments.shell, oneOf(SHELLS)),
    action: completion,
    json: Completion,
  },
])
