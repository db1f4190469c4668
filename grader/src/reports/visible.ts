/** Controls without a picture of their own, what turns the direction of a text, what is no character: said by their number. */
const HIDDEN = /[\u007f-\u009f\u2028\u2029\ufeff]|\p{Bidi_Control}|\p{Noncharacter_Code_Point}/gu
const CONTROL = /(?![\t\n\u0080-\u009f\u007f])\p{Cc}/gu

/**
 * A text of unknown origin, made fit to be read: line ends become `\n`, control characters the pictures that Unicode has for
 * them, what would hide or turn text its number, and halves of surrogate pairs the replacement character. A tab stays one.
 */
export function makeVisible(text: string): string {
  return text
    .replaceAll('\r\n', '\n')
    .replace(CONTROL, (char) => String.fromCharCode(0x2400 + char.charCodeAt(0)))
    .replace(HIDDEN, (char) => `\\u${(char.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`)
    .toWellFormed()
}

/** At most `limit` characters of a text; what is left out is counted. */
export function shorten(text: string, limit: number, more: (left: number) => string): string {
  if (text.length <= limit) return text
  // Half of a surrogate pair is no character.
  const end = /[\ud800-\udbff]/.test(text[limit - 1] ?? '') ? limit - 1 : limit
  return `${text.slice(0, end)}${more(text.length - end)}`
}

/** A text as one line, for places that have no more. */
export function onOneLine(text: string): string {
  return makeVisible(text).replace(/\s+/g, ' ').trim()
}
