const en = {
  menu: {
    up: {
      examples: [
        'start everything on http://localhost:8000',
        'in containers, on another port',
        'with empty databases',
      ],
    },
    down: {
      examples: ['stop everything and keep the data', 'stop everything and remove the data'],
    },
    restart: {
      examples: ['restart everything', 'restart one service'],
    },
    stop: {
      examples: ['see what happens without users', 'see what happens without the cache'],
    },
    start: {
      examples: ['bring users back', 'bring the database back'],
    },
    kill: {
      examples: ['crash the database', 'crash a service'],
    },
  },
  options: {
    driver:
      'local, compose or auto (default: MSCTL_DRIVER, else the one that has run here, compose where Docker answers, local)',
    port: "the gateway's port; 0: any (default: MSCTL_PORT or 8000)",
    fresh: 'throw away the data first',
    volumes: 'remove the data, too',
    yes: 'do not ask before data are deleted',
  },
  nothingToConfirm: (option: string) => `nothing is deleted without ${option}`,
  aPort: 'a port: 0 (any) to 65535',
  up: {
    done: (url: string) => `The platform is up: ${url}`,
    already: (url: string) => `The platform is up already: ${url}`,
    try: 'Try next:',
  },
  down: {
    done: 'The platform is down; its data are kept.',
    removed: 'The platform is down, and its data are removed.',
    already: 'Nothing was running.',
    alreadyRemoved: 'Nothing was running; the data are removed.',
  },
  restart: { everything: 'The platform is restarted.', part: (name: string) => `${name} is restarted.` },
  change: {
    started: (part: string, state: string) => `${part} is started: ${state}.`,
    alreadyStarted: (part: string, state: string) => `${part} runs already: ${state}.`,
    stopped: (part: string) => `${part} is stopped.`,
    killed: (part: string) => `${part} is killed.`,
    alreadyStopped: (part: string) => `${part} was not running.`,
  },
}

const ru: typeof en = {
  menu: {
    up: {
      examples: [
        'запустить всё на http://localhost:8000',
        'в контейнерах, на другом порту',
        'с пустыми базами данных',
      ],
    },
    down: {
      examples: ['остановить всё и сохранить данные', 'остановить всё и удалить данные'],
    },
    restart: {
      examples: ['перезапустить всё', 'перезапустить один сервис'],
    },
    stop: {
      examples: ['посмотреть, что будет без users', 'посмотреть, что будет без кэша'],
    },
    start: {
      examples: ['вернуть users', 'вернуть базу данных'],
    },
    kill: {
      examples: ['уронить базу данных', 'уронить сервис'],
    },
  },
  options: {
    driver:
      'local, compose или auto (по умолчанию MSCTL_DRIVER, иначе тот, что уже работал здесь, compose при живом Docker, local)',
    port: 'порт шлюза; 0 — любой (по умолчанию MSCTL_PORT или 8000)',
    fresh: 'сначала удалить данные',
    volumes: 'удалить и данные',
    yes: 'не спрашивать перед удалением данных',
  },
  nothingToConfirm: (option) => `без ${option} ничего не удаляется`,
  aPort: 'порт от 0 (любой) до 65535',
  up: {
    done: (url) => `Платформа работает: ${url}`,
    already: (url) => `Платформа уже работает: ${url}`,
    try: 'Попробуйте:',
  },
  down: {
    done: 'Платформа остановлена, данные сохранены.',
    removed: 'Платформа остановлена, данные удалены.',
    already: 'Ничего и не работало.',
    alreadyRemoved: 'Ничего и не работало; данные удалены.',
  },
  restart: { everything: 'Платформа перезапущена.', part: (name) => `Часть ${name} перезапущена.` },
  change: {
    started: (part, state) => `Часть ${part} запущена: ${state}.`,
    alreadyStarted: (part, state) => `Часть ${part} уже запущена: ${state}.`,
    stopped: (part) => `Часть ${part} остановлена.`,
    killed: (part) => `Часть ${part} убита.`,
    alreadyStopped: (part) => `Часть ${part} и не работала.`,
  },
}

/** What the commands say that start and stop the platform and its parts. */
export const messages = { en, ru }
