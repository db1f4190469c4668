import type { CommandWords } from './command-tree.ts'

/** The completion of bash 3.2 and later: it follows the words typed so far down the tree, then offers what may follow. */
export function bashScript(commands: readonly CommandWords[]): string {
  const keyOf = ({ path }: CommandWords) => path.map((word) => `/${word}`).join('')
  const paths = commands
    .filter(({ path }) => path.length > 0)
    .map((command) => `      ${keyOf(command)}) at=$at/$word ;;`)
  const values = commands.flatMap((command) =>
    command.valueOptions.map(({ words, choices }) => {
      const pattern = words.map((word) => `'${keyOf(command)} ${word}'`).join('|')
      return `    ${pattern}) COMPREPLY=($(compgen -W '${choices.join(' ')}' -- "$cur")); return ;;`
    }),
  )
  const words = commands.map((command) => {
    const first = [...command.subcommands.map(({ word }) => word), ...command.choices]
    const options = command.options.map(({ word }) => word)
    return `    '${keyOf(command)}') words='${first.join(' ')}' options='${options.join(' ')}' ;;`
  })
  return `# bash completion of msctl; made by: msctl completion bash
_msctl() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} at='' word words='' options=''
  COMPREPLY=()
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case $at/$word in
${paths.join('\n')}
    esac
  done
  case "$at $prev" in
${values.join('\n')}
  esac
  case $at in
${words.join('\n')}
  esac
  case $cur in
    -*) words=$options ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
}
complete -F _msctl msctl`
}
