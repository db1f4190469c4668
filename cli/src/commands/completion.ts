import type { Command } from 'commander'
import { bashScript } from '../completion/bash.ts'
import { describeCommands } from '../completion/command-tree.ts'
import { fishScript } from '../completion/fish.ts'
import type { Shell } from '../completion/shells.ts'
import { zshScript } from '../completion/zsh.ts'
import type { Rendering } from '../context.ts'

/** `msctl completion --json`. */
export interface Completion {
  readonly shell: Shell
  readonly script: string
}

const SCRIPTS = { bash: bashScript, zsh: zshScript, fish: fishScript } as const

/** `msctl completion <shell>`: made from the menu itself, so that it always knows what msctl does. */
export async function run(options: {
  readonly shell: Shell
  readonly program: Command
}): Promise<Completion> {
  const { shell, program } = options
  return { shell, script: SCRIPTS[shell](describeCommands(program)) }
}

export function render({ script }: Completion): Rendering {
  return { result: script }
}
