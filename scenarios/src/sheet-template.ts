import type { Language } from './engine/index.ts'

/** What differs between the languages: comments and texts. */
const WORDS = {
  en: {
    run: 'A scenario of your own. Run it on the platform that runs here:',
    types:
      'The types come from the packed CLI (in the clone: npm pack -w cli; here: npm install --save-dev ./msctl-0.1.0.tgz); at run time they are not needed.',
    title: 'Orders without payments',
    question: 'Payments are down. Can orders still be placed?',
    ideaNote: 'Shown before anything is done. Lines that begin with two spaces stay as they are.',
    idea: 'Orders and payments are two services. If an order waited for its payment, one failure would stop both.',
    parametersNote:
      'Numbers that it works with, and why. --fast takes the fast ones; --set orders=50 any other.',
    reason: 'orders: one alone could succeed by chance',
    expectationsNote: 'What should be seen. A step settles each of them, with lab.expect.',
    expectation: 'every order is accepted',
    why: 'A shop that takes no orders earns nothing.',
    stateNote: 'What the steps remember for each other.',
    steadyNote: 'What must be true before anything is tried.',
    steady: 'Does the gateway answer?',
    up: 'All circuits are closed.',
    create: 'Create a user.',
    createNote: 'It is deleted at the end, as is everything that the tools create.',
    stop: 'Stop the payments service.',
    stopNote: 'Waits until it is seen to be down, and starts it again at the end, also after Ctrl-C.',
    order: 'Place orders.',
    conclude: 'Orders were accepted while payments were down: an order does not wait for its payment.',
  },
  ru: {
    run: 'Ваш собственный сценарий. Запуск на работающей здесь платформе:',
    types:
      'Типы есть в упакованном CLI (в клоне: npm pack -w cli; здесь: npm install --save-dev ./msctl-0.1.0.tgz); для запуска они не нужны.',
    title: 'Заказы без платежей',
    question: 'Платежи не работают. Можно ли сделать заказ?',
    ideaNote: 'Показывается до начала. Строки, начинающиеся с двух пробелов, остаются как есть.',
    idea: 'Заказы и платежи — два сервиса. Если бы заказ ждал платежа, один сбой остановил бы оба.',
    parametersNote:
      'Числа, с которыми он работает, и почему. --fast берёт быстрые; --set orders=50 — любое другое.',
    reason: 'заказов: один мог бы пройти случайно',
    expectationsNote: 'Что мы должны увидеть. Каждое ожидание проверяет один из шагов через lab.expect.',
    expectation: 'принят каждый заказ',
    why: 'Магазин, который не принимает заказы, не зарабатывает.',
    stateNote: 'Что шаги запоминают друг для друга.',
    steadyNote: 'Что должно быть верно до начала.',
    steady: 'Отвечает ли шлюз?',
    up: 'Все предохранители замкнуты.',
    create: 'Создаём пользователя.',
    createNote: 'В конце он будет удалён, как и всё, что создают tools.',
    stop: 'Останавливаем сервис payments.',
    stopNote: 'Ждёт, пока не увидит, что он остановлен, и в конце запускает снова, даже после Ctrl-C.',
    order: 'Делаем заказы.',
    conclude: 'Заказы принимались, пока платежи не работали: заказ не ждёт своего платежа.',
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
