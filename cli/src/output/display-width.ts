/** What takes no room of its own: marks that are drawn over the letter before, joiners, variation selectors. */
const NOTHING = /\p{M}|\p{Default_Ignorable_Code_Point}/u
/** What takes two columns: East Asian scripts, their punctuation, full-width forms, and pictures. */
const WIDE =
  /\p{sc=Han}|\p{sc=Hangul}|\p{sc=Hiragana}|\p{sc=Katakana}|\p{Emoji_Presentation}|[\u3000-\u303e\uff01-\uff60\uffe0-\uffe6]/u
/** Latin and Cyrillic: a column each. */
const PLAIN = /^[\u0020-\u02ff\u0370-\u0482\u048a-\u052f]*$/

/** How many columns of a terminal a text takes, without escape sequences in it. */
export function displayWidth(text: string): number {
  if (PLAIN.test(text)) return text.length
  return [...text].reduce((sum, each) => sum + (NOTHING.test(each) ? 0 : WIDE.test(each) ? 2 : 1), 0)
}

/** The text, or as much of it as fits into that many columns before a "…". */
export function clip(text: string, width: number): string {
  if (displayWidth(text) <= width) return text
  let clipped = ''
  for (const each of text) {
    if (displayWidth(clipped + each) > width - 1) break
    clipped += each
  }
  return `${clipped}…`
}
