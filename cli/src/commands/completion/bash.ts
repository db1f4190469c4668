import type { CommandWords } from './command-tree.ts'

/**
 * The completion of bash 3.2 and later: it follows the words typed so far down the tree, then offers what may follow. Where it offers
 * nothing, bash completes files, unless that is turned off, which bash 4 and later can.
 */
export function bashScript(commands: readonly CommandWords[]): string {
  const keyOf = ({ path }: CommandWords) => path.map((word) => `/${word}`).join('')
  const paths = commands
    .filter(({ path }) => path.length > 0)
    .map((command) => `      ${keyOf(command)}) at=$at/$word ;;`)
  const values = commands.flatMap((command) =>
    command.valueOptions.map(({ words, offer }) => {
      const pattern = words.map((word) => `'${keyOf(command)} ${word}'`).join('|')
      return `    ${pattern}) ${offer === 'files' ? 'return' : `_msctl_offer '${offer.join(' ')}'; return`} ;;`
    }),
  )
  const words = commands.map((command) => {
    const isFile = command.offer === 'files'
    const first = [...command.subcommands.map(({ word }) => word), ...(isFile ? [] : command.offer)]
    const options = command.options.map(({ word }) => word)
    return `    '${keyOf(command)}') words='${first.join(' ')}' options='${options.join(' ')}' files=${isFile ? 'yes' : ''} ;;`
  })
  return `# bash completion of msctl; made by: msctl completion bash
_msctl_offer() {
  COMPREPLY=($(compgen -W "$1" -- "$cur"))
  compopt +o default +o bashdefault 2>/dev/null
  # A file follows at once.
  [[ \${COMPREPLY[0]} == *= ]] && compopt -o nospace 2>/dev/null
}
_msctl() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} at='' word words='' options='' files=''
  COMPREPLY=()
  # bash takes what stands after = for a word of its own: a file.
  [[ $prev == = || $cur == = ]] && return
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
    -*) words=$options files='' ;;
  esac
  if [[ -z $files ]]; then _msctl_offer "$words"; fi
}
complete -o bashdefault -o default -F _msctl msctl`
}
