/** What means the same to every shell as it stands. */
const PLAIN = /^[\w@%+=:,./-]+$/

/** A word of a command line that somebody copies into a shell: quoted where it has to be. */
export function shellWord(text: string): string {
  return PLAIN.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
}
