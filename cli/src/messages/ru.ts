import type { Messages } from './en.ts'

const quote = (lines: readonly string[]) =>
  lines.length === 0 ? '' : `\n${lines.map((line) => `    ${line}`).join('\n')}`

/** То, что говорит msctl, по-русски. */
export const ru: Messages = {
  errors: {
    usage: ({ detail, command }) => ({
      what: `msctl так не вызывают: ${detail}`,
      why: 'Командная строка непонятна, поэтому ничего не сделано.',
      next: `Справка: ${command ?? 'msctl'} --help`,
    }),
    'unknown-part': ({ given, suggestion }) => ({
      what: `Части с именем «${given}» нет.${suggestion ? ` Может быть, ${suggestion}?` : ''}`,
      why: 'Части платформы: users, orders, payments, gateway, cache и db.',
      next: suggestion ? `Повторите с именем ${suggestion}` : 'Все части покажет msctl status',
    }),
    'port-taken': ({ part, port, holder }) => ({
      what: `Порт ${port}, который нужен части ${part}, занят.`,
      why: holder
        ? `Его слушает процесс ${holder.pid}: ${holder.command}`
        : 'Его слушает другая программа; какая именно, система не показывает.',
      next:
        part === 'gateway'
          ? 'Завершите её или выберите другой порт: msctl up --port 8080'
          : 'Завершите её или выберите все порты заново: msctl down, затем msctl up',
    }),
    'part-failed': ({ part, reason, log, logFile }) => ({
      what: `Часть ${part} завершилась при запуске (${reason}).`,
      why:
        log.length === 0 ? 'В журнал она ничего не написала.' : `Последние строки её журнала:${quote(log)}`,
      next: `Журнал целиком: ${logFile}`,
    }),
    'part-not-ready': ({ part, seconds, log, logFile }) => ({
      what: `Часть ${part} запущена, но за ${seconds} с не стала готова.`,
      why:
        log.length === 0 ? 'В журнал она ничего не написала.' : `Последние строки её журнала:${quote(log)}`,
      next: `Журнал целиком: ${logFile}`,
    }),
    'part-would-not-end': ({ part, pid }) => ({
      what: `Часть ${part} (процесс ${pid}) не завершилась.`,
      why: 'Она пережила даже SIGKILL, значит, зависла внутри системы, возможно, ждёт диска.',
      next: `Посмотрите на неё: ps -o pid,stat,wchan,args -p ${pid}`,
    }),
    'container-would-not-end': ({ part }) => ({
      what: `Часть ${part} не завершилась.`,
      why: 'Её контейнер ещё работает или сразу запущен снова.',
      next: 'Посмотрите на него: docker ps, docker logs',
    }),
    'not-running': () => ({
      what: 'Платформа не запущена.',
      why: 'Ни одной её части отсюда не запускали.',
      next: 'Запустите её: msctl up',
    }),
    unreachable: ({ url, reason }) => ({
      what: `По адресу ${url} никто не отвечает.`,
      why: reason,
      next: 'Что запущено: msctl status; запустить: msctl up; другой адрес: --url URL',
    }),
    'not-the-platform': ({ url, reason }) => ({
      what: `По адресу ${url} отвечает не шлюз этой платформы.`,
      why: reason,
      next: 'Укажите адрес шлюза: --url URL',
    }),
    'other-driver': ({ running, asked }) => ({
      what: `Платформа здесь уже работает, её запустил драйвер ${running}.`,
      why: `Одновременно с ним драйвер ${asked} работать не может.`,
      next: 'Сначала остановите её: msctl down',
    }),
    'other-port': ({ running, asked }) => ({
      what: `Платформа уже работает, на порту ${running}.`,
      why: `Работающую платформу нельзя перенести на порт ${asked}.`,
      next: `Сначала остановите её: msctl down, затем msctl up --port ${asked}`,
    }),
    locked: ({ pid, command, seconds, file }) => ({
      what: `Здесь уже работает другой msctl: ${command} (процесс ${pid}).`,
      why: `За ${seconds} с он не закончил.`,
      next: `Дождитесь его или завершите; если такого процесса нет, удалите ${file}`,
    }),
    'state-unreadable': ({ file, reason }) => ({
      what: `Файл ${file} непригоден.`,
      why: reason,
      next: 'Если от платформы ничего больше не работает, удалите его и выполните msctl up',
    }),
    'folder-unusable': ({ folder, reason }) => ({
      what: `В папку ${folder} нельзя писать.`,
      why: reason,
      next: 'Откройте её для записи и проверьте место на диске или возьмите другую: MSCTL_HOME=/другая/папка msctl up',
    }),
    'not-permitted': ({ pid, reason }) => ({
      what: `Процесс ${pid} нельзя завершить.`,
      why: `Он принадлежит другому пользователю: ${reason}`,
      next: 'Запустите msctl от имени того, кто запускал платформу',
    }),
    windows: () => ({
      what: 'Прямо в Windows msctl не работает.',
      why: 'Его драйверам нужны сигналы и процессы, какие есть в Linux и macOS.',
      next: 'Запустите его в WSL: https://learn.microsoft.com/windows/wsl/install',
    }),
    'no-postgres': ({ system, reason }) => ({
      what: `Нет PostgreSQL, который работает в этой системе (${system}).`,
      why: reason,
      next: 'Установите зависимости заново, вместе с необязательными: npm ci; или возьмите Docker: msctl up --driver compose',
    }),
    'postgres-major': ({ found, wanted, folder }) => ({
      what: `Данные в ${folder} не от PostgreSQL ${wanted}.`,
      why:
        found === '?'
          ? 'Это не полная папка данных.'
          : `Их записал PostgreSQL ${found}, а каждая основная версия читает только свои.`,
      next: 'Уберите папку в другое место или удалите данные: msctl up --fresh',
    }),
    'postgres-password': ({ file }) => ({
      what: 'Пароль базы данных утерян.',
      why: `Файл ${file} не читается, а без него к данным рядом с ним не подключиться.`,
      next: 'Верните файл на место или удалите данные: msctl up --fresh',
    }),
    'postgres-init': ({ reason }) => ({
      what: 'Не удалось создать базу данных.',
      why: reason,
      next: 'Проверьте место на диске и право на запись в папку, затем повторите msctl up',
    }),
    'no-redis': ({ reason, remedy }) => ({
      what: 'Нет ни Redis, ни Valkey, и скачать их не удалось.',
      why: reason,
      next: `Установите: ${remedy}; или возьмите Docker: msctl up --driver compose`,
    }),
    'not-built': ({ part, tried }) => ({
      what: `Нет программы части ${part}.`,
      why: `Не найдено: ${tried.join(', ')}`,
      next: 'Соберите её: npm run build',
    }),
    'no-docker': ({ reason }) => ({
      what: 'Драйверу compose нужны Docker и Compose, а они здесь не отвечают.',
      why: reason,
      next: 'Запустите Docker или обойдитесь без него: msctl up --driver local',
    }),
    'no-compose-file': ({ folder }) => ({
      what: 'Нет файла docker-compose.yml.',
      why: `В папке ${folder} его нет; драйвер compose работает в клоне репозитория.`,
      next: 'Возьмите другой драйвер: msctl up --driver local',
    }),
    'project-taken': ({ project, folder }) => ({
      what: `У Compose уже есть проект ${project}, из другой папки.`,
      why: `Его контейнеры запущены из ${folder}.`,
      next: 'Остановите их там или дайте этому другое имя: COMPOSE_PROJECT_NAME=other msctl up --driver compose',
    }),
    'compose-failed': ({ command, output }) => ({
      what: `Compose завершился с ошибкой: ${command}`,
      why: output.length === 0 ? 'Причину он не назвал.' : `Он сообщил:${quote(output)}`,
      next: 'Выполните эту команду сами или повторите msctl с ключом -v',
    }),
    interrupted: () => ({
      what: 'Прервано.',
      why: 'Всё, что запускалось, снова остановлено; что работало раньше, работает и теперь.',
      next: 'Что запущено: msctl status',
    }),
  },

  error: {
    what: 'Ошибка',
    why: 'Почему',
    next: 'Дальше',
    unexpected: 'Случилось то, чего msctl не ожидал.',
    report: 'Повторите с ключом -v, чтобы увидеть, где, и сообщите об этом',
  },

  parts: { up: 'работает', 'not ready': 'не готова', down: 'остановлена' },

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
  status: {
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
  },
  health: {
    columns: { circuit: 'ПРЕДОХРАНИТЕЛЬ', state: 'СОСТОЯНИЕ', failures: 'ОТКАЗЫ', trial: 'ПРОБА' },
    ok: 'исправна',
    degraded: 'есть отказы',
    trialIn: (seconds) => `через ${seconds} с`,
    trialNow: 'со следующим запросом',
  },
  logs: { none: 'Журналов ещё нет.' },
  progress: {
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
    portsRetry: (port) => `порт ${port} тем временем заняли; выбираем другие`,
    undoing: 'останавливаем то, что запустили',
  },

  help: {
    about: 'Запускает микросервисную платформу, управляет ею и наблюдает за ней.',
    usage: 'Вызов:',
    options: 'Ключи:',
    globalOptions: 'Общие ключи:',
    commands: 'Команды:',
    arguments: 'Аргументы:',
    examples: 'Примеры:',
    exitCodes: 'Коды завершения:',
    exits: [
      ['0', 'сделано'],
      ['1', 'то, о чём просили или что проверяли, не удалось'],
      ['2', 'ошибка в командной строке'],
      ['3', 'платформа или цель недоступна'],
      ['4', 'в окружении чего-то не хватает'],
      ['130', 'прервано'],
    ],
    didYouMean: (name) => `может быть, ${name}?`,
    unknownCommand: (name) => `команды «${name}» нет`,
    unknownOption: (name) => `ключа ${name} нет`,
    missingArgument: (name) => `не указано <${name}>`,
    excessArguments: 'слишком много аргументов',
    missingValue: (flags) => `ключу ${flags} нужно значение`,
    invalidValue: (flags, given, wanted) => `${flags} не может быть «${given}»; нужно: ${wanted}`,
    aPort: 'порт от 0 (любой) до 65535',
    aCount: 'целое неотрицательное число',
    aUrl: 'адрес вида http://localhost:8000',
    oneOf: (choices) => `одно из ${choices}`,
    option: {
      help: 'показать эту справку',
      version: 'показать версию',
      json: 'вывести один документ JSON (для потоков — по документу в строке)',
      quiet: 'без хода работы и подсказок',
      verbose: 'подробнее, в том числе откуда взялась ошибка',
      lang: 'язык: en или ru (по умолчанию — язык системы)',
      url: 'адрес шлюза (по умолчанию MSCTL_URL, запущенная здесь платформа или http://localhost:8000)',
      driver:
        'local, compose или auto (по умолчанию MSCTL_DRIVER, иначе тот, что уже работал здесь, compose при живом Docker, local)',
      port: 'порт шлюза; 0 — любой (по умолчанию MSCTL_PORT или 8000)',
      fresh: 'сначала удалить данные',
      volumes: 'удалить и данные',
      watch: 'показывать все изменения, пока не нажато Ctrl-C',
      exitCode: 'завершиться с кодом 1, если хоть один предохранитель не замкнут',
      follow: 'продолжать показывать то, что пишется дальше',
      level: 'только строки не ниже уровня: trace, debug, info, warn, error или fatal',
      requestId: 'только строки об этом запросе',
      tail: 'не больше стольких последних строк (по умолчанию все; с --follow — 20)',
    },
    part: 'users, orders, payments, gateway, cache или db',
    command: {
      up: 'запустить платформу и дождаться готовности',
      down: 'остановить платформу; данные останутся',
      restart: 'перезапустить одну часть или всё',
      stop: 'остановить одну часть, дав ей закончить',
      start: 'запустить одну часть и дождаться готовности',
      kill: 'убить одну часть, как при сбое (SIGKILL)',
      status: 'показать части: состояние, процесс или контейнер, порт, память',
      logs: 'показать журналы всех частей по порядку времени',
      health: 'показать предохранители шлюза',
      help: 'показать справку о команде',
    },
    example: {
      up: [
        'запустить всё на http://localhost:8000',
        'в контейнерах, на другом порту',
        'с пустыми базами данных',
      ],
      down: ['остановить всё и сохранить данные', 'остановить всё и удалить данные'],
      restart: ['перезапустить всё', 'перезапустить один сервис'],
      stop: ['посмотреть, что будет без users', 'посмотреть, что будет без кэша'],
      start: ['вернуть users', 'вернуть базу данных'],
      kill: ['уронить базу данных', 'уронить сервис'],
      status: ['что здесь работает', 'порт шлюза'],
      logs: ['всё, что написано', 'следить за одним сервисом', 'что пошло не так и всё об одном запросе'],
      health: [
        'три предохранителя',
        'смотреть, как они размыкаются и замыкаются',
        'для сценариев: ошибка, если не все замкнуты',
      ],
    },
  },
}
