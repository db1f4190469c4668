const en = {
  menu: {
    schema: {
      examples: ['all schemas', 'that of msctl users get --json', 'what a script can rely on'],
    },
  },
  arguments: {
    command: 'the command whose result it describes',
  },
  choose: 'Show one: msctl schema users get',
}

const ru: typeof en = {
  menu: {
    schema: {
      examples: ['все схемы', 'схема вывода msctl users get --json', 'на что может положиться скрипт'],
    },
  },
  arguments: {
    command: 'команда, вывод которой описан',
  },
  choose: 'Показать одну: msctl schema users get',
}

/** What `msctl schema` says. */
export const messages = { en, ru }
