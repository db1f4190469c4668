import type { Answer, Experiment } from '../../run/grader.ts'
import { complain, judge } from '../judge.ts'
import { call, expected, hasStatus, holds } from '../repro.ts'

/** What the gateway says of itself. Disturbs nothing, so it may run beside everything else. */
export const gateway: Experiment<Record<never, never>> = {
  needs: ['http'],
  uses: [],
  sheet: {
    name: 'correctness-gateway',
    title: { en: 'The status of the gateway', ru: 'Состояние шлюза' },
    question: { en: 'Does the gateway report its status?', ru: 'Сообщает ли шлюз о своём состоянии?' },
    idea: {
      en: 'GET /health and GET /status are there for people and for programs.',
      ru: 'GET /health и GET /status существуют для людей и для программ.',
    },
    state: () => ({}),
    expectations: {
      'correctness.gateway.status': {
        criterion: 'correctness',
        title: { en: 'GET /health and GET /status answer', ru: 'GET /health и GET /status отвечают' },
        why: {
          en: 'They are the first thing to look at when something is wrong.',
          ru: 'На них смотрят в первую очередь, когда что-то не работает.',
        },
        hint: {
          en: 'Both are routes of the gateway itself. /health answers with JSON.',
          ru: 'Оба адреса обслуживает сам шлюз. /health отвечает в формате JSON.',
        },
      },
    },
    steadyState: [],
    steps: [
      {
        title: { en: 'Ask for /health and /status', ru: 'Спросить /health и /status' },
        run: async (lab) => {
          const health = await lab.world.request('GET', '/health')
          const status = await lab.world.request('GET', '/status')
          lab.expect(
            'correctness.gateway.status',
            judge(
              {
                en: '/health: 200 with a JSON object; /status: 200',
                ru: '/health: 200 и объект JSON; /status: 200',
              },
              [
                (!isAnswered(health) || typeof health.json !== 'object' || health.json === null) &&
                  complain('/health:', health),
                (!isAnswered(status) || isPage(status)) && complain('/status:', status),
              ],
              {
                answers: [health, status],
                repro: [
                  call('GET', '/health'),
                  expected('200', hasStatus('200|503')),
                  expected('an object in JSON', holds('type == "object"')),
                  call('GET', '/status'),
                  expected('200', hasStatus('200|503')),
                  expected('no page of HTML', '[ "$(head -c 1 <<< "$BODY")" != "<" ]'),
                ],
              },
            ),
          )
        },
      },
    ],
  },
}

/** While a circuit is open, 503 with a body is an honest answer of /health, too. */
function isAnswered({ status, text }: Answer): boolean {
  return (status === 200 || status === 503) && text.trim() !== ''
}

/** A page for a browser is what frameworks and proxies answer for routes that are not there. */
function isPage({ headers, text }: Answer): boolean {
  return (headers['content-type'] ?? '').includes('html') || /^\s*<(!doctype|html)/i.test(text)
}
