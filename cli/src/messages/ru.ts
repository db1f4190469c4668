import type { Messages } from './en.ts'

const quote = (lines: readonly string[]) =>
  lines.length === 0 ? '' : `\n${lines.map((line) => `    ${line}`).join('\n')}`

/** Кого или чего нет. */
const absent = { users: 'Пользователя', orders: 'Заказа', payments: 'Платежа' } as const

/** Какой должна быть настройка. */
const wanted = {
  url: 'адрес вида http://localhost:8000, без пароля, запроса и фрагмента',
  driver: 'auto, local или compose',
  port: 'порт от 0 (любой) до 65535',
  lang: 'en или ru',
} as const

/** Каждое поле на своей строке, если их несколько. */
const fieldByField = (fields: readonly { readonly path: string; readonly message: string }[]) => {
  const lines = fields.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`))
  return lines.length === 1 ? (lines[0] ?? '') : `Она ответила, поле за полем:${quote(lines)}`
}

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
    'part-unreachable': ({ part, reason }) => ({
      what: `Часть ${part} ${reason === undefined ? 'не работает' : 'не отвечает'}.`,
      why: reason ?? 'Её остановили, или она завершилась сама; другие части работают.',
      next: `Запустите её: msctl start ${part}; или прочитайте журнал: msctl logs ${part}`,
    }),
    'cache-refused': ({ reason }) => ({
      what: 'Кэш отказался выполнить запрос.',
      why: reason,
      next: 'Что в нём есть: msctl cache keys; платформа кладёт туда простые строки',
    }),
    'unknown-database': ({ given, suggestion }) => ({
      what: `У сервиса «${given}» нет базы данных.${suggestion ? ` Может быть, ${suggestion}?` : ''}`,
      why: 'Базы данных есть у сервисов users, orders и payments.',
      next: `Повторите: msctl db ${suggestion ?? 'users'}`,
    }),
    'sql-failed': ({ database, message, place, advice }) => ({
      what: `База ${database} отвергла запрос: ${message}`,
      why: place === undefined ? 'Больше PostgreSQL ничего не сообщает.' : `Указано место:${quote(place)}`,
      next: advice ?? `Что там есть: SELECT table_name, column_name FROM information_schema.columns`,
    }),
    'no-psql': ({ database, remedy }) => ({
      what: 'Здесь нет psql, поэтому нет и его командной строки.',
      why: 'У msctl есть только сервер PostgreSQL, без клиентских программ.',
      next: `Выполните один запрос: msctl db ${database} --sql 'SELECT 1'; или установите psql: ${remedy}`,
    }),
    'remote-target': ({ url }) => ({
      what: `${url} находится не на этой машине.`,
      why: 'Нагружать чужую машину без согласия хозяина — это атака, поэтому ничего не отправлено.',
      next: 'Если вам можно её нагружать: msctl load --allow-remote',
    }),
    'broken-json': ({ reason }) => ({
      what: 'В --data не объект JSON, поэтому ничего не отправлено.',
      why: reason ?? 'Это JSON, но список или отдельное значение.',
      next: `Возьмите всё в одинарные кавычки: --data '{"name": "Ann"}', или подайте на вход: --data -`,
    }),
    'missing-fields': ({ flags, resource, verb }) => ({
      what: verb === 'create' ? `Не хватает: ${flags.join(', ')}` : 'Менять нечего.',
      why:
        verb === 'create'
          ? 'Без этого создать нельзя, поэтому ничего не отправлено.'
          : `Не указано ничего из ${flags.join(', ')}, нет и --data.`,
      next: `Справка: msctl ${resource} ${verb} --help`,
    }),
    'no-answer': ({ url, seconds }) => ({
      what: `${url} не ответил за ${seconds} с.`,
      why: 'Там что-то слушает, но зависло, перегружено или это не HTTP-сервер.',
      next: 'Что запущено: msctl status, msctl logs gateway; другой адрес: --url URL',
    }),
    'not-found': ({ resource, id }) => ({
      what: `${absent[resource]} ${id} нет.`,
      why: 'Такой записи не создавали, или она удалена (404).',
      next: `Все, какие есть: msctl ${resource} list`,
    }),
    conflict: ({ detail }) => ({
      what: 'Это противоречит тому, что уже есть (409).',
      why: detail,
      next: 'Возьмите другое значение или найдите, у кого оно: msctl users list',
    }),
    'invalid-fields': ({ detail, errors, resource, verb }) => ({
      what: 'Таких значений платформа не принимает (422).',
      why: errors.length === 0 ? detail : fieldByField(errors),
      next: `Исправьте их; что возможно: msctl ${resource} ${verb} --help`,
    }),
    'circuit-open': ({ service, seconds }) => ({
      what: `Предохранитель ${service} разомкнут (503): шлюз не стал и спрашивать ${service}.`,
      why: `Слишком много запросов к ${service} подряд не удалось.`,
      next:
        seconds === undefined
          ? `Наблюдайте: msctl health --watch; если сервис остановлен: msctl start ${service}`
          : `Шлюз попробует снова через ${seconds} с: msctl health --watch; если сервис остановлен: msctl start ${service}`,
    }),
    'service-failed': ({ service, status, detail }) => ({
      what: `Шлюз не получил ответа от ${service} (${status}).`,
      why: detail || 'Причину он не назвал.',
      next: `Работает ли он: msctl status; запустить: msctl start ${service}; что он пишет: msctl logs ${service}`,
    }),
    refused: ({ status, detail, requestId }) => ({
      what: `Платформа ответила ошибкой (${status}).`,
      why: detail || 'Причину она не назвала.',
      next: `Что она записала: msctl logs --request-id ${requestId}`,
    }),
    'config-unreadable': ({ file, reason }) => ({
      what: `Файл ${file} не читается как объект JSON.`,
      why: reason,
      next: 'Исправьте его, например {"url": "http://localhost:8000"}, или удалите',
    }),
    'unknown-setting': ({ file, given, suggestion }) => ({
      what: `Настройки «${given}» нет.${suggestion ? ` Может быть, ${suggestion}?` : ''}`,
      why: `Она в файле ${file}; настройки: url, driver, port и lang.`,
      next: 'Исправьте файл и посмотрите, что действует: msctl config',
    }),
    'setting-invalid': ({ name, place, given }) => ({
      what: `Настройка ${name} не может быть «${given}».`,
      why: `Так сказано здесь: ${place}; нужно: ${wanted[name]}.`,
      next: 'Исправьте и посмотрите, что действует: msctl config',
    }),
    'no-schema': ({ given, suggestion }) => ({
      what: `Команды «${given}», которая выводит данные, нет.${suggestion ? ` Может быть, ${suggestion}?` : ''}`,
      why: 'Схемы есть у того, что команды выводят с ключом --json.',
      next: 'Все схемы: msctl schema',
    }),
    'report-unwritable': ({ file, reason }) => ({
      what: `Отчёт нельзя записать в ${file}.`,
      why: reason,
      next: 'Назовите другой файл: --report ФОРМАТ=ФАЙЛ',
    }),
    'report-unreadable': ({ file, reason }) => ({
      what: `${file} — не отчёт, которым можно воспользоваться.`,
      why: reason,
      next: 'Нужен отчёт в JSON, какой пишет msctl verify: --report json=ФАЙЛ',
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
  resource: {
    none: { users: 'Пользователей нет.', orders: 'Заказов нет.', payments: 'Платежей нет.' },
    deleted: {
      users: (id) => `Пользователь ${id} удалён.`,
      orders: (id) => `Заказ ${id} удалён.`,
      payments: (id) => `Платёж ${id} удалён.`,
    },
    cache: {
      HIT: 'из кэша (HIT)',
      MISS: 'из базы данных (MISS); теперь есть и в кэше',
      BYPASS: 'из базы данных (BYPASS); кэш недоступен',
    },
    replayed: 'этот ответ уже был: тот же ключ идемпотентности с теми же данными; ничего нового не создано',
    ordersMissing: 'Заказы сейчас недоступны; это не значит, что их нет.',
  },
  config: {
    columns: { name: 'НАСТРОЙКА', value: 'ЗНАЧЕНИЕ', source: 'ОТКУДА' },
    sources: {
      flag: 'ключ',
      environment: 'окружение',
      file: 'файл настроек',
      platform: 'платформа, запущенная здесь',
      locale: 'язык системы',
      default: 'по умолчанию',
    },
    noFile:
      'Файла msctl.config.json нет ни здесь, ни выше; в нём может быть {"url": …, "driver": …, "port": …, "lang": …}.',
  },
  schema: { choose: 'Показать одну: msctl schema users get' },
  logs: { none: 'Журналов ещё нет.' },
  cache: {
    columns: { key: 'КЛЮЧ', ttl: 'ОСТАЛОСЬ' },
    empty: 'Кэш пуст.',
    emptyHint: 'Чтение объекта по номеру наполнит его: msctl users get 1',
    missing: (key) => `Ключа ${key} в кэше нет или уже нет.`,
    flushed: (count) => `Кэш пуст; удалено ключей: ${count}.`,
    title: (count) => `ключей: ${count}   (Ctrl-C — выход)`,
    more: (count) => `… и ещё ${count}`,
  },
  db: {
    noRows: '(строк нет)',
    rows: (count) => `строк: ${count}`,
    done: (command) => `Сделано: ${command}`,
  },
  load: {
    target: (path, rps, duration) => `GET ${path}, ${rps} в секунду в течение ${duration}`,
    sent: 'отправлено',
    rate: (rps) => `${rps} в секунду`,
    failed: 'отказов',
    latency: 'задержка',
    answers: 'ответы',
    interrupted: 'Прервано; вот что успели измерить.',
    notFound:
      'Все ответы — 404, а это тоже ответ. Создайте то, что нагружать: msctl users create --email ann@example.com --name Ann',
    progress: (sent, total, failed) => `отправлено ${sent} из ${total}, отказов ${failed}`,
  },
  doctor: {
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
      disk: ({ free }) => `свободно ${free}`,
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
    ready: (driver) => `Запустите платформу: msctl up --driver ${driver}`,
  },
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
    aRate: 'целое число от 1 до 10000',
    aDuration: 'время вида 500ms, 10s или 2m, не больше 10m',
    aPath: 'путь вида /users/1',
    needsSql: 'с ключом --json нужен и --sql: командная строка psql не выводит JSON',
    aUrl: 'адрес вида http://localhost:8000',
    aNumber: 'число',
    anId: 'номер — целое число',
    aKey: 'от 1 до 255 видимых знаков ASCII',
    oneOf: (choices) => `одно из ${choices}`,
    field: {
      email: 'адрес электронной почты; у двух пользователей он не бывает одинаковым',
      name: 'имя',
      userId: 'номер пользователя',
      product: 'что заказано',
      quantity: 'сколько (по умолчанию 1)',
      order_id: 'номер заказа',
      amount: 'сумма, больше 0',
      status: 'pending, completed или failed',
    },
    option: {
      data: 'поля объектом JSON; -: прочесть со входа; ключи важнее',
      idempotencyKey: 'позволяет смело повторять: с тем же ключом и полями второй раз ничего не создаётся',
      limit: 'не больше стольких (по умолчанию все)',
      after: 'только те, чей номер больше этого',
      details: 'вместе со всеми заказами пользователя',
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
      sql: 'выполнить один этот запрос вместо командной строки',
      rps: 'запросов в секунду, как бы долго на них ни отвечали (по умолчанию 50)',
      duration: 'как долго, не больше 10m (по умолчанию 10s)',
      path: 'что запрашивать методом GET (по умолчанию /users/1)',
      allowRemote: 'разрешить цель не на этой машине',
    },
    argument: {
      id: 'номер',
      shell: 'bash, zsh или fish',
      command: 'команда, вывод которой описан',
      part: 'users, orders, payments, gateway, cache или db',
      key: 'ключ, например user:1',
      service: 'users, orders или payments',
    },
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
      cache: 'заглянуть в кэш или опустошить его',
      'cache keys': 'показать все ключи и через сколько секунд они исчезнут',
      'cache get': 'показать значение ключа',
      'cache ttl': 'показать, через сколько секунд ключ исчезнет',
      'cache watch': 'смотреть, как истекает время ключей, пока не нажато Ctrl-C',
      'cache flush': 'удалить все ключи (FLUSHALL)',
      db: 'открыть базу данных сервиса: командная строка psql или один запрос',
      load: 'слать шлюзу запросы GET в ровном темпе и измерять ответы',
      doctor: 'показать, что на этой машине есть и чего не хватает каждому драйверу',
      users: 'создавать, перечислять, читать, менять и удалять пользователей',
      'users create': 'создать пользователя',
      'users list': 'перечислить пользователей по номерам',
      'users get': 'прочесть пользователя через кэш',
      'users update': 'изменить указанные поля пользователя',
      'users delete': 'удалить пользователя',
      orders: 'создавать, перечислять, читать, менять и удалять заказы',
      'orders create': 'создать заказ',
      'orders list': 'перечислить заказы по номерам',
      'orders get': 'прочесть заказ через кэш',
      'orders update': 'изменить указанные поля заказа',
      'orders delete': 'удалить заказ',
      payments: 'создавать, перечислять, читать, менять и удалять платежи',
      'payments create': 'оплатить заказ; три платежа из десяти не проходят',
      'payments list': 'перечислить платежи по номерам',
      'payments get': 'прочесть платёж через кэш',
      'payments update': 'изменить указанные поля платежа',
      'payments delete': 'удалить платёж',
      config: 'показать каждую настройку и откуда она взята',
      completion: 'вывести то, с чем оболочка дополняет команды msctl',
      schema: 'вывести JSON Schema того, что команда выводит с --json',
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
      cache: ['что лежит в кэше и как долго', 'одно значение', 'начать заново'],
      'cache keys': ['что лежит в кэше и как долго', 'что исчезнет в течение минуты'],
      'cache get': ['то же, что GET user:1 в redis-cli', 'вместе с TTL, для сценариев'],
      'cache ttl': ['сколько секунд осталось; -2 — ключа нет', 'для сценариев'],
      'cache watch': ['смотреть, как убывает TTL', 'один взгляд, для сценариев'],
      'cache flush': ['следующие чтения будут промахами', 'сколько ключей было'],
      db: ['командная строка; выход — \\q', 'один запрос, в виде таблицы', 'то же для сценариев'],
      load: ['50 в секунду в течение 10 секунд', 'чаще и короче', 'не один пользователь, а что-то другое'],
      doctor: [
        'перед первым msctl up или когда он не удался',
        'какие драйверы можно запустить, для сценариев',
      ],
      users: ['новый пользователь', 'все пользователи', 'один из них'],
      'users create': ['из ключей', 'из JSON', 'из другой программы'],
      'users list': ['все пользователи', 'одна страница', 'для сценариев'],
      'users get': [
        'один пользователь; во второй раз из кэша',
        'со всеми заказами, одним запросом',
        'для сценариев',
      ],
      'users update': ['другое имя', 'другой адрес почты, из JSON'],
      'users delete': ['его больше нет, и в кэше тоже', 'для сценариев'],
      orders: ['новый заказ', 'все заказы', 'один из них'],
      'orders create': ['из ключей', 'из JSON; количество — 1', 'можно повторять: заказ будет один'],
      'orders list': ['все заказы', 'заказы одного пользователя', 'одна страница'],
      'orders get': ['один заказ; во второй раз из кэша', 'для сценариев'],
      'orders update': ['другое количество', 'другой товар, из JSON'],
      'orders delete': ['его больше нет, и в кэше тоже', 'для сценариев'],
      payments: ['новый платёж', 'все платежи', 'один из них'],
      'payments create': ['из ключей', 'из JSON', 'можно повторять: оплата будет одна'],
      'payments list': ['все платежи', 'платежи по одному заказу', 'для сценариев'],
      'payments get': ['один платёж; во второй раз из кэша', 'для сценариев'],
      'payments update': ['другое состояние', 'другая сумма'],
      'payments delete': ['его больше нет, и в кэше тоже', 'для сценариев'],
      config: ['что действует здесь', 'шлюз, к которому обращаются остальные команды'],
      completion: [
        'поместите в /etc/bash_completion.d/msctl или: source <(msctl completion bash)',
        'поместите в папку из $fpath под именем _msctl',
        'поместите в ~/.config/fish/completions/msctl.fish',
      ],
      schema: ['какие есть', 'схема вывода msctl users get --json', 'на что может положиться сценарий'],
    },
  },
}
