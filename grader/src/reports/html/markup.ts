import { makeVisible } from '../visible.ts'

/** Mark-up that may stand in a page as it is. */
export interface Html {
  readonly html: string
}

type Content = Html | string | number | false | undefined | readonly Html[]

/** Mark-up, with every text in it escaped: as content and as a quoted attribute it stays the text that it is. */
export function html(strings: TemplateStringsArray, ...contents: readonly Content[]): Html {
  return { html: strings.reduce((all, text, index) => `${all}${toHtml(contents[index - 1])}${text}`) }
}

/** Our own mark-up, such as a style sheet, that holds no text from elsewhere. */
export function trusted(markup: string): Html {
  return { html: markup }
}

function toHtml(content: Content): string {
  if (content === undefined || content === false) return ''
  if (typeof content === 'number') return String(content)
  if (typeof content === 'string') return escapeHtml(makeVisible(content))
  return 'html' in content ? content.html : content.map((each) => each.html).join('')
}

function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;')
}
