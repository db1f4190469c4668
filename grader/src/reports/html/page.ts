import { createHash } from 'node:crypto'
import type { CheckResult, Report } from '../../run/report.ts'
import { groupByReason, nameOfTarget } from '../describe.ts'
import { verdictOf } from '../verdict.ts'
import { type Words, wordsOf, writeNumber } from '../words.ts'
import { renderFailedWith, renderFinding, renderReasons, renderRow, type Telling } from './check.ts'
import { type Html, html, trusted } from './markup.ts'
import { renderCriteria, renderOutcome } from './outcome.ts'
import { SCRIPT } from './script.ts'
import { STYLES } from './styles.ts'
import { renderTimeline } from './timeline.ts'

/**
 * The report as one page that needs nothing else: no request leaves it, which its own policy makes sure of, as it does that
 * nothing in a student's answers can run.
 */
export function renderHtml(report: Report): string {
  const words = wordsOf(report)
  const name = nameOfTarget(report)
  const { language } = report.run
  const telling = { words, language, ids: new Set(report.checks.map(({ id }) => id)) }
  const having = (status: CheckResult['status']) => report.checks.filter((check) => check.status === status)
  const failed = having('fail')
  const own = failed.filter(({ because }) => because === undefined)
  const notJudged = (status: 'error' | 'not-assessed', title: string) => {
    const checks = having(status)
    const content = html`<p class="muted">${words.notCounted}</p>${renderReasons(groupByReason(checks), status, telling)}`
    return checks.length === 0 ? [] : [section(status, `${title} (${checks.length})`, content)]
  }
  const advice = report.advice.filter(({ status }) => status === 'fail')
  const timeline = renderTimeline(report)
  const { sections } = words
  const all = [
    section('criteria', sections.criteria, renderCriteria(report)),
    ...(failed.length > 0
      ? [
          section(
            'failed',
            `${sections.failed} (${failed.length})`,
            html`<p class="muted">${words.failedNote}</p>${own.map((check) => renderFinding(check, 'fail', telling))}${renderFailedWith(
              failed.filter(({ because }) => because !== undefined),
              telling,
            )}`,
          ),
        ]
      : []),
    ...notJudged('error', sections.errors),
    ...notJudged('not-assessed', sections.notAssessed),
    ...(timeline === undefined
      ? []
      : [
          section(
            'timeline',
            sections.timeline,
            html`<p class="muted">${words.timeline.note}</p>${timeline}`,
          ),
        ]),
    section('checks', sections.checks, renderGroups(report, telling)),
    section(
      'advice',
      advice.length === 0 ? sections.advice : `${sections.advice} (${advice.length})`,
      html`<p class="muted">${advice.length === 0 ? words.nothingToAdvise : words.adviceNote}</p>${advice.map((each) => renderFinding(each, 'advice', telling))}`,
    ),
  ]
  const [styles, script] = [trusted(STYLES), trusted(SCRIPT)]
  const policy = `default-src 'none'; style-src '${digestOf(STYLES)}'; script-src '${digestOf(SCRIPT)}'; img-src data:; base-uri 'none'; form-action 'none'`
  return html`<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<link rel="icon" href="data:,">
<title>${name} · ${words.verdict[verdictOf(report)]}</title>
<style>${styles}</style>
</head>
<body>
<header>
<p class="eyebrow">msctl verify · ${words.title}</p>
<h1>${name}</h1>
${renderOutcome(report)}
${renderFacts(report, words)}
<nav aria-label="${sections.contents}"><ul>${all.map(({ id, title }) => html`<li><a href="#${id}">${title}</a></li>`)}</ul></nav>
</header>
<main>
${all.map(({ markup }) => markup)}
</main>
<footer>${words.madeBy} ${report.run.msctl}</footer>
<script>${script}</script>
</body>
</html>
`.html
}

interface Section {
  readonly id: string
  readonly title: string
  readonly markup: Html
}

function section(id: string, title: string, content: Html): Section {
  return { id, title, markup: html`<section id="${id}"><h2>${title}</h2>${content}</section>\n` }
}

function renderGroups(report: Report, telling: Telling): Html {
  return html`${report.criteria.map(({ id, title, score, assessable, maxScore }) => {
    const checks = report.checks.filter(({ criterion }) => criterion === id)
    const points = assessable === 0 ? `– / ${maxScore}` : `${score} / ${assessable}`
    return html`<div class="group" id="criterion-${id}"><h3><span>${title}</span><span class="points">${points}</span></h3>${
      checks.length > 0 &&
      html`<ul class="rows card">${checks.map((check) => renderRow(check, telling))}</ul>`
    }</div>`
  })}`
}

function renderFacts({ run, passMark }: Report, words: Words): Html {
  const { facts } = words
  const { language, target } = run
  const started = new Intl.DateTimeFormat(language, {
    dateStyle: 'long',
    timeStyle: 'short',
    timeZone: 'UTC',
  })
  const rows: [string, string][] = [
    [facts.target, `${target.url} (${words.target[target.kind]})`],
    [facts.reach, target.reach.join(', ')],
    [facts.started, `${started.format(new Date(run.startedAt))} UTC`],
    [facts.took, words.seconds(writeNumber(run.durationMs / 1000, language, 0))],
    [facts.passMark, `${writeNumber(passMark, language)} %`],
    [facts.seed, String(run.seed)],
    ...(run.attempts > 1 ? [[facts.attempts, String(run.attempts)] as [string, string]] : []),
    [facts.version, `msctl ${run.msctl}`],
  ]
  return html`<dl class="facts">${rows.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`
}

const digestOf = (text: string) => `sha256-${createHash('sha256').update(text).digest('base64')}`
