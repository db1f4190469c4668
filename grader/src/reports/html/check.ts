import type { Advice, CheckResult } from '../../run/report.ts'
import { causeOf, heading, reproOf, type SameReason } from '../describe.ts'
import type { Words } from '../words.ts'
import { renderEvidence } from './evidence.ts'
import { type Html, html } from './markup.ts'

const MARKS = { pass: '✓', fail: '✗', 'not-assessed': '–', error: '!' } as const

/** What every check is told with. */
export interface Telling {
  readonly words: Words
  readonly language: 'en' | 'ru'
  /** The checks that are in the report: one that depends on another may have been asked for alone. */
  readonly ids: ReadonlySet<string>
}

/** Where a check stands in the page. */
const anchorOf = (id: string) => `check-${id}`

const linkTo = (id: string, { ids }: Telling) =>
  ids.has(id)
    ? html`<a class="mono" href="#${anchorOf(id)}">${id}</a>`
    : html`<span class="mono">${id}</span>`

/** A check that did not pass, or an advice, with all that is known of it. */
export function renderFinding(check: CheckResult | Advice, kind: 'fail' | 'advice', telling: Telling): Html {
  const { words } = telling
  const points =
    'maxPoints' in check && html`<span class="points">${check.points} / ${check.maxPoints}</span>`
  return html`<article class="finding card ${kind}" id="${anchorOf(check.id)}">
<header><h3>${heading(check.title)}</h3>${points}</header>
<p class="id mono">${check.id}</p>
${renderCause(check, words)}${'unstable' in check && check.unstable === true && html`<p class="notice small">${words.unstable}</p>`}${
  'dependsOn' in check &&
  check.dependsOn.length > 0 &&
  html`<p class="block small muted">${words.dependsOn}: ${check.dependsOn.map((id) => html`${linkTo(id, telling)} `)}</p>`
}${renderEvidence(check.evidence, { ...telling, limit: 40 })}${renderRepro(check, words)}
</article>
`
}

/** Checks that failed only because another one did. */
export function renderFailedWith(checks: readonly CheckResult[], telling: Telling): Html | undefined {
  if (checks.length === 0) return undefined
  const items = checks.map(
    ({ id, because = '', points, maxPoints }) =>
      html`<li id="${anchorOf(id)}"><div class="row"><span class="title mono">${id} ← ${linkTo(because, telling)}</span><span class="points">${points} / ${maxPoints}</span></div></li>`,
  )
  return html`<div class="group"><h3>${telling.words.sections.failedWith} (${checks.length})</h3><ul class="rows card">${items}</ul></div>`
}

/** Why checks could not be judged, each reason once, with what was seen of it. */
export function renderReasons(
  groups: readonly SameReason[],
  kind: 'error' | 'not-assessed',
  telling: Telling,
): Html {
  return html`${groups.map(({ reason, checks }) => {
    const ids = checks.map(({ id }) => html`<li class="mono" id="${anchorOf(id)}">${id}</li>`)
    const { evidence } = checks.find((check) => check.evidence.length > 0) ?? { evidence: [] }
    return html`<article class="finding card ${kind}"><p class="reason">${reason}</p><ul class="ids">${ids}</ul>${renderEvidence(evidence, { ...telling, limit: 12 })}</article>`
  })}`
}

/** A check in the list of all: what is told above is linked to, a passed one opens where there is more to see. */
export function renderRow(check: CheckResult, telling: Telling): Html {
  const { words } = telling
  const { id, status, title, points, maxPoints } = check
  const shownPoints = status === 'pass' || status === 'fail' ? points : '–'
  const line = html`<span class="mark ${status}" aria-hidden="true">${MARKS[status]}</span><span class="title"><span>${heading(title)}</span> <span class="hidden">${words.status[status]}</span><span class="id mono">${id}</span></span><span class="points">${shownPoints} / ${maxPoints}</span>`
  if (status !== 'pass') return html`<li><a class="row" href="#${anchorOf(id)}">${line}</a></li>`
  const inside = renderEvidence(check.evidence, { ...telling, limit: 8 })
  if (inside === undefined) return html`<li id="${anchorOf(id)}"><div class="row">${line}</div></li>`
  return html`<li><details id="${anchorOf(id)}"><summary class="row">${line}</summary><div class="inside">${inside}</div></details></li>`
}

function renderCause(check: CheckResult | Advice, words: Words): Html | undefined {
  const cause = causeOf(check, words)
  if (cause.length === 0 || check.status === 'pass') return undefined
  const actual = words.cause[check.status].actual
  return html`<dl class="cause">${cause.map(
    ([label, text]) => html`<dt>${label}</dt><dd${label === actual && html` class="actual"`}>${text}</dd>`,
  )}</dl>`
}

function renderRepro(check: CheckResult | Advice, words: Words): Html | undefined {
  const repro = reproOf(check, words)
  if (repro === '') return undefined
  return html`<div class="block"><h4>${words.repro}</h4><div class="repro"><button type="button" hidden data-copy="${words.copied}">${words.copy}</button><pre tabindex="0"><code>${repro}</code></pre></div></div>`
}
