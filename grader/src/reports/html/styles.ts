/** The looks of the page: light and dark as the reader's system has it, from a narrow phone to paper. */
export const STYLES = `
:root {
  color-scheme: light dark;
  --page: #fafaf8; --card: #ffffff; --sunken: #f3f4f2;
  --text: #1d2126; --muted: #59616b; --line: #e2e4e3;
  --pass: #17734a; --pass-soft: #dff0e6;
  --fail: #b3261e; --fail-soft: #fbe6e3;
  --warn: #855600; --warn-soft: #faeccd;
  --none: #6a727c; --none-soft: #e7e9ea;
  --link: #21569f;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #15171a; --card: #1c1f23; --sunken: #121416;
    --text: #e5e7ea; --muted: #a1a9b3; --line: #30353b;
    --pass: #6bc997; --pass-soft: #1b3a2b;
    --fail: #f28b82; --fail-soft: #47201d;
    --warn: #e3b45e; --warn-soft: #3f3011;
    --none: #98a0aa; --none-soft: #2d3238;
    --link: #8db7f2;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; scroll-behavior: smooth; }
body {
  margin: 0 auto; padding: 2.5rem 1.25rem 4rem; max-width: 62rem;
  background: var(--page); color: var(--text);
  font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif;
  overflow-wrap: anywhere;
}
h1, h2, h3, p, dl, dd, ul, ol, pre { margin: 0; }
h1 { font-size: 1.75rem; line-height: 1.25; letter-spacing: -0.01em; }
h2 { font-size: 1.25rem; line-height: 1.3; }
h3 { font-size: 1.05rem; line-height: 1.4; }
a { color: var(--link); text-underline-offset: 0.15em; }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; border-radius: 4px; }
code, pre, .mono { font: 0.85em/1.5 ui-monospace, "SF Mono", "Cascadia Mono", Menlo, "DejaVu Sans Mono", monospace; }
section { margin-top: 3rem; }
section > h2 + p { margin-top: 0.25rem; }
.muted { color: var(--muted); }
.small { font-size: 0.875rem; }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 12px; }

.eyebrow { color: var(--muted); font-size: 0.875rem; margin-bottom: 0.35rem; }
.outcome { display: grid; grid-template-columns: auto 1fr; gap: 1.75rem; align-items: center; margin-top: 1.5rem; padding: 1.5rem; }
.ring { width: 8.5rem; height: 8.5rem; display: block; }
.ring text { fill: var(--text); font: 600 25px system-ui, "DejaVu Sans", sans-serif; text-anchor: middle; }
.ring .sign { fill: var(--muted); font-size: 12px; font-weight: 400; }
.score { font-size: 1.5rem; line-height: 1.3; font-weight: 600; margin-top: 0.5rem; }
.pill { display: inline-block; padding: 0.15rem 0.75rem; border-radius: 99px; font-weight: 600; font-size: 0.9rem; }
.pill.passed { background: var(--pass-soft); color: var(--pass); }
.pill.below { background: var(--fail-soft); color: var(--fail); }
.pill.undecided { background: var(--warn-soft); color: var(--warn); }
.notice { margin-top: 1rem; padding: 0.75rem 1rem; border-radius: 8px; background: var(--warn-soft); color: var(--text); }
.facts { display: flex; flex-wrap: wrap; gap: 0.75rem 2rem; margin-top: 1.5rem; font-size: 0.875rem; }
.facts dt { color: var(--muted); }
nav ul { display: flex; flex-wrap: wrap; gap: 0.25rem 1.25rem; padding: 0; margin-top: 1.5rem; list-style: none; font-size: 0.9rem; }

.track { fill: var(--none-soft); }
.fill-pass { fill: var(--pass); } .fill-fail { fill: var(--fail); } .fill-error { fill: var(--warn); }
.fill-not-assessed { fill: var(--none-soft); }
.stroke-pass { stroke: var(--pass); } .stroke-fail { stroke: var(--fail); } .stroke-error { stroke: var(--warn); }
.stroke-track { stroke: var(--none-soft); } .stroke-mark { stroke: var(--text); }

.criteria { list-style: none; padding: 0.5rem 1.25rem; margin-top: 1rem; }
.criteria li { display: grid; grid-template-columns: minmax(9rem, 15rem) 1fr 7.5rem; gap: 1rem; align-items: center; padding: 0.6rem 0; border-bottom: 1px solid var(--line); }
.criteria li:last-child { border: 0; }
.criteria svg { width: 100%; height: 0.6rem; border-radius: 99px; display: block; }
.points { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
.legend { display: flex; flex-wrap: wrap; gap: 0.25rem 1.25rem; margin-top: 0.75rem; font-size: 0.85rem; color: var(--muted); }
.legend svg { width: 0.8rem; height: 0.8rem; margin-right: 0.4rem; vertical-align: -0.08rem; }

.finding { margin-top: 1.25rem; padding: 1.25rem 1.5rem; border-left: 4px solid var(--fail); }
.finding.error { border-left-color: var(--warn); }
.finding.not-assessed { border-left-color: var(--none); }
.finding.advice { border-left-color: var(--link); }
.reason { white-space: pre-wrap; unicode-bidi: isolate; }
.ids { list-style: none; padding: 0; margin-top: 0.75rem; display: flex; flex-wrap: wrap; gap: 0.25rem 1.5rem; color: var(--muted); }
:target { scroll-margin-top: 1rem; }
.ids :target { color: var(--text); font-weight: 700; }
.finding header { display: flex; gap: 1rem; justify-content: space-between; align-items: baseline; }
.finding .id { color: var(--muted); }
.cause { display: grid; grid-template-columns: minmax(7rem, max-content) 1fr; gap: 0.5rem 1.25rem; margin-top: 1rem; }
.cause dt { color: var(--muted); }
.cause dd { white-space: pre-wrap; unicode-bidi: isolate; }
.cause .actual { color: var(--fail); font-weight: 500; }
.advice .cause .actual { color: var(--text); }
.block { margin-top: 1.25rem; }
.block > h4 { margin: 0 0 0.5rem; font-size: 0.9rem; font-weight: 600; }

.evidence { list-style: none; padding: 0; border: 1px solid var(--line); border-radius: 8px; overflow: hidden; }
.evidence > li + li { border-top: 1px solid var(--line); }
.evidence summary, .evidence .flat { display: flex; gap: 0.75rem; align-items: baseline; padding: 0.45rem 0.85rem; }
.evidence .what { flex: 1; min-width: 0; unicode-bidi: isolate; }
.evidence time, .evidence .took { color: var(--muted); font-size: 0.8rem; white-space: nowrap; font-variant-numeric: tabular-nums; }
.evidence .came { font-weight: 600; }
.evidence .came.ok { color: var(--pass); } .evidence .came.refused { color: var(--warn); } .evidence .came.failed { color: var(--fail); }
.evidence .body { padding: 0 0.85rem 0.75rem; }
summary { cursor: pointer; list-style: none; }
summary::-webkit-details-marker { display: none; }
summary::before { content: ""; flex: none; align-self: center; width: 0.4rem; height: 0.4rem; border: solid var(--muted); border-width: 0 1.5px 1.5px 0; transform: rotate(-45deg); transition: transform 0.15s; }
details[open] > summary::before { transform: rotate(45deg); }
.label { color: var(--muted); font-size: 0.8rem; margin-top: 0.5rem; }
pre { background: var(--sunken); border-radius: 8px; padding: 0.75rem 0.85rem; margin-top: 0.25rem; max-height: 24rem; overflow: auto; white-space: pre-wrap; unicode-bidi: plaintext; tab-size: 4; }
.repro { position: relative; }
.repro pre { white-space: pre; overflow-wrap: normal; padding-right: 6.5rem; }
button { position: absolute; right: 0.5rem; top: 0.5rem; font: inherit; font-size: 0.8rem; padding: 0.2rem 0.7rem; color: var(--text); background: var(--card); border: 1px solid var(--line); border-radius: 6px; cursor: pointer; }
button:hover { border-color: var(--muted); }
button[hidden] { display: none; }

.group { margin-top: 1.5rem; }
.group > h3 { display: flex; justify-content: space-between; gap: 1rem; }
.rows { list-style: none; padding: 0; margin-top: 0.5rem; }
.rows > li { border-bottom: 1px solid var(--line); }
.rows > li:last-child { border: 0; }
.row { display: flex; gap: 0.75rem; align-items: baseline; padding: 0.55rem 1.1rem; }
.row .title { flex: 1; min-width: 0; }
.row .id { display: block; color: var(--muted); }
.row::before { order: 9; }
div.row::before, a.row::before { content: ""; width: 0.4rem; flex: none; }
a.row { color: inherit; text-decoration: none; }
a.row .title > span { text-decoration: underline; text-decoration-color: var(--muted); text-underline-offset: 0.15em; }
.mark { flex: none; width: 1.1em; text-align: center; font-weight: 700; }
.mark.pass { color: var(--pass); } .mark.fail { color: var(--fail); } .mark.error { color: var(--warn); } .mark.not-assessed { color: var(--none); }
.inside { padding: 0 1.1rem 1rem 2.95rem; }
.inside .block { margin-top: 0.25rem; }

.scroll { margin-top: 1rem; padding: 0.75rem; overflow-x: auto; }
.timeline { display: block; width: 100%; min-width: 46rem; height: auto; font: 11px system-ui, "DejaVu Sans", sans-serif; }
.timeline text { fill: var(--muted); }
.timeline .lane { fill: var(--text); }
.timeline .grid { stroke: var(--line); }
.timeline .guide { stroke: var(--muted); stroke-dasharray: 2 3; }
.timeline .experiment { fill: var(--none-soft); }
.timeline .stop { fill: var(--link); }
.timeline .ok { stroke: var(--none); } .timeline .refused { stroke: var(--warn); } .timeline .failed { stroke: var(--fail); }
.timeline .closed { fill: var(--pass-soft); } .timeline .open { fill: var(--fail); } .timeline .half-open { fill: var(--warn); } .timeline .other { fill: var(--none-soft); }
.timeline .on-open, .timeline .on-half-open { fill: var(--card); font-weight: 600; }
.timeline .on-closed { fill: var(--pass); }
.key-closed { fill: var(--pass-soft); } .key-open { fill: var(--fail); } .key-half-open { fill: var(--warn); } .key-stop { fill: var(--link); } .key-ok { fill: var(--none); }
.fold { margin-top: 0.75rem; }
.fold > summary { display: flex; gap: 0.6rem; font-size: 0.9rem; }
table { border-collapse: collapse; width: 100%; margin-top: 0.75rem; font-size: 0.875rem; }
th, td { text-align: left; padding: 0.3rem 0.75rem 0.3rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
th { color: var(--muted); font-weight: 500; }
td:first-child { white-space: nowrap; font-variant-numeric: tabular-nums; }
footer { margin-top: 3rem; color: var(--muted); font-size: 0.85rem; }

@media (max-width: 40rem) {
  body { padding: 1.5rem 1rem 3rem; }
  h1 { font-size: 1.4rem; }
  .outcome { gap: 1rem; padding: 1.1rem; }
  .ring { width: 6rem; height: 6rem; }
  .score { font-size: 1.2rem; }
  .criteria li { grid-template-columns: 1fr auto; gap: 0.35rem 1rem; }
  .criteria svg { grid-column: 1 / -1; grid-row: 2; }
  .cause { grid-template-columns: 1fr; gap: 0; }
  .cause dd { margin-bottom: 0.75rem; }
  .finding { padding: 1rem; }
  .inside { padding-left: 1.1rem; }
  .evidence time { display: none; }
}
@media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto; } summary::before { transition: none; } }
@media print {
  :root {
    --page: #fff; --card: #fff; --sunken: #f5f5f5; --text: #000; --muted: #444; --line: #ccc;
    --pass: #17734a; --pass-soft: #dff0e6; --fail: #b3261e; --fail-soft: #fbe6e3; --warn: #855600; --warn-soft: #faeccd;
    --none: #555; --none-soft: #e4e4e4; --link: #21569f;
  }
  @page { margin: 16mm 14mm; }
  body { padding: 0; max-width: none; font-size: 10pt; }
  * { -webkit-print-color-adjust: exact; print-color-adjust: exact; }
  nav, button, .fold { display: none; }
  section { margin-top: 1.75rem; }
  .outcome, .criteria li, .row, .evidence > li, .scroll, .cause { break-inside: avoid; }
  h2, h3, h4, section > h2 + p, .finding header, .finding .id { break-after: avoid; }
  .scroll { overflow: visible; }
  .timeline { min-width: 0; }
  pre { max-height: none; }
  .repro pre { white-space: pre-wrap; padding-right: 0.85rem; }
}
`
