const en = {
  menu: {
    config: {
      examples: ['the settings in effect here', 'the gateway that the other commands ask'],
    },
  },
  columns: { name: 'SETTING', value: 'VALUE', source: 'FROM' },
  sources: {
    flag: 'a flag',
    environment: 'the environment',
    file: 'the configuration file',
    platform: 'the platform that runs here',
    'last-up': 'the last msctl up',
    locale: 'the locale',
    default: 'the default',
  },
  noFile:
    'There is no msctl.config.json here or above; it could say {"url": …, "driver": …, "port": …, "lang": …}.',
}

const ru: typeof en = {
  menu: {
    config: {
      examples: ['какие настройки здесь действуют', 'шлюз, к которому обращаются остальные команды'],
    },
  },
  columns: { name: 'НАСТРОЙКА', value: 'ЗНАЧЕНИЕ', source: 'ОТКУДА' },
  sources: {
    flag: 'параметр',
    environment: 'окружение',
    file: 'файл настроек',
    platform: 'платформа, запущенная здесь',
    'last-up': 'последний msctl up',
    locale: 'язык системы',
    default: 'по умолчанию',
  },
  noFile:
    'Файла msctl.config.json нет ни здесь, ни выше; в нём может быть {"url": …, "driver": …, "port": …, "lang": …}.',
}

/** What `msctl config` says. */
export const messages = { en, ru }
