import type { Language } from '@msctl/scenarios'

const RUSSIAN: Readonly<Record<string, string>> = {
  ms: 'мс',
  s: 'с',
  min: 'мин',
  h: 'ч',
  d: 'д',
  MB: 'МБ',
  GB: 'ГБ',
}

/** `1.5 s` with the comma and the units of the language: `1,5 с`. */
const inUnitsOf = (language: Language, text: string): string =>
  language === 'en' ? text : text.replace('.', ',').replace(/[a-zA-Z]+/g, (unit) => RUSSIAN[unit] ?? unit)

/** A time span in its two largest units, as `3 d 4 h`, `5 min 6 s`, `7.8 s` or `90 ms`, from milliseconds. */
export function formatDuration(ms: number, language: Language): string {
  return inUnitsOf(language, durationOf(ms))
}

function durationOf(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`
  const seconds = ms / 1_000
  if (seconds < 60) return `${seconds.toFixed(1)} s`
  const whole = Math.floor(seconds)
  const [days, hours, minutes] = [
    Math.floor(whole / 86_400),
    Math.floor(whole / 3_600) % 24,
    Math.floor(whole / 60) % 60,
  ]
  if (days > 0) return `${days} d ${hours} h`
  return hours > 0 ? `${hours} h ${minutes} min` : `${minutes} min ${whole % 60} s`
}

/** Bytes as `12 MB` (millions), or `1.2 GB`. */
export function formatBytes(bytes: number, language: Language): string {
  const text = bytes >= 1e9 ? `${Number((bytes / 1e9).toFixed(1))} GB` : `${Math.round(bytes / 1e6)} MB`
  return inUnitsOf(language, text)
}

/** Milliseconds as `1.23 ms`, `45.6 ms`, `789 ms` or `1.2 s`: at most seven characters below ten seconds. */
export function formatLatency(ms: number, language: Language): string {
  if (ms >= 1_000) return inUnitsOf(language, `${Number((ms / 1_000).toFixed(2))} s`)
  return inUnitsOf(language, `${ms >= 100 ? Math.round(ms) : Number(ms.toFixed(ms >= 10 ? 1 : 2))} ms`)
}

/** `17:00:00.123`, the time of day here, from epoch milliseconds. */
export function formatTime(time: number): string {
  const date = new Date(time)
  const two = (value: number) => String(value).padStart(2, '0')
  const clock = [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':')
  return `${clock}.${String(date.getMilliseconds()).padStart(3, '0')}`
}
