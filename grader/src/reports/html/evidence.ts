import type { Evidence } from '../../run/report.ts'
import { bodyOfEvidence, heading, headOfEvidence } from '../describe.ts'
import { type Words, writeNumber } from '../words.ts'
import { type Html, html } from './markup.ts'

/** How much of a body the page quotes. */
const QUOTED = 4_000

/** What a verdict rests on: a line each, which opens where there is more to see. */
export function renderEvidence(
  evidence: readonly Evidence[],
  { words, language, limit }: { words: Words; language: 'en' | 'ru'; limit: number },
): Html | undefined {
  if (evidence.length === 0) return undefined
  const shown = evidence.slice(0, limit)
  const left = evidence.length - shown.length
  return html`<div class="block"><h4>${words.evidence}</h4><ul class="evidence">${shown.map((piece) => renderPiece(piece, words, language))}${
    left > 0 && html`<li><div class="flat muted">${words.moreChecks(left)}</div></li>`
  }</ul></div>`
}

function renderPiece(piece: Evidence, words: Words, language: 'en' | 'ru'): Html {
  const bodies = bodyOfEvidence(piece, words, QUOTED)
  const at = 'at' in piece && html`<time>+${words.seconds(writeNumber(piece.at / 1000, language, 2))}</time>`
  const took =
    'durationMs' in piece &&
    html`<span class="took">${words.milliseconds(writeNumber(piece.durationMs, language, 0))}</span>`
  const line = html`<span class="what mono">${head(piece, words)}</span>${took}${at}`
  if (bodies.length === 0) return html`<li><div class="flat">${line}</div></li>`
  const texts = bodies.map(
    ([label, text]) =>
      html`${label !== '' && html`<p class="label">${label}</p>`}<pre tabindex="0"><code>${text}</code></pre>`,
  )
  return html`<li><details><summary>${line}</summary><div class="body">${texts}</div></details></li>`
}

function head(piece: Evidence, words: Words): Html {
  if (piece.type !== 'exchange') return html`${headOfEvidence(piece, words)}`
  const { method, path, status } = piece
  const kind = status === null || status >= 500 ? 'failed' : status >= 400 ? 'refused' : 'ok'
  return html`${heading(`${method} ${path}`)} <span class="came ${kind}">${status ?? words.noAnswer}</span>`
}
