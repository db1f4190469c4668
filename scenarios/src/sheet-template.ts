import type { Language } from './engine/index.ts'

/** What differs between the languages: comments and texts. */
const WORDS = {
  en: {
    run: 'A scenario of your own. Run it on the platform that runs here:',
    types:
      'The types come from the package msctl (npm install --save-dev msctl); at run time they are not needed.',
    title: 'Orders without payments',
    question: 'Payments are down. Can one still order?',
    ideaNote: 'Told before anything is done. Lines that begin with two spaces stay as they are.',
    idea: 'An order and its payment are two services. If ordering waits for paying, one failure stops both.',
    parametersNote:
      'Numbers that it works with, and why. --fast takes the fast ones; --set orders=50 any other.',
    reason: 'orders, so that one lucky one proves nothing',
    expectationsNote: 'What ought to be seen. Each is settled in a step, by lab.expect.',
    expectation: 'every order is accepted',
    why: 'A shop that cannot take orders earns nothing, whatever the reason.',
    stateNote: 'What the steps remember for each other.',
    steadyNote: 'What must be true before anything is tried.',
    steady: 'Does the gateway answer?',
    up: 'The gateway is well.',
    create: 'Create a user.',
    createNote: 'Deleted again at the end, as everything that the tools create.',
    stop: 'Stop the payments service.',
    stopNote: 'Waits until it is seen to be down, and starts it again at the end, also after Ctrl-C.',
    order: 'Place orders.',
    conclude: 'Nobody noticed that payments were down. Paying can wait; ordering need not.',
  },
  ru: {
    run: 'Ваш собственный сценарий. Запуск на работающей здесь платформе:',
    types: 'Типы берутся из пакета msctl (npm install --save-dev msctl); для запуска они не нужны.',
    title: 'Заказы без платежей',
    question: 'Платежи не работают. Можно ли всё ещё сделать заказ?',
    ideaNote: 'Рассказывается до начала. Строки, начинающиеся с двух пробелов, остаются как есть.',
    idea: 'Заказ и его оплата — это два сервиса. Если заказ ждёт оплаты, одна поломка остановит оба.',
    parametersNote:
      'Числа, с которыми он работает, и почему. --fast берёт быстрые; --set orders=50 — любое другое.',
    reason: 'заказов: один удачный ещё ничего не доказывает',
    expectationsNote: 'Что мы должны увидеть. Каждое ожидание проверяет один из шагов через lab.expect.',
    expectation: 'принят каждый заказ',
    why: 'Магазин, который не принимает заказы, не зарабатывает, какой бы ни была причина.',
    stateNote: 'Что шаги запоминают друг для друга.',
    steadyNote: 'Что должно быть верно до начала.',
    steady: 'Отвечает ли шлюз?',
    up: 'Со шлюзом всё в порядке.',
    create: 'Создаём пользователя.',
    createNote: 'В конце он будет удалён, как и всё, что создают tools.',
    stop: 'Останавливаем сервис payments.',
    stopNote: 'Ждёт, пока не увидит, что он остановлен, и в конце запускает снова, даже после Ctrl-C.',
    order: 'Делаем заказы.',
    conclude: 'Никто не заметил, что платежи не работают. Оплата может подождать, заказ — не обязан.',
  },
} as const

/** A scenario to begin with: it runs as it is. */
export function scenarioTemplate({
  name,
  isTyped,
  language,
}: {
  readonly name: string
  /** TypeScript; else JavaScript, with the type in a comment. */
  readonly isTyped: boolean
  readonly language: Language
}): string {
  const words = WORDS[language]
  const head = isTyped
    ? `import type { Scenario } from 'msctl/scenario'\n\nexport default {`
    : `/** @type {import('msctl/scenario').Scenario<{ userId: number }>} */\nexport default {`
  return `// ${words.run}
//   msctl scenario run ./${name}.${isTyped ? 'ts' : 'mjs'}
// ${words.types}
${head}
  name: '${name}',
  title: '${words.title}',
  question: '${words.question}',
  // ${words.ideaNote}
  idea: '${words.idea}',
  // ${words.parametersNote}
  parameters: {
    orders: { value: 10, fast: 3, reason: '${words.reason}' },
  },
  // ${words.expectationsNote}
  expectations: {
    'orders-accepted': {
      title: '${words.expectation}',
      why: '${words.why}',
    },
  },
  // ${words.stateNote}
  state: () => ({ userId: 0 }),
  // ${words.steadyNote}
  steadyState: [
    {
      title: '${words.steady}',
      run: async (lab) => {
        const { status } = await lab.world.client.gateway.health()
        lab.require({ held: status === 'ok', expected: '${words.up}', actual: status })
      },
    },
  ],
  steps: [
    {
      title: '${words.create}',
      run: async (lab) => {
        // ${words.createNote}
        const user = await lab.world.tools.createUser(lab, 'Ann')
        lab.state.userId = user.id
      },
    },
    {
      title: '${words.stop}',
      run: async (lab) => {
        // ${words.stopNote}
        await lab.inject(lab.world.tools.stopped(lab, 'payments'))
      },
    },
    {
      title: '${words.order}',
      run: async (lab) => {
        const { createOrder, inTurn } = lab.world.tools
        const times = lab.parameter('orders')
        const { userId } = lab.state
        const orders = await inTurn(times, () => createOrder(lab, { userId, product: 'Laptop' }))
        lab.expect('orders-accepted', {
          held: orders.length === times,
          expected: \`\${times}\`,
          actual: \`\${orders.length}\`,
        })
      },
    },
  ],
  conclude: () => '${words.conclude}',
}${isTyped ? ' satisfies Scenario<{ userId: number }>' : ''}
`
}
