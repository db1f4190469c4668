const en = {
  menu: {
    logs: {
      examples: ['all that was written', 'watch one service', 'only warnings and errors'],
    },
  },
  none: 'There is no such line in the logs.',
  options: {
    follow: 'go on with what is written from now on',
    level: 'only lines of this level or above: trace, debug, info, warn, error, fatal',
    requestId: 'only the lines of this request',
    tail: 'at most this many of the last lines (default: all; with --follow: 20)',
  },
}

const ru: typeof en = {
  menu: {
    logs: {
      examples: ['всё, что написано', 'следить за одним сервисом', 'только предупреждения и ошибки'],
    },
  },
  none: 'Таких строк в журналах нет.',
  options: {
    follow: 'продолжать показывать то, что пишется дальше',
    level: 'только строки не ниже уровня: trace, debug, info, warn, error или fatal',
    requestId: 'только строки об этом запросе',
    tail: 'не больше стольких последних строк (по умолчанию все; с --follow — 20)',
  },
}

/** What `msctl logs` says. */
export const messages = { en, ru }
