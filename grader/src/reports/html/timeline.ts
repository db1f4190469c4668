import type { Report, TimelineEntry } from '../../run/report.ts'
import { onOneLine, shorten } from '../visible.ts'
import { type Words, wordsOf, writeNumber } from '../words.ts'
import { type Html, html } from './markup.ts'

const WIDTH = 1000
/** Where the names of the lanes stand. */
const LEFT = 96
const RIGHT = 12
const PLOT = WIDTH - LEFT - RIGHT
const TOP = 26
/** How high the lane of a service is. */
const LANE = 50
/** How wide a character is at the most, about. */
const CHARACTER = 6.6

type Of<T extends TimelineEntry['type']> = Extract<TimelineEntry, { type: T }>
interface Scale {
  readonly x: (atMs: number) => number
  readonly endMs: number
}
/** A part of the drawing, from `y` on. */
interface Lane {
  readonly height: number
  readonly draw: (y: number) => Html
}

/** What happened when: experiments, stops and starts, and for each service its circuit and its requests. */
export function renderTimeline(report: Report): Html | undefined {
  const { timeline, run } = report
  if (timeline.length === 0) return undefined
  const words = wordsOf(report)
  const of = <T extends TimelineEntry['type']>(type: T) =>
    timeline
      .filter((entry): entry is Of<T> => entry.type === type)
      .toSorted((one, other) => one.at - other.at)
  const [requests, circuits, controls, experiments] = [
    of('request'),
    of('circuit'),
    of('control'),
    of('experiment'),
  ]
  const ends = timeline.map((entry) => entry.at + ('durationMs' in entry ? entry.durationMs : 0))
  const endMs = ends.reduce((latest, end) => Math.max(latest, end), Math.max(run.durationMs, 1))
  const scale = { endMs, x: (atMs: number) => round(LEFT + (atMs / endMs) * PLOT) }

  const services = [...new Set([...circuits, ...requests].map(({ service }) => service))].sort(inUsualOrder)
  const above = [...experimentLanes(experiments, scale, words), ...controlLanes(controls, scale, words)]
  const lanes = [
    ...above,
    ...services.map((service) =>
      serviceLane(
        service,
        circuits.filter((entry) => entry.service === service),
        requests.filter((entry) => entry.service === service),
        scale,
      ),
    ),
  ]
  let y = TOP
  const drawn = lanes.map(({ height, draw }) => {
    const lane = draw(y)
    y += height
    return lane
  })
  const bottom = y
  const servicesTop = above.reduce((sum, { height }) => sum + height, TOP)
  const guides = controls.map(({ at, label }) => {
    // What is done to one service is marked in its lane, the rest in all.
    const lane = services.findIndex((service) => label.split(' ').includes(service))
    const from = lane < 0 ? servicesTop : servicesTop + lane * LANE
    const to = lane < 0 ? bottom : from + LANE
    return html`<path class="guide" d="M${scale.x(at)} ${from - 4}V${to - 12}"/>`
  })
  const seconds = writeNumber(endMs / 1000, run.language, 0)
  const described = words.timeline.described(seconds, requests.length, circuits.length, controls.length)
  return html`<div class="scroll card" tabindex="0" role="region" aria-label="${words.sections.timeline}">
<svg class="timeline" viewBox="0 0 ${WIDTH} ${bottom + 6}" role="img" aria-label="${described}">
${axis(scale, bottom, words)}${guides}${drawn}
</svg></div>
${legend(words, circuits.length > 0)}
${asTable([...circuits, ...controls, ...experiments], report, words)}`
}

function axis({ x, endMs }: Scale, bottom: number, words: Words): Html {
  const stepMs =
    [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800].map((s) => s * 1000).find((ms) => endMs / ms <= 10) ??
    3_600_000
  const ticks = Array.from({ length: Math.floor(endMs / stepMs) + 1 }, (_, index) => index * stepMs)
  return html`${ticks.map(
    (at) =>
      html`<path class="grid" d="M${x(at)} ${TOP - 6}V${bottom}"/><text x="${x(at)}" y="${TOP - 11}" text-anchor="middle">${words.seconds(String(at / 1000))}</text>`,
  )}`
}

function experimentLanes(experiments: readonly Of<'experiment'>[], { x }: Scale, words: Words): Lane[] {
  const height = 19
  // A label begins in its bar, and ends there where the drawing ends.
  const labelWidth = (label: string) => nameOf(label).length * CHARACTER + 12
  const toLeft = ({ at, label }: Of<'experiment'>) => x(at) + labelWidth(label) > WIDTH
  const rows = pack(experiments, (entry) => {
    const [from, to] = [x(entry.at), x(entry.at + entry.durationMs)]
    const size = labelWidth(entry.label)
    return toLeft(entry) ? [Math.min(from, to - size), to] : [from, Math.max(to, from + size)]
  })
  return rows.map((row, index) => ({
    height: index === rows.length - 1 ? height + 8 : height,
    draw: (y) =>
      html`${index === 0 && laneName(words.timeline.experiments, y + 12)}${row.map((entry) => {
        const [from, size] = [x(entry.at), width(x(entry.at), x(entry.at + entry.durationMs))]
        const label = toLeft(entry)
          ? html`<text x="${round(from + size - 6)}" y="${y + 12}" text-anchor="end">${nameOf(entry.label)}</text>`
          : html`<text x="${round(from + 6)}" y="${y + 12}">${nameOf(entry.label)}</text>`
        return html`<rect class="experiment" x="${from}" y="${y}" width="${size}" height="${height - 3}" rx="3"/>${label}`
      })}`,
  }))
}

function controlLanes(controls: readonly Of<'control'>[], { x }: Scale, words: Words): Lane[] {
  const height = 16
  // The label stands to the right, or to the left where the drawing ends.
  const labelWidth = (label: string) => nameOf(label).length * CHARACTER + 8
  const toLeft = ({ at, durationMs, label }: Of<'control'>) => x(at + durationMs) + labelWidth(label) > WIDTH
  const rows = pack(controls, (entry) => {
    const [from, to] = [x(entry.at), Math.max(x(entry.at + entry.durationMs), x(entry.at) + 4)]
    return toLeft(entry) ? [from - labelWidth(entry.label), to] : [from, to + labelWidth(entry.label)]
  })
  return rows.map((row, index) => ({
    height: index === rows.length - 1 ? height + 8 : height,
    draw: (y) =>
      html`${index === 0 && laneName(words.timeline.control, y + 10)}${row.map((entry) => {
        const [from, size] = [x(entry.at), Math.max(width(x(entry.at), x(entry.at + entry.durationMs)), 4)]
        const label = toLeft(entry)
          ? html`<text x="${round(from - 4)}" y="${y + 10}" text-anchor="end">${nameOf(entry.label)}</text>`
          : html`<text x="${round(from + size + 4)}" y="${y + 10}">${nameOf(entry.label)}</text>`
        return html`<rect class="stop" x="${from}" y="${y + 1}" width="${size}" height="10" rx="2"/>${label}`
      })}`,
  }))
}

function serviceLane(
  service: string,
  circuits: readonly Of<'circuit'>[],
  requests: readonly Of<'request'>[],
  { x, endMs }: Scale,
): Lane {
  const band = 15
  return {
    height: LANE,
    draw: (y) => {
      const states = circuits.filter((entry, index) => entry.state !== circuits[index - 1]?.state)
      const bands = states.map(({ at, state }, index) => {
        const [from, to] = [x(at), x(states[index + 1]?.at ?? endMs)]
        const [name, kind] = [nameOf(state), kindOfState(state)]
        const fits = to - from > name.length * CHARACTER + 8
        return html`<rect class="${kind}" x="${from}" y="${y}" width="${width(from, to)}" height="${band}"/>${
          fits && html`<text class="on-${kind}" x="${from + 4}" y="${y + 11}">${name}</text>`
        }`
      })
      const ticks = (['ok', 'refused', 'failed'] as const).map((kind) => {
        // As many strokes as can be told apart.
        const at = new Set(
          requests
            .filter(({ status }) => kindOfStatus(status) === kind)
            .map((entry) => Math.round(x(entry.at) * 2) / 2),
        )
        const d = [...at].map((each) => `M${each} ${y + band + 3}v14`).join('')
        return at.size > 0 && html`<path class="${kind}" d="${d}"/>`
      })
      return html`${laneName(nameOf(service, 12), y + 16)}${bands}${ticks.filter((each) => each !== false)}`
    },
  }
}

const laneName = (name: string, y: number) => html`<text class="lane" x="0" y="${y}">${name}</text>`

function legend(words: Words, hasCircuits: boolean): Html {
  const { ok, refused, failed, closed, open, halfOpen, stop } = words.timeline.legend
  const keys = [
    ['key-ok', ok],
    ['fill-error', refused],
    ['fill-fail', failed],
    ...(hasCircuits
      ? [
          ['key-closed', closed],
          ['key-open', open],
          ['key-half-open', halfOpen],
        ]
      : []),
    ['key-stop', stop],
  ]
  return html`<p class="legend">${keys.map(
    ([kind = '', text = '']) =>
      html`<span><svg viewBox="0 0 10 10" aria-hidden="true"><rect class="${kind}" width="10" height="10" rx="2"/></svg>${text}</span>`,
  )}</p>`
}

/** For those who cannot see the drawing, or want the figures. */
function asTable(
  entries: readonly Exclude<TimelineEntry, { type: 'request' }>[],
  { run }: Report,
  words: Words,
): Html {
  const rows = entries
    .toSorted((one, other) => one.at - other.at)
    .map((entry) => {
      const what = entry.type === 'circuit' ? `${entry.service}: ${entry.state}` : entry.label
      const took =
        'durationMs' in entry ? words.seconds(writeNumber(entry.durationMs / 1000, run.language)) : ''
      return html`<tr><td>${words.seconds(writeNumber(entry.at / 1000, run.language))}</td><td>${what}</td><td>${took}</td></tr>`
    })
  const { time, what } = words.columns
  return html`<details class="fold"><summary>${words.timeline.asTable}</summary>
<table><thead><tr><th scope="col">${time}</th><th scope="col">${what}</th><th scope="col">${words.facts.took}</th></tr></thead><tbody>${rows}</tbody></table></details>`
}

/** Puts what would overlap into different rows, each as full as it can be. */
function pack<T>(items: readonly T[], span: (item: T) => readonly [from: number, to: number]): T[][] {
  const rows: { end: number; items: T[] }[] = []
  for (const item of items) {
    const [from, to] = span(item)
    const row = rows.find(({ end }) => end <= from)
    if (row === undefined) rows.push({ end: to, items: [item] })
    else {
      row.items.push(item)
      row.end = to
    }
  }
  return rows.map((row) => row.items)
}

function kindOfStatus(status: number | null): 'ok' | 'refused' | 'failed' {
  if (status === null || status >= 500) return 'failed'
  return status >= 400 ? 'refused' : 'ok'
}

/** Targets spell the states as they like. */
function kindOfState(state: string): 'closed' | 'open' | 'half-open' | 'other' {
  const name = state.toLowerCase().replace(/[^a-z]/g, '')
  if (name === 'closed' || name === 'open') return name
  return name === 'halfopen' ? 'half-open' : 'other'
}

const USUAL = ['users', 'orders', 'payments']
const rank = (service: string) => (USUAL.includes(service) ? USUAL.indexOf(service) : USUAL.length)
const inUsualOrder = (one: string, other: string) => rank(one) - rank(other) || (one < other ? -1 : 1)

/** A name that fits into the drawing. */
const nameOf = (text: string, limit = 60) => shorten(onOneLine(text), limit, () => '…')

const round = (value: number) => Math.round(value * 10) / 10
/** Nothing that happened is too short to be seen. */
const width = (from: number, to: number) => round(Math.max(to - from, 1))
