import type { CommandWords } from './command-tree.ts'
import type { Offer } from './offers.ts'

/** The completion of fish. */
export function fishScript(commands: readonly CommandWords[]): string {
  const byPath = (path: readonly string[]) => `__msctl_at '${path.join(' ')}'`
  const lines = commands.flatMap(({ path, subcommands, options, valueOptions, offer }) => {
    const condition = `-n ${quote(byPath(path))}`
    const takenBy = (word: string) => valueOptions.find(({ words }) => words.includes(word))
    return [
      ...subcommands.map(
        ({ word, description }) => `complete -c msctl ${condition} -a ${word} -d ${quote(description)}`,
      ),
      ...(offer === 'files'
        ? [`complete -c msctl ${condition} -F`]
        : offer.map((word) => `complete -c msctl ${condition} -a ${word}`)),
      ...options.map(({ word, description }) => {
        const name = word.startsWith('--') ? `-l ${word.slice(2)}` : `-s ${word.slice(1)}`
        const value = takenBy(word)
        const takes = value === undefined ? '' : taking(value.offer)
        return `complete -c msctl ${condition} ${name}${takes} -d ${quote(description)}`
      }),
    ]
  })
  const known = commands.filter(({ path }) => path.length > 0).map(({ path }) => quote(path.join(' ')))
  return `# fish completion of msctl; made by: msctl completion fish
function __msctl_at --description 'Whether the words typed so far lead to this command'
  set -l at
  for word in (commandline -opc)[2..-1]
    if contains -- (string join -- ' ' $at $word) ${known.join(' ')}
      set -a at $word
    end
  end
  test "$at" = "$argv"
end
function __msctl_after_equals --description 'The files after a = in one word'
  set -l typed (string split -m 1 = -- (commandline -ct))
  if test (count $typed) -eq 2
    for file in $typed[2]*
      test -d $file; and echo $typed[1]=$file/; or echo $typed[1]=$file
    end
  end
end
complete -c msctl -f
${lines.join('\n')}`
}

/** What completes the value of an option. */
function taking(offer: Offer): string {
  if (offer === 'files') return ' -r -F'
  const words = offer.some((word) => word.endsWith('=')) ? [...offer, '(__msctl_after_equals)'] : offer
  return ` -x${words.length > 0 ? ` -a ${quote(words.join(' '))}` : ''}`
}

/** In single quotes, as fish reads them. */
function quote(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
}
