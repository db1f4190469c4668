import type { CommandWords, Word } from './command-tree.ts'
import type { Offer } from './offers.ts'

/** The completion of zsh: as bash's, and with what each word does. */
export function zshScript(commands: readonly CommandWords[]): string {
  const keyOf = ({ path }: CommandWords) => path.map((word) => `/${word}`).join('')
  const paths = commands
    .filter(({ path }) => path.length > 0)
    .map((command) => `      ${keyOf(command)}) at=$at/$word ;;`)
  const values = commands.flatMap((command) =>
    command.valueOptions.map(({ words, offer }) => {
      const pattern = words.map((word) => `'${keyOf(command)} ${word}'`).join('|')
      return `    ${pattern}) ${offering(offer)}; return ;;`
    }),
  )
  const words = commands.map((command) => {
    const isFile = command.offer === 'files'
    const known = command.offer === 'files' ? [] : command.offer
    const first = [...command.subcommands, ...known.map((word) => ({ word, description: '' }))]
    return `    '${keyOf(command)}')
      words_here=(${first.map(entry).join(' ')}) files=${isFile ? 'yes' : ''}
      options_here=(${command.options.map(entry).join(' ')}) ;;`
  })
  return `#compdef msctl
# zsh completion of msctl; made by: msctl completion zsh
_msctl() {
  local at='' word files=''
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
  elif [[ -n $files ]]; then
    _files
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

/** What completes the value of an option. */
function offering(offer: Offer): string {
  if (offer === 'files') return '_files'
  if (offer.some((word) => word.endsWith('='))) {
    const formats = offer.map((word) => word.slice(0, -1)).join(' ')
    // `html=` and then a file, as one word.
    return `if compset -P '*='; then _files; else compadd -S = -- ${formats}; fi`
  }
  return `compadd -- ${offer.join(' ')}`
}

/** `'word:what it does'`, as `_describe` wants it; no word of ours has a colon. */
function entry({ word, description }: Word): string {
  const text = description === '' ? word : `${word}:${description}`
  return `'${text.replaceAll("'", `'\\''`)}'`
}
