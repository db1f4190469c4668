const en = {
  waiting: (command: string, pid: number) => `waiting for another msctl: ${command} (process ${pid})`,
  'fetching-redis': {
    updating: 'Redis: fetching the list of packages (only this once)',
    downloading: "Redis: downloading the distribution's package (only this once)",
    unpacking: 'Redis: unpacking it into the state folder',
  },
  creatingDatabase: 'db: creating the data folder',
  starting: (part: string) => `${part} starting`,
  ready: (part: string) => `${part} ready`,
  stopping: (part: string) => `${part} stopping`,
  stopped: (part: string) => `${part} stopped`,
  pausing: '▸ Press Enter to go on ',
  portsRetry: (port: number) => `port ${port} was taken meanwhile; choosing others`,
  undoing: 'ending what was started',
  loading: (sent: number, total: number, failed: number) => `${sent} of ${total} sent, ${failed} failed`,
}

const ru: typeof en = {
  waiting: (command, pid) => `ждём другой msctl: ${command} (процесс ${pid})`,
  'fetching-redis': {
    updating: 'Redis: получаем список пакетов (только в первый раз)',
    downloading: 'Redis: скачиваем пакет дистрибутива (только в первый раз)',
    unpacking: 'Redis: распаковываем в папку состояния',
  },
  creatingDatabase: 'db: создаём папку данных',
  starting: (part) => `${part}: запускается`,
  ready: (part) => `${part}: готова`,
  stopping: (part) => `${part}: останавливается`,
  stopped: (part) => `${part}: остановлена`,
  pausing: '▸ Нажмите Enter, чтобы продолжить ',
  portsRetry: (port) => `порт ${port} тем временем заняли; выбираем другие`,
  undoing: 'останавливаем то, что запустили',
  loading: (sent, total, failed) => `отправлено ${sent} из ${total}, ошибок ${failed}`,
}

/** What is said of what a driver does. */
export const messages = { en, ru }
