const en = {
  menu: {
    status: {
      examples: ['what runs here', 'the port of the gateway'],
    },
  },
  columns: {
    part: 'PART',
    state: 'STATE',
    process: 'PID',
    container: 'CONTAINER',
    port: 'PORT',
    memory: 'MEMORY',
    uptime: 'UPTIME',
    url: 'URL',
  },
  driver: 'driver',
  url: 'url',
  data: 'data',
  notRunning: 'The platform is not running. Start it: msctl up',
}

const ru: typeof en = {
  menu: {
    status: {
      examples: ['что здесь работает', 'порт шлюза'],
    },
  },
  columns: {
    part: 'ЧАСТЬ',
    state: 'СОСТОЯНИЕ',
    process: 'PID',
    container: 'КОНТЕЙНЕР',
    port: 'ПОРТ',
    memory: 'ПАМЯТЬ',
    uptime: 'РАБОТАЕТ',
    url: 'АДРЕС',
  },
  driver: 'драйвер',
  url: 'адрес',
  data: 'данные',
  notRunning: 'Платформа не запущена. Запустить: msctl up',
}

/** What `msctl status` says. */
export const messages = { en, ru }
