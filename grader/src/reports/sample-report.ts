import {
  type Advice,
  type CheckResult,
  CRITERIA,
  type CriterionResult,
  type Evidence,
  type Report,
  type TimelineEntry,
} from '../run/report.ts'

/** Texts that have broken writers of HTML, XML, YAML, Markdown and workflow commands before. */
export const HOSTILE = [
  '</script><script>alert(1)</script><img src=x onerror=alert(1)>',
  `"'><svg/onload=alert(1)> &amp; &#x3C; ]]> <!-- -->`,
  'null \u0000 bell \u0007 escape \u001b[31mred\u001b[0m delete \u007f next line \u0085 ﷐ \ufffe \uffff',
  '::error title=x::y\n::set-output name=a::b\r\n%0A::warning::',
  '```\n# heading\n| a | b |\n- [x](javascript:alert(1)) `code` **bold** _u_ ~~~ <b>',
  '\u202egnp.exe \u2066 אבג العربية \u2069 \u200f',
  'emoji 👩‍👩‍👧 🇷🇺 half \ud83d lone \udc00 \u2028 line \u2029 paragraph',
  '---\n...\nok 1 - fake # SKIP\nnot ok 2\nBail out! # \\# \t \'"',
  'x'.repeat(100_000),
  '',
] as const

/** Chance that can be repeated: mulberry32. @returns a number from 0 to 1 each time. */
export function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Any report that can be: with checks of every status, ended early, with nothing at all, with texts of any kind. */
export function randomReport(seed: number): Report {
  const random = seeded(seed)
  const below = (limit: number) => Math.floor(random() * limit)
  const one = <T>(of: readonly T[]): T => of[below(of.length)] as T
  const text = () =>
    random() < 0.4 ? one(HOSTILE) : one(['a service', '500', 'Ждали 200', 'GET /users/1 → 404'])
  const maybe = <T>(value: () => T, chance = 0.5): T | undefined => (random() < chance ? value() : undefined)
  const at = () => random() * 60_000
  const several = <T>(most: number, make: () => T): T[] => Array.from({ length: below(most + 1) }, make)

  const evidence = (): Evidence =>
    one<() => Evidence>([
      () => ({
        type: 'exchange',
        at: at(),
        method: one(['GET', 'POST', text().slice(0, 9)]),
        path: `/users/${text()}`,
        ...(random() < 0.5 && { requestHeaders: { [text() || 'x']: text() }, requestBody: text() }),
        ...(random() < 0.3
          ? { status: null, error: text() }
          : { status: one([200, 404, 500]), body: text() }),
        ...(random() < 0.5 && { headers: { 'content-type': text() } }),
        durationMs: at(),
      }),
      () => ({ type: 'redis', at: at(), command: text(), answer: text() }),
      () => ({ type: 'sql', at: at(), database: 'users', statement: text(), answer: text() }),
      () => ({
        type: 'control',
        at: at(),
        command: text(),
        ok: random() < 0.5,
        output: text(),
        durationMs: at(),
      }),
      () => ({ type: 'file', path: text(), text: text() }),
      () => ({ type: 'measurement', label: text(), value: at() / 7, unit: one(['ms', '%', text()]) }),
    ])()
  const explained = (status: CheckResult['status']) => ({
    ...(status !== 'pass' && {
      cause: { expected: text(), actual: text(), rationale: text(), hint: text() },
    }),
    ...(random() < 0.5 && { repro: `curl "$URL/users/1"\n${text()}` }),
    evidence: several(4, evidence),
  })

  const checks = CRITERIA.flatMap((criterion) =>
    several(4, (): CheckResult => {
      const status = one(['pass', 'pass', 'fail', 'not-assessed', 'error'] as const)
      const maxPoints = below(5)
      return {
        id: `${criterion}.${one(['users', 'orders'])}.check-${Math.floor(random() * 1e9)}`,
        criterion,
        title: text() || 'a check',
        status,
        maxPoints,
        // By hand, part of the points can be given.
        points: status !== 'pass' ? 0 : criterion === 'code-quality' ? below(maxPoints + 1) : maxPoints,
        dependsOn: [],
        ...explained(status),
        ...(random() < 0.1 && { unstable: true }),
        ...(status !== 'pass' && random() < 0.2 && { because: 'correctness.users.create' }),
      }
    }),
  )
  const advice = several(3, (): Advice => {
    const status = one(['pass', 'fail', 'error'] as const)
    return { id: `advice.${below(1e9)}`, title: text(), status, ...explained(status) }
  })
  const timeline = several(
    60,
    (): TimelineEntry =>
      one<() => TimelineEntry>([
        () => ({
          type: 'request',
          at: at(),
          durationMs: random() * 50,
          service: one(['users', 'orders', text().slice(0, 30)]),
          label: text(),
          status: one([200, 404, 503, null]),
        }),
        () => ({
          type: 'circuit',
          at: at(),
          service: 'users',
          state: one(['OPEN', 'closed', 'Half-Open', text().slice(0, 40)]),
        }),
        () => ({
          type: 'control',
          at: at(),
          durationMs: at() / 10,
          label: one(['stop users', text().slice(0, 200)]),
        }),
        () => ({ type: 'experiment', at: at(), durationMs: at(), label: text().slice(0, 200) }),
      ])(),
  )
  return complete({
    checks,
    advice,
    timeline,
    run: {
      seed,
      startedAt: '2026-03-01T09:30:00.000Z',
      durationMs: at(),
      attempts: 1 + below(3),
      target: {
        kind: one(['url', 'compose']),
        url: 'http://127.0.0.1:8000',
        reach: ['http'],
        ...name(maybe(text)),
      },
      language: one(['en', 'ru'] as const),
      complete: random() < 0.8,
      msctl: '0.1.0',
    },
  })
}

const name = (given: string | undefined) => (given === undefined ? {} : { name: given })

/** A report with the totals that its checks add up to. */
export function complete(parts: Pick<Report, 'checks' | 'advice' | 'timeline' | 'run'>): Report {
  const isJudged = ({ status }: CheckResult) => status === 'pass' || status === 'fail'
  const add = (checks: readonly CheckResult[], of: (check: CheckResult) => number) =>
    checks.reduce((sum, check) => sum + of(check), 0)
  const totals = (checks: readonly CheckResult[]) => ({
    score: add(checks, ({ points }) => points),
    assessable: add(checks.filter(isJudged), ({ maxPoints }) => maxPoints),
    maxScore: add(checks, ({ maxPoints }) => maxPoints),
  })
  const criteria = CRITERIA.map(
    (id): CriterionResult => ({
      id,
      title: TITLES[parts.run.language][id],
      ...totals(parts.checks.filter(({ criterion }) => criterion === id)),
    }),
  )
  const total = totals(parts.checks)
  const wentWell = parts.run.complete && parts.checks.every(({ status }) => status !== 'error')
  const passed = wentWell && total.assessable > 0 && total.score * 100 >= 60 * total.assessable
  return { schema: 'msctl.report/v1', ...parts, ...total, passMark: 60, passed, criteria }
}

const TITLES = {
  en: {
    correctness: 'Correctness',
    'code-quality': 'Code quality',
    structure: 'Structure',
    compose: 'Docker Compose',
    caching: 'Caching',
    payments: 'Payments',
    persistence: 'Persistence',
    'circuit-breaker': 'Circuit breaker',
  },
  ru: {
    correctness: 'Корректность работы',
    'code-quality': 'Чистота кода',
    structure: 'Структура',
    compose: 'Docker Compose',
    caching: 'Кэширование',
    payments: 'Платежи',
    persistence: 'Сохранность данных',
    'circuit-breaker': 'Circuit Breaker',
  },
} as const
