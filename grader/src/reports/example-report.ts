import type { Advice, CheckResult, Evidence, Report, TimelineEntry } from '../run/report.ts'
import { complete, seeded } from './sample-report.ts'

type Language = 'en' | 'ru'
const RESET_MS = 30_000

/** A grading as it usually comes out, to look at: two checks failed, two were not assessed, and there is one advice. */
export function exampleReport(language: Language, changes: Partial<Report['run']> = {}): Report {
  const say = (en: string, ru: string) => (language === 'en' ? en : ru)
  const pass = (id: string, points: number, title: string, evidence: Evidence[] = []): CheckResult => ({
    id,
    criterion: id.split('.')[0] as CheckResult['criterion'],
    title,
    status: 'pass',
    points,
    maxPoints: points,
    dependsOn: [],
    evidence,
  })
  const noSource = (
    id: 'code-quality' | 'structure',
    points: number,
    title: string,
    option: string,
  ): CheckResult => ({
    id: `${id}.all`,
    criterion: id,
    title,
    status: 'not-assessed',
    points: 0,
    maxPoints: points,
    dependsOn: [],
    cause: {
      expected: say('The source of the submission.', 'Исходный код работы.'),
      actual: say('The grader was given an address only.', 'Проверке дали только адрес.'),
      rationale: say('How code is built cannot be seen from outside.', 'Как устроен код, снаружи не видно.'),
      hint: say(`Give it with ${option}.`, `Добавьте ${option}.`),
    },
    evidence: [],
  })
  const services = ['users', 'orders', 'payments'] as const

  const checks: CheckResult[] = [
    ...services.flatMap((service) => [
      pass(
        `correctness.${service}.create`,
        4,
        say(`POST /${service} creates one`, `POST /${service} создаёт запись`),
        [exchange(1_204, 'POST', `/${service}`, 201, '{"id": 41}', 9)],
      ),
      pass(
        `correctness.${service}.delete`,
        3,
        say(`DELETE /${service}/{id} deletes it`, `DELETE /${service}/{id} удаляет запись`),
      ),
    ]),
    {
      id: 'correctness.users.partial-update',
      criterion: 'correctness',
      status: 'fail',
      points: 0,
      maxPoints: 4,
      title: say('PUT changes only the fields that it names', 'PUT меняет только названные поля'),
      dependsOn: ['correctness.users.create'],
      cause: {
        expected: say(
          'The e-mail stays as it was after PUT {"name": "Anna"}.',
          'После PUT {"name": "Anna"} e-mail остаётся прежним.',
        ),
        actual: say('The e-mail had become null.', 'E-mail стал null.'),
        rationale: say(
          'Whoever changes a name does not expect to lose an address.',
          'Тот, кто меняет имя, не ждёт, что потеряет адрес.',
        ),
        hint: say(
          'Copy only the fields that the body has: exclude_unset=True in Pydantic, or an UPDATE of these columns alone.',
          'Переносите только те поля, что есть в теле: exclude_unset=True в Pydantic или UPDATE только этих столбцов.',
        ),
      },
      repro: [
        '#!/bin/sh',
        'URL=http://127.0.0.1:8000',
        `id=$(curl -s "$URL/users" -H 'Content-Type: application/json' -d '{"email": "anna-7f3a@example.com", "name": "Ann"}' | sed 's/.*"id": *\\([0-9]*\\).*/\\1/')`,
        `curl -s -X PUT "$URL/users/$id" -H 'Content-Type: application/json' -d '{"name": "Anna"}'`,
        'curl -s "$URL/users/$id"',
      ].join('\n'),
      evidence: [
        exchange(
          1_311,
          'POST',
          '/users',
          201,
          '{"id": 42, "email": "anna-7f3a@example.com", "name": "Ann"}',
          8.2,
        ),
        exchange(1_322, 'PUT', '/users/42', 200, '{"id": 42, "email": null, "name": "Anna"}', 11.4),
        exchange(1_336, 'GET', '/users/42', 200, '{"id": 42, "email": null, "name": "Anna"}', 3.1),
        {
          type: 'sql',
          at: 1_341,
          database: 'users',
          statement: 'SELECT email FROM users WHERE id = 42',
          answer: '[{"email": null}]',
        },
      ],
    },
    noSource(
      'code-quality',
      10,
      say('The code reads well', 'Код хорошо читается'),
      '--manual code-quality=8',
    ),
    noSource(
      'structure',
      5,
      say('Models, schemas, routes and services are apart', 'Модели, схемы, маршруты и сервисы разделены'),
      '--source',
    ),
    pass('compose.up', 10, say('One command brings everything up', 'Всё поднимается одной командой')),
    ...services.map((service) =>
      pass(
        `caching.${service}.served-from-redis`,
        5,
        say(`The second GET of ${service} comes from Redis`, `Второй GET ${service} приходит из Redis`),
        [
          { type: 'redis', at: 4_100, command: `TTL ${service.slice(0, -1)}:41`, answer: '299' },
          {
            type: 'measurement',
            label: say('faster than without', 'быстрее, чем без кэша'),
            value: 4.271,
            unit: '×',
          },
        ],
      ),
    ),
    pass(
      'payments.failure-rate',
      10,
      say('About three payments in ten fail', 'Не проходят примерно три платежа из десяти'),
      [{ type: 'measurement', label: say('failed', 'не прошло'), value: 29.25, unit: '%' }],
    ),
    pass(
      'persistence.restart',
      10,
      say('Everything is there after a restart', 'После перезапуска всё на месте'),
      [
        {
          type: 'control',
          at: 66_000,
          command: 'restart',
          ok: true,
          output: 'down 4.1 s, up 9.8 s',
          durationMs: 9_000,
        },
      ],
    ),
    ...services.map((service) =>
      pass(
        `circuit-breaker.${service}.opens-at-fifth`,
        4,
        say(
          `The circuit of ${service} opens at the fifth failure in a row`,
          `Предохранитель ${service} размыкается на пятой ошибке подряд`,
        ),
      ),
    ),
    {
      id: 'circuit-breaker.payments.one-trial',
      criterion: 'circuit-breaker',
      status: 'fail',
      points: 0,
      maxPoints: 3,
      title: say(
        'Half-open lets exactly one request through',
        'В полуоткрытом состоянии проходит ровно один запрос',
      ),
      dependsOn: ['circuit-breaker.payments.opens-at-fifth'],
      cause: {
        expected: say('1 request reaches payments.', 'До payments доходит 1 запрос.'),
        actual: say('8 of 8 requests reached payments.', 'До payments дошли 8 запросов из 8.'),
        rationale: say(
          'A service that is just coming back would be knocked over by everybody who waited for it.',
          'Сервис, который только поднимается, снова упадёт от всех, кто его ждал.',
        ),
        hint: say(
          'Remember that a trial is under way, and refuse the others until it is over.',
          'Запомните, что проба уже идёт, и отказывайте остальным до её конца.',
        ),
      },
      repro:
        '#!/bin/sh\n"$CONTROL" stop payments\nfor i in 1 2 3 4 5; do curl -s "$URL/payments/1"; done\nsleep 31\nfor i in 1 2 3 4 5 6 7 8; do curl -s -o /dev/null -w "%{http_code}\\n" "$URL/payments/1" & done; wait',
      evidence: [
        { type: 'control', at: 7_000, command: 'stop payments', ok: true, output: '', durationMs: 800 },
        {
          ...exchange(7_900, 'GET', '/payments/17', 0, '', 2_004),
          status: null,
          error: 'The socket was closed.',
        } as Evidence,
        exchange(
          38_400,
          'GET',
          '/health',
          200,
          '{"status": "degraded", "circuits": {"payments": {"status": "HALF_OPEN", "failure_count": 5}}}',
          2.2,
        ),
      ],
    },
  ]
  return complete({
    checks,
    advice: [staleRead(say)],
    timeline: exampleTimeline(say),
    run: {
      seed: 20_260_301,
      startedAt: '2026-03-01T09:30:12.000Z',
      durationMs: 71_400,
      attempts: 1,
      target: {
        kind: 'url',
        url: 'http://127.0.0.1:8000',
        reach: ['http', 'redis', 'db', 'control'],
        name: say('Team 7', 'Команда 7'),
      },
      language,
      complete: true,
      msctl: '0.1.0',
      ...changes,
    },
  })
}

function staleRead(say: (en: string, ru: string) => string): Advice {
  return {
    id: 'advice.stale-reads',
    status: 'fail',
    evidence: [],
    title: say(
      'A read that races a write leaves the old value in the cache',
      'Чтение наперегонки с записью оставляет в кэше старое значение',
    ),
    cause: {
      expected: say('GET gives what the last PUT has written.', 'GET отдаёт то, что записал последний PUT.'),
      actual: say(
        '3 of 400 races left the older version cached.',
        'В 3 гонках из 400 в кэше осталась старая версия.',
      ),
      rationale: say('It stays for five minutes.', 'Она останется там на пять минут.'),
      hint: say(
        'Fill the cache only if no write came in between.',
        'Заполняйте кэш, только если между делом не было записи.',
      ),
    },
  }
}

function exchange(
  at: number,
  method: string,
  path: string,
  status: number,
  body: string,
  durationMs: number,
): Evidence {
  const sent =
    method === 'GET'
      ? {}
      : { requestHeaders: { 'content-type': 'application/json' }, requestBody: '{"name": "Anna"}' }
  return {
    type: 'exchange',
    at,
    method,
    path,
    ...sent,
    status,
    headers: { 'content-type': 'application/json' },
    body,
    durationMs,
  }
}

/** Three services whose circuits are opened one after the other, while everything else goes on. */
function exampleTimeline(say: (en: string, ru: string) => string): TimelineEntry[] {
  const random = seeded(7)
  const circuits = (['users', 'orders', 'payments'] as const).flatMap((service, index): TimelineEntry[] => {
    const stop = 2_000 + index * 2_500
    const open = stop + 1_500
    const state = (at: number, name: string): TimelineEntry => ({ type: 'circuit', at, service, state: name })
    return [
      { type: 'control', at: stop, durationMs: 700, label: `stop ${service}` },
      { type: 'control', at: open + RESET_MS * 1.1 + 400, durationMs: 900, label: `start ${service}` },
      ...[state(800, 'CLOSED'), state(open, 'OPEN'), state(open + RESET_MS, 'HALF_OPEN')],
      ...[state(open + RESET_MS + 900, 'OPEN'), state(open + 2 * RESET_MS + 900, 'CLOSED')],
      ...Array.from(
        { length: 12 },
        (_, request): TimelineEntry => ({
          type: 'request',
          at: stop + 800 + request * 420,
          durationMs: 4,
          service,
          label: `GET /${service}/1`,
          status: request < 5 ? 502 : 503,
        }),
      ),
    ]
  })
  const requests = Array.from({ length: 900 }, (): TimelineEntry => {
    const service = ['users', 'orders', 'payments'][Math.floor(random() * 3)] as string
    const status = random() < 0.12 ? 404 : 200
    return {
      type: 'request',
      at: 300 + random() * 69_000,
      durationMs: 3 + random() * 9,
      service,
      label: `GET /${service}/1`,
      status,
    }
  })
  return [
    {
      type: 'experiment',
      at: 200,
      durationMs: 3_400,
      label: say('every endpoint answers as it should', 'каждый эндпоинт отвечает как надо'),
    },
    {
      type: 'experiment',
      at: 1_900,
      durationMs: 66_000,
      label: say('the circuits open, wait and close', 'предохранители размыкаются, ждут и замыкаются'),
    },
    {
      type: 'experiment',
      at: 3_700,
      durationMs: 6_200,
      label: say('reads are served from Redis', 'чтения отдаёт Redis'),
    },
    {
      type: 'experiment',
      at: 10_200,
      durationMs: 9_800,
      label: say('payments fail as often as they should', 'платежи не проходят так часто, как надо'),
    },
    {
      type: 'experiment',
      at: 66_000,
      durationMs: 5_000,
      label: say('data survive a restart', 'данные переживают перезапуск'),
    },
    { type: 'control', at: 66_000, durationMs: 4_000, label: 'restart' },
    ...circuits,
    ...requests,
  ]
}
