import { formatBytes } from '../print/amounts.ts'

const en = {
  menu: {
    doctor: {
      examples: ['before the first msctl up, or when it fails', 'which drivers can run, for scripts'],
    },
  },
  machine: 'This machine',
  canRun: (driver: string) => `${driver}: can run`,
  cannotRun: (driver: string) => `${driver}: cannot run`,
  names: {
    node: 'Node.js',
    home: 'State folder',
    disk: 'Disk space',
    port: 'Gateway port',
    stores: 'Other ports',
    programs: 'Services',
    postgres: 'PostgreSQL',
    data: 'Data',
    redis: 'Redis',
    psql: 'psql',
    composeFile: 'Compose file',
    docker: 'Docker',
  },
  ok: {
    node: ({ version }: { version: string }) => version,
    home: ({ folder }: { folder: string }) => `${folder} can be written to`,
    disk: ({ freeBytes }: { freeBytes: number }) => `${formatBytes(freeBytes, 'en')} free`,
    port: ({ port, isOurs }: { port: number; isOurs: boolean }) =>
      isOurs ? `${port}, where the platform runs` : `${port} is free`,
    stores: ({ taken }: { taken: string }) =>
      taken === '' ? 'all free' : `${taken} taken; others will be chosen`,
    programs: () => 'built',
    postgres: ({ version }: { version: string }) => version,
    data: ({ isNew }: { isNew: boolean }) => (isNew ? 'none yet' : 'there') as string,
    redis: ({ command }: { command: string | null }) =>
      command ?? 'will be downloaded by apt into the state folder, once',
    psql: ({ command }: { command: string }) => command,
    composeFile: ({ file }: { file: string }) => file,
    docker: ({ version }: { version: string }) => version,
  },
  problem: {
    disk: (free: string, wanted: string) => `${free} free; ${wanted} are advisable`,
    psql: 'not here; only the prompt of msctl db needs it',
  },
  remedy: {
    disk: 'Make room, or keep the state elsewhere: MSCTL_HOME=/some/folder msctl up',
    psql: (command: string) => `To have a prompt: ${command}`,
  },
  running: 'The platform runs: msctl status',
  ready: (driver: string) => `Start the platform: msctl up --driver ${driver}`,
}

const ru: typeof en = {
  menu: {
    doctor: {
      examples: [
        'перед первым msctl up или когда он не удался',
        'какие драйверы можно запустить, для скриптов',
      ],
    },
  },
  machine: 'Эта машина',
  canRun: (driver) => `${driver}: можно запустить`,
  cannotRun: (driver) => `${driver}: запустить нельзя`,
  names: {
    node: 'Node.js',
    home: 'Папка состояния',
    disk: 'Место на диске',
    port: 'Порт шлюза',
    stores: 'Другие порты',
    programs: 'Сервисы',
    postgres: 'PostgreSQL',
    data: 'Данные',
    redis: 'Redis',
    psql: 'psql',
    composeFile: 'Файл Compose',
    docker: 'Docker',
  },
  ok: {
    node: ({ version }) => version,
    home: ({ folder }) => `${folder}, писать можно`,
    disk: ({ freeBytes }) => `свободно ${formatBytes(freeBytes, 'ru')}`,
    port: ({ port, isOurs }) => (isOurs ? `${port}, на нём работает платформа` : `${port} свободен`),
    stores: ({ taken }) => (taken === '' ? 'все свободны' : `заняты: ${taken}; будут выбраны другие`),
    programs: () => 'собраны',
    postgres: ({ version }) => version,
    data: ({ isNew }) => (isNew ? 'ещё нет' : 'есть'),
    redis: ({ command }) => command ?? 'apt скачает его в папку состояния, один раз',
    psql: ({ command }) => command,
    composeFile: ({ file }) => file,
    docker: ({ version }) => version,
  },
  problem: {
    disk: (free, wanted) => `свободно ${free}; желательно ${wanted}`,
    psql: 'нет; он нужен только для командной строки msctl db',
  },
  remedy: {
    disk: 'Освободите место или храните состояние в другой папке: MSCTL_HOME=/другая/папка msctl up',
    psql: (command) => `Чтобы была командная строка: ${command}`,
  },
  running: 'Платформа запущена: msctl status',
  ready: (driver) => `Запустите платформу: msctl up --driver ${driver}`,
}

/** What `msctl doctor` says. */
export const messages = { en, ru }
