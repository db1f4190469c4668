import type { CheckResult, Report } from '../../run/report.ts'
import { explainVerdict } from '../describe.ts'
import { percentOf, verdictOf } from '../verdict.ts'
import { type Words, wordsOf, writeNumber } from '../words.ts'
import { type Html, html } from './markup.ts'

/** In the order of a bar: what was given first, what could not be judged last. */
const SHARES = ['pass', 'fail', 'error', 'not-assessed'] as const
type Share = (typeof SHARES)[number]

/** How many points went where. Points that a judgement by hand withheld count as failed. */
function sharesOf(checks: readonly CheckResult[]): Record<Share, number> {
  const shares = { pass: 0, fail: 0, error: 0, 'not-assessed': 0 }
  for (const { status, points, maxPoints } of checks) {
    shares.pass += points
    shares[status === 'pass' ? 'fail' : status] += maxPoints - points
  }
  return shares
}

/** The score as a ring, the verdict and what it means. */
export function renderOutcome(report: Report): Html {
  const words = wordsOf(report)
  const { score, assessable, maxScore, run } = report
  const verdict = verdictOf(report)
  const percent = writeNumber(percentOf(report), run.language)
  return html`<div class="outcome card">
${ring(report, percent)}
<div><p class="pill ${verdict}">${words.verdict[verdict]}</p>
<p class="score">${words.points(score, assessable)}</p>
<p>${explainVerdict(report)}</p>
<p class="muted">${words.ofMax(assessable, maxScore)} ${assessable < maxScore && words.notCounted}</p>
${!run.complete && html`<p class="notice">${words.incomplete}</p>`}</div></div>`
}

function ring(report: Report, percent: string): Html {
  const words = wordsOf(report)
  const { passMark } = report
  const share = percentOf(report)
  const angle = (passMark / 100) * 2 * Math.PI
  const at = (radius: number) =>
    `${(60 + radius * Math.sin(angle)).toFixed(1)} ${(60 - radius * Math.cos(angle)).toFixed(1)}`
  const colour = { passed: 'pass', below: 'fail', undecided: 'error' }[verdictOf(report)]
  const label = `${words.ofAssessable(percent)}; ${words.facts.passMark}: ${passMark} %`
  return html`<svg class="ring" viewBox="0 0 120 120" role="img" aria-label="${label}">
<circle class="stroke-track" cx="60" cy="60" r="50" fill="none" stroke-width="9"/>
${share > 0 && html`<circle class="stroke-${colour}" cx="60" cy="60" r="50" fill="none" stroke-width="9" pathLength="100" stroke-dasharray="${share} 100" transform="rotate(-90 60 60)"/>`}
<path class="stroke-mark" d="M${at(43)}L${at(57)}" stroke-width="2"/>
<text x="60" y="66">${percent}</text><text class="sign" x="60" y="84">%</text></svg>`
}

/** A bar for each criterion, and what its colours mean. */
export function renderCriteria(report: Report): Html {
  const words = wordsOf(report)
  const rows = report.criteria.map((criterion) => {
    const { id, title, score, assessable, maxScore } = criterion
    const shares = sharesOf(report.checks.filter((check) => check.criterion === id))
    const points = assessable === 0 ? `– / ${maxScore}` : `${score} / ${assessable}`
    const rest =
      assessable > 0 && assessable < maxScore && html` <span class="muted small">(${maxScore})</span>`
    return html`<li><a href="#criterion-${id}">${title}</a>${bar(shares, maxScore, words)}<span class="points">${points}${rest}</span></li>`
  })
  const total = sharesOf(report.checks)
  const keys = SHARES.filter((share) => total[share] > 0)
  return html`<ul class="criteria card">${rows}</ul>
<p class="legend">${keys.map(
    (share) =>
      html`<span><svg viewBox="0 0 10 10" aria-hidden="true"><rect class="fill-${share}" width="10" height="10" rx="2"/></svg>${words.status[share]}: ${total[share]}</span>`,
  )}</p>`
}

function bar(shares: Record<Share, number>, maxScore: number, words: Words): Html {
  const total = Math.max(
    1,
    maxScore,
    SHARES.reduce((sum, share) => sum + shares[share], 0),
  )
  let from = 0
  const parts = SHARES.filter((share) => shares[share] > 0).map((share) => {
    const part = html`<rect class="fill-${share}" x="${from}" width="${shares[share]}" height="1"/>`
    from += shares[share]
    return part
  })
  const label = SHARES.filter((share) => shares[share] > 0).map(
    (share) => `${words.status[share]}: ${shares[share]}`,
  )
  return html`<svg viewBox="0 0 ${total} 1" preserveAspectRatio="none" role="img" aria-label="${label.join(', ')}"><rect class="track" width="${total}" height="1"/>${parts}</svg>`
}
