import type { CommandWords, Word } from './command-tree.ts'

/** The completion of zsh: as bash's, and with what each word does. */
export function zshScript(commands: readonly CommandWords[]): string {
  const keyOf = ({ path }: CommandWords) => path.map((word) => `/${word}`).join('')
  const paths = commands
    .filter(({ path }) => path.length > 0)
    .map((command) => `      ${keyOf(command)}) at=$at/$word ;;`)
  const values = commands.flatMap((command) =>
    command.valueOptions.map(({ words, choices }) => {
      const pattern = words.map((word) => `'${keyOf(command)} ${word}'`).join('|')
      return `    ${pattern}) compadd -- ${choices.join(' ')}; return ;;`
    }),
  )
  const words = commands.map((command) => {
    const first = [...command.subcommands, ...command.choices.map((word) => ({ word, description: '' }))]
    return `    '${keyOf(command)}')
      words_here=(${first.map(entry).join(' ')})
      options_here=(${command.options.map(entry).join(' ')}) ;;`
  })
  return `#compdef msctl
# zsh completion of msctl; made by: msctl completion zsh
_msctl() {
  local at='' word
  local -a words_here options_here
  for word in "\${(@)words[2,CURRENT-1]}"; do
    case $at/$word in
${paths.join('\n')}
    esac
  done
  case "$at $words[CURRENT-1]" in
${values.join('\n')}
  esac
  case $at in
${words.join('\n')}
  esac
  if [[ $PREFIX == -* ]]; then
    _describe -o option options_here
  else
    _describe command words_here
  fi
}
if [[ $funcstack[1] == _msctl ]]; then
  _msctl "$@"
else
  compdef _msctl msctl
fi`
}

/** `'word:what it does'`, as `_describe` wants it; no word of ours has a colon. */
function entry({ word, description }: Word): string {
  const text = description === '' ? word : `${word}:${description}`
  return `'${text.replaceAll("'", `'\\''`)}'`
}
