const en = {
  menu: {
    db: {
      examples: ['a prompt; \\q leaves it', 'a statement, as a table', 'the same, for scripts'],
    },
  },
  arguments: {
    service: 'users, orders or payments',
  },
  options: {
    sql: 'run this one statement instead of a prompt',
  },
  needsSql: '--json needs --sql: a prompt prints no JSON',
  noRows: '(no rows)',
  rows: (count: number) => (count === 1 ? '1 row' : `${count} rows`),
  done: (command: string) => `Done: ${command}`,
}

const ru: typeof en = {
  menu: {
    db: {
      examples: ['командная строка; выход — \\q', 'один запрос, в виде таблицы', 'то же для скриптов'],
    },
  },
  arguments: {
    service: 'users, orders или payments',
  },
  options: {
    sql: 'выполнить один этот запрос вместо командной строки',
  },
  needsSql: 'с параметром --json нужен и --sql: командная строка psql не выводит JSON',
  noRows: '(строк нет)',
  rows: (count) => `строк: ${count}`,
  done: (command) => `Сделано: ${command}`,
}

/** What `msctl db` says. */
export const messages = { en, ru }
