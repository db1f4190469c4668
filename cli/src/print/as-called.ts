/** The commands in a text as msctl was called, so that they can be typed as they stand: `./msctl up` in a clone. */
export function asCalled(text: string, self: string): string {
  return text.replace(/(?<![\w./-])msctl(?= [a-z-])/g, () => self)
}
