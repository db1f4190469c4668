import type { PlatformFailures } from '@msctl/platform/failure'
import { type Explanations, quote } from './explanations.ts'
import type { Texts } from './language.ts'

const en: Explanations<PlatformFailures> = {
  'port-taken': ({ part, port, holder }) => ({
    what: `Port ${port}, which ${part} needs, is taken.`,
    why: holder
      ? `Process ${holder.pid} listens there: ${holder.command}`
      : 'Another program listens there; the system does not let us see which.',
    next:
      part === 'gateway'
        ? 'End that program, or choose another port: msctl up --port 8080'
        : 'End that program, or let all ports be chosen anew: msctl down, then msctl up',
  }),
  'part-failed': ({ part, reason, log, logFile }) => ({
    what: `${part} ended while it was starting (${reason}).`,
    why: log.length === 0 ? 'It wrote nothing to its log.' : `The last lines of its log:${quote(log)}`,
    next: `Read all of it: ${logFile}`,
  }),
  'part-not-ready': ({ part, seconds, log, logFile }) => ({
    what: `${part} was started, but was not ready within ${seconds} s.`,
    why: log.length === 0 ? 'It wrote nothing to its log.' : `The last lines of its log:${quote(log)}`,
    next: `Read all of it: ${logFile}`,
  }),
  'part-would-not-end': ({ part, pid }) => ({
    what: `${part} (process ${pid}) did not end.`,
    why: 'It survived even SIGKILL, so it hangs in the system, perhaps waiting for a disk.',
    next: `Look at it: ps -o pid,stat,wchan,args -p ${pid}`,
  }),
  'container-would-not-end': ({ part }) => ({
    what: `${part} did not end.`,
    why: 'Its container still runs, or was started again at once.',
    next: 'Look at it: docker ps, docker logs',
  }),
  'not-running': () => ({
    what: 'The platform is not running.',
    why: 'No part of it has been started from here.',
    next: 'Start it: msctl up',
  }),
  'other-driver': ({ running, asked }) => ({
    what: `The platform already runs here, by the driver ${running}.`,
    why: `It cannot run by ${asked} at the same time.`,
    next: 'Stop it first: msctl down',
  }),
  'other-port': ({ running, asked }) => ({
    what: `The platform already runs, on port ${running}.`,
    why: `A running platform cannot move to port ${asked}.`,
    next: `Stop it first: msctl down, then msctl up --port ${asked}`,
  }),
  locked: ({ pid, command, seconds, file }) => ({
    what: `Another msctl is at work here: ${command} (process ${pid}).`,
    why: `It was not done within ${seconds} s.`,
    next: `Wait for it or end it; if no such process exists, remove ${file}`,
  }),
  'state-unreadable': ({ file, reason }) => ({
    what: `${file} cannot be used.`,
    why: reason,
    next: 'If nothing of the platform runs any more, remove that file and run msctl up',
  }),
  'log-unreadable': ({ file, reason }) => ({
    what: `The log ${file} cannot be read.`,
    why: reason,
    next: 'Run msctl as the user who started the platform',
  }),
  'folder-unusable': ({ folder, reason }) => ({
    what: `${folder} cannot be written to.`,
    why: reason,
    next: 'Make it writable and see that the disk is not full, or use another folder: MSCTL_HOME=/some/folder msctl up',
  }),
  'not-permitted': ({ pid, reason }) => ({
    what: `Process ${pid} cannot be ended.`,
    why: `It belongs to another user: ${reason}`,
    next: 'Run msctl as the user who started the platform',
  }),
  windows: () => ({
    what: 'msctl does not run on Windows itself.',
    why: 'Its drivers rely on signals and processes as Linux and macOS have them.',
    next: 'Run it inside WSL: https://learn.microsoft.com/windows/wsl/install',
  }),
  'no-postgres': ({ system, reason }) => ({
    what: `There is no PostgreSQL that runs on this system (${system}).`,
    why: reason,
    next: 'Install again without leaving out optional dependencies: npm ci; or use Docker: msctl up --driver compose',
  }),
  'postgres-major': ({ found, wanted, folder }) => ({
    what: `The data in ${folder} are not of PostgreSQL ${wanted}.`,
    why:
      found === '?'
        ? 'It is not a complete data folder.'
        : `They were written by PostgreSQL ${found}, and each major version reads only its own.`,
    next: 'Move the folder away, or throw the data away: msctl up --fresh',
  }),
  'postgres-password': ({ file }) => ({
    what: "The database's password is gone.",
    why: `${file} cannot be read, and without it nobody can connect to the data beside it.`,
    next: 'Put the file back, or throw the data away: msctl up --fresh',
  }),
  'postgres-init': ({ reason }) => ({
    what: 'The database could not be created.',
    why: reason,
    next: 'See that the disk is not full and the folder writable, then run msctl up again',
  }),
  'no-redis': ({ reason, remedy }) => ({
    what: 'There is no Redis or Valkey to run, and none could be fetched.',
    why: reason,
    next: `Install one: ${remedy}; or use Docker: msctl up --driver compose`,
  }),
  'not-built': ({ part, tried }) => ({
    what: `The program of ${part} is missing.`,
    why: `There is no ${tried.join(', nor ')}`,
    next: 'Build it: npm run build',
  }),
  'no-docker': ({ reason }) => ({
    what: 'The compose driver needs Docker and Compose, which do not answer here.',
    why: reason,
    next: 'Start Docker, or do without: msctl up --driver local',
  }),
  'no-compose-file': ({ folder }) => ({
    what: 'There is no docker-compose.yml to start.',
    why: `${folder} has none; the compose driver works in a clone of the repository.`,
    next: 'Use the other driver: msctl up --driver local',
  }),
  'project-taken': ({ project, folder }) => ({
    what: `Compose already has a project called ${project}, of another folder.`,
    why: `Its containers were started from ${folder}.`,
    next: 'Stop them there, or give this one another name: COMPOSE_PROJECT_NAME=other msctl up --driver compose',
  }),
  'compose-failed': ({ command, output }) => ({
    what: `Compose failed: ${command}`,
    why: output.length === 0 ? 'It did not say why.' : `It said:${quote(output)}`,
    next: 'Run that command by hand to see more, or msctl with -v',
  }),
  'part-unreachable': ({ part, reason }) => ({
    what: `${part} ${reason === undefined ? 'is not running' : 'does not answer'}.`,
    why: reason ?? 'It was stopped, or has ended by itself; other parts run.',
    next: `Start it: msctl start ${part}; or see what it says: msctl logs ${part}`,
  }),
  'cache-refused': ({ reason }) => ({
    what: 'The cache refused what it was asked.',
    why: reason,
    next: 'See what is in it: msctl cache keys; what the platform puts there are plain strings',
  }),
  'sql-failed': ({ database, message, place, advice }) => ({
    what: `${database} refused the statement: ${message}`,
    why: place === undefined ? 'PostgreSQL says no more than that.' : `It points here:${quote(place)}`,
    next: advice ?? `See what is there: SELECT table_name, column_name FROM information_schema.columns`,
  }),
}

const ru: Explanations<PlatformFailures> = {
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
    why: log.length === 0 ? 'В журнал она ничего не написала.' : `Последние строки её журнала:${quote(log)}`,
    next: `Журнал целиком: ${logFile}`,
  }),
  'part-not-ready': ({ part, seconds, log, logFile }) => ({
    what: `Часть ${part} запущена, но за ${seconds} с не стала готова.`,
    why: log.length === 0 ? 'В журнал она ничего не написала.' : `Последние строки её журнала:${quote(log)}`,
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
  'log-unreadable': ({ file, reason }) => ({
    what: `Журнал ${file} не читается.`,
    why: reason,
    next: 'Запустите msctl от имени того, кто запускал платформу',
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
    next: 'Выполните эту команду сами или повторите msctl с параметром -v',
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
  'sql-failed': ({ database, message, place, advice }) => ({
    what: `База ${database} отвергла запрос: ${message}`,
    why: place === undefined ? 'Больше PostgreSQL ничего не сообщает.' : `Указано место:${quote(place)}`,
    next: advice ?? `Что там есть: SELECT table_name, column_name FROM information_schema.columns`,
  }),
}

/** What went wrong with running the platform. */
export const messages: Texts<Explanations<PlatformFailures>> = { en, ru }
