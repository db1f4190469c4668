import type { PlatformFailures } from '@msctl/platform/failure'
import type { ScenarioFailures } from '@msctl/scenarios/failure'
import type { CommandFailures } from '../failure.ts'
import { type Explanations, quote } from './explanations.ts'
import type { Texts } from './language.ts'
import { inRussian } from './ru-fields.ts'

/** What can go wrong with a command, or a scenario, by itself. */
type Failures = CommandFailures & Omit<ScenarioFailures, keyof PlatformFailures>

/** One of each. */
const one = { users: 'user', orders: 'order', payments: 'payment' } as const

/** What a setting has to be. */
const wantedInEnglish = {
  url: 'an address such as http://localhost:8000, without a password, a query or a fragment',
  driver: 'auto, local or compose',
  port: 'a port: 0 (any) to 65535',
  lang: 'en or ru',
} as const

/** Each field on a line of its own, if there are several. */
const fieldByFieldInEnglish = (fields: readonly { readonly path: string; readonly message: string }[]) => {
  const lines = fields.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`))
  return lines.length === 1 ? (lines[0] ?? '') : `It said, field by field:${quote(lines)}`
}

const en: Explanations<Failures> = {
  usage: ({ detail, command }) => ({
    what: `Wrong usage: ${detail}`,
    why: 'The command line could not be understood, so nothing was done.',
    next: `See ${command ?? 'msctl'} --help`,
  }),
  'idle-option': ({ option, command, reason }) => ({
    what: `${option} does not fit here, so nothing was done.`,
    why: `It would have no effect: ${reason}.`,
    next: `Leave out ${option}; see ${command} --help`,
  }),
  'unknown-part': ({ given, suggestion }) => ({
    what: `There is no part called "${given}".${suggestion ? ` Did you mean ${suggestion}?` : ''}`,
    why: 'The parts are users, orders, payments, gateway, cache and db.',
    next: suggestion ? `Try again with ${suggestion}` : 'See msctl status for all of them',
  }),
  unreachable: ({ url, reason }) => ({
    what: `Nothing answers at ${url}.`,
    why: reason,
    next: 'See what runs: msctl status; start it: msctl up; or name another address: --url URL',
  }),
  'not-the-platform': ({ url, reason }) => ({
    what: `Something answers at ${url}, but it is not this platform's gateway.`,
    why: reason,
    next: 'Name the gateway: --url URL',
  }),
  'unknown-database': ({ given, suggestion }) => ({
    what: `No service called "${given}" has a database.${suggestion ? ` Did you mean ${suggestion}?` : ''}`,
    why: 'The databases are those of users, orders and payments.',
    next: `Try again: msctl db ${suggestion ?? 'users'}`,
  }),
  'no-psql': ({ database, remedy }) => ({
    what: 'There is no psql here, so there is no prompt.',
    why: 'msctl brings the PostgreSQL server only, without its clients.',
    next: `Run one statement: msctl db ${database} --sql 'SELECT 1'; or install psql: ${remedy}`,
  }),
  'remote-target': ({ url }) => ({
    what: `${url} is not on this machine.`,
    why: 'Load on a machine whose owner has not agreed is an attack, so nothing was sent.',
    next: 'If it is yours to load: msctl load --allow-remote',
  }),
  'data-unreadable': ({ file, reason }) => ({
    what: `${file} cannot be read, so nothing was sent.`,
    why: reason,
    next: 'Name a file with JSON: --data @file; or send it to --data -',
  }),
  'broken-json': ({ reason }) => ({
    what: '--data does not hold a JSON object, so nothing was sent.',
    why: reason ?? 'It is JSON, but a list or a single value.',
    next: `Put the whole of it between single quotes: --data '{"name": "Ann"}', or send it to --data -`,
  }),
  'unknown-fields': ({ fields, known, suggestion }) => ({
    what: `The service knows no field ${fields.join(', ')}.${suggestion ? ` Did you mean ${suggestion}?` : ''}`,
    why: 'It leaves out what it does not know, and the rest of --data counts all the same.',
    next: `The fields are ${known.join(', ')}`,
  }),
  'missing-fields': ({ flags, resource, verb }) => ({
    what: verb === 'create' ? `Something is missing: ${flags.join(', ')}` : 'There is nothing to change.',
    why:
      verb === 'create'
        ? `${resource} cannot be created without it, so nothing was sent.`
        : `None of ${flags.join(', ')} is given, and no --data.`,
    next: `See msctl ${resource} ${verb} --help`,
  }),
  'no-answer': ({ url, seconds }) => ({
    what: `${url} did not answer within ${seconds} s.`,
    why: 'Something listens there, but it hangs, is overloaded, or is not an HTTP server.',
    next: 'See what runs: msctl status, msctl logs gateway; or name another address: --url URL',
  }),
  'not-found': ({ resource, id }) => ({
    what: `There is no ${one[resource]} ${id}.`,
    why: 'It was never created, or it has been deleted (404).',
    next: `List them: msctl ${resource} list`,
  }),
  conflict: ({ detail }) => ({
    what: 'This conflicts with what exists already (409).',
    why: detail,
    next: 'Take another value, or look for the one that has it: msctl users list',
  }),
  'invalid-fields': ({ detail, errors, resource, verb }) => ({
    what: 'The platform does not accept these values (422).',
    why: errors.length === 0 ? detail : fieldByFieldInEnglish(errors),
    next: `Correct them; what is possible: msctl ${resource} ${verb} --help`,
  }),
  'circuit-open': ({ service, seconds }) => ({
    what: `The circuit of ${service} is open (503), so the gateway did not ask ${service} at all.`,
    why: `Too many requests to ${service} failed in a row.`,
    next:
      seconds === undefined
        ? `Watch it: msctl health --watch; start the service if it is down: msctl start ${service}`
        : `The gateway tries again in ${seconds} s: msctl health --watch; if the service is down: msctl start ${service}`,
  }),
  'service-unavailable': ({ service, detail }) => ({
    what: `${service} runs, but cannot do this now (503).`,
    why: detail,
    next: `See which part is down: msctl status; start the database: msctl start db; what it says: msctl logs ${service}`,
  }),
  'service-failed': ({ service, status, detail }) => ({
    what: `The gateway got no answer from ${service} (${status}).`,
    why: detail || 'It did not say why.',
    next: `See whether it runs: msctl status; start it: msctl start ${service}; what it says: msctl logs ${service}`,
  }),
  unauthorized: ({ url, isGiven }) => ({
    what: isGiven ? `${url} does not know the API key (401).` : `${url} asks for an API key (401).`,
    why: isGiven ? 'The key in MSCTL_API_KEY is none of its keys.' : 'MSCTL_API_KEY is not set.',
    next: 'Set it to one of the keys in API_KEYS of the gateway: export MSCTL_API_KEY=…',
  }),
  'too-many-requests': ({ url, seconds }) => ({
    what: `${url} takes no more requests for now (429).`,
    why: 'You have sent as many requests this minute as the gateway allows (RATE_LIMIT).',
    next: seconds === undefined ? 'Try again in a minute' : `Try again in ${seconds} s`,
  }),
  overloaded: ({ url, seconds }) => ({
    what: `${url} is overloaded (503).`,
    why: 'The gateway has as many requests under way as it takes (MAX_IN_FLIGHT), or its machine is busy.',
    next: `Try again in ${seconds ?? 1} s`,
  }),
  'api-key-unusable': () => ({
    what: 'MSCTL_API_KEY cannot be an API key, so nothing was sent.',
    why: 'A key has visible ASCII characters only, and no spaces.',
    next: 'Set it to one of the keys in API_KEYS of the gateway, or unset it',
  }),
  refused: ({ status, detail, requestId }) => ({
    what: `The platform answered with an error (${status}).`,
    why: detail || 'It did not say why.',
    next: `See what it logged: msctl logs --request-id ${requestId}`,
  }),
  'config-unreadable': ({ file, reason }) => ({
    what: `${file} cannot be read as a JSON object.`,
    why: reason,
    next: 'Correct it, such as {"url": "http://localhost:8000"}, or remove it',
  }),
  'unknown-setting': ({ file, given, suggestion }) => ({
    what: `There is no setting called "${given}".${suggestion ? ` Did you mean ${suggestion}?` : ''}`,
    why: `${file} has it; the settings are url, driver, port and lang.`,
    next: 'Correct the file, then see what is in effect: msctl config',
  }),
  'setting-invalid': ({ name, place, given }) => ({
    what: `The setting ${name} cannot be "${given}".`,
    why: `It is set by ${place}; it has to be ${wantedInEnglish[name]}.`,
    next: 'Correct it, then see what is in effect: msctl config',
  }),
  'no-log-line': ({ requestId, part }) => ({
    what: `No log line has the request id ${requestId}.`,
    why: `It is not in the logs of ${part ?? 'any part'} that are kept here, or the level leaves it out.`,
    next: 'The id is in the header X-Request-Id of the answer; see what there is: msctl logs --tail 20',
  }),
  'no-schema': ({ given, suggestion }) => ({
    what: `There is no command "${given}" with a result.${suggestion ? ` Did you mean ${suggestion}?` : ''}`,
    why: 'A schema describes what a command prints with --json.',
    next: `See all of them: msctl schema`,
  }),
  'no-terminal': () => ({
    what: 'The dashboard needs a terminal.',
    why: 'Input or output is not a terminal, or CI or TERM=dumb says that there is none.',
    next: 'Look once: msctl status, msctl health; for scripts: msctl dashboard --json',
  }),
  'target-not-ready': ({ url, seconds }) => ({
    what: `Nothing answered at ${url} within ${seconds} s, so nothing was graded.`,
    why: 'A grading begins once the gateway answers, whatever it answers.',
    next: 'Start the target and name its gateway: msctl verify --url URL',
  }),
  'no-scenario': ({ given, suggestion }) => ({
    what: `There is no scenario called "${given}".${suggestion ? ` Did you mean ${suggestion}?` : ''}`,
    why: 'It is neither one of the documented ones nor the path of a file.',
    next: 'See all of them: msctl scenario list; or write your own: msctl scenario new',
  }),
  'scenario-unreadable': ({ file, line, reason }) => ({
    what: `${file}${line === undefined ? '' : `:${line}`} cannot be run as a scenario.`,
    why: reason,
    next: 'See how one is made: msctl scenario new example.ts',
  }),
  'scenario-elsewhere': ({ asked, here }) => ({
    what: `Scenarios run on the platform that runs here (${here}), and not at ${asked}.`,
    why: 'They stop parts and look into the databases and Redis, which only the driver of a platform can do.',
    next: 'Leave out --url; where the other address comes from: msctl config',
  }),
  'unknown-parameter': ({ scenario, given, known, suggestion }) => ({
    what: `The scenario ${scenario} has no parameter "${given}".${suggestion ? ` Did you mean ${suggestion}?` : ''}`,
    why: known.length === 0 ? 'It has none.' : `It has ${known.join(', ')}.`,
    next: 'See what each is for: msctl scenario list --json',
  }),
  'journal-unreadable': ({ file, reason }) => ({
    what: `${file} cannot be replayed.`,
    why: reason,
    next: 'Name a journal that msctl scenario has written, with or without --json',
  }),
  'file-exists': ({ file }) => ({
    what: `${file} is there already.`,
    why: 'What somebody wrote is not overwritten.',
    next: 'Choose another name: msctl scenario new my-second-one.ts',
  }),
  'not-confirmed': () => ({
    what: 'Nothing was deleted, and nothing else was done.',
    why: 'The answer was not yes.',
    next: 'To delete without being asked, add --yes',
  }),
  'output-unwritable': ({ reason }) => ({
    what: 'The output cannot be written.',
    why: reason,
    next: 'Send it elsewhere, or make room where it goes',
  }),
  interrupted: () => ({
    what: 'Interrupted.',
    why: 'What was being started has been ended again; what ran before still runs.',
    next: 'See what runs: msctl status',
  }),
}

/** Кого или чего нет. */
const absent = { users: 'Пользователя', orders: 'Заказа', payments: 'Платежа' } as const

/** Какой должна быть настройка. */
const wantedInRussian = {
  url: 'адрес вида http://localhost:8000, без пароля, запроса и фрагмента',
  driver: 'auto, local или compose',
  port: 'порт от 0 (любой) до 65535',
  lang: 'en или ru',
} as const

/** Каждое поле на своей строке, если их несколько. */
const fieldByFieldInRussian = (fields: readonly { readonly path: string; readonly message: string }[]) => {
  const lines = fields.map(({ path, message }) => (path === '' ? '' : `${path}: `) + inRussian(message))
  return lines.length === 1 ? (lines[0] ?? '') : `Она ответила, поле за полем:${quote(lines)}`
}

const ru: Explanations<Failures> = {
  usage: ({ detail, command }) => ({
    what: `Неверный вызов: ${detail}`,
    why: 'Командная строка непонятна, поэтому ничего не сделано.',
    next: `Справка: ${command ?? 'msctl'} --help`,
  }),
  'idle-option': ({ option, command, reason }) => ({
    what: `${option} здесь не подходит, поэтому ничего не сделано.`,
    why: `Параметр ничего бы не изменил: ${reason}.`,
    next: `Уберите ${option}; справка: ${command} --help`,
  }),
  'unknown-part': ({ given, suggestion }) => ({
    what: `Части с именем «${given}» нет.${suggestion ? ` Может быть, ${suggestion}?` : ''}`,
    why: 'Части платформы: users, orders, payments, gateway, cache и db.',
    next: suggestion ? `Повторите с именем ${suggestion}` : 'Все части покажет msctl status',
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
  'unknown-database': ({ given, suggestion }) => ({
    what: `У сервиса «${given}» нет базы данных.${suggestion ? ` Может быть, ${suggestion}?` : ''}`,
    why: 'Базы данных есть у сервисов users, orders и payments.',
    next: `Повторите: msctl db ${suggestion ?? 'users'}`,
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
  'data-unreadable': ({ file, reason }) => ({
    what: `${file} нельзя прочесть, поэтому ничего не отправлено.`,
    why: reason,
    next: 'Назовите файл с JSON: --data @файл; или подайте его на вход: --data -',
  }),
  'broken-json': ({ reason }) => ({
    what: 'В --data не объект JSON, поэтому ничего не отправлено.',
    why: reason ?? 'Это JSON, но список или отдельное значение.',
    next: `Возьмите всё в одинарные кавычки: --data '{"name": "Ann"}', или подайте на вход: --data -`,
  }),
  'unknown-fields': ({ fields, known, suggestion }) => ({
    what: `Сервис не знает поля ${fields.join(', ')}.${suggestion ? ` Может быть, ${suggestion}?` : ''}`,
    why: 'Незнакомое он пропускает, а остальное из --data действует.',
    next: `Поля: ${known.join(', ')}`,
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
    next: `Показать все: msctl ${resource} list`,
  }),
  conflict: ({ detail }) => ({
    what: 'Это противоречит тому, что уже есть (409).',
    why: detail,
    next: 'Возьмите другое значение или найдите, у кого оно: msctl users list',
  }),
  'invalid-fields': ({ detail, errors, resource, verb }) => ({
    what: 'Таких значений платформа не принимает (422).',
    why: errors.length === 0 ? detail : fieldByFieldInRussian(errors),
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
  'service-unavailable': ({ service, detail }) => ({
    what: `Сервис ${service} работает, но сейчас не может этого сделать (503).`,
    why: detail,
    next: `Какая часть остановлена: msctl status; запустить базу данных: msctl start db; что пишет сервис: msctl logs ${service}`,
  }),
  'service-failed': ({ service, status, detail }) => ({
    what: `Шлюз не получил ответа от ${service} (${status}).`,
    why: detail || 'Причину он не назвал.',
    next: `Работает ли он: msctl status; запустить: msctl start ${service}; что он пишет: msctl logs ${service}`,
  }),
  unauthorized: ({ url, isGiven }) => ({
    what: isGiven ? `${url} не знает такого ключа API (401).` : `${url} требует ключ API (401).`,
    why: isGiven ? 'Ключа из MSCTL_API_KEY среди его ключей нет.' : 'Переменная MSCTL_API_KEY не задана.',
    next: 'Задайте один из ключей, указанных в API_KEYS шлюза: export MSCTL_API_KEY=…',
  }),
  'too-many-requests': ({ url, seconds }) => ({
    what: `${url} пока не принимает запросы (429).`,
    why: 'За эту минуту вы отправили столько запросов, сколько разрешает шлюз (RATE_LIMIT).',
    next: seconds === undefined ? 'Повторите через минуту' : `Повторите через ${seconds} с`,
  }),
  overloaded: ({ url, seconds }) => ({
    what: `${url} перегружен (503).`,
    why: 'У шлюза столько запросов в работе, сколько ему разрешено (MAX_IN_FLIGHT), или его машина занята.',
    next: `Повторите через ${seconds ?? 1} с`,
  }),
  'api-key-unusable': () => ({
    what: 'MSCTL_API_KEY не может быть ключом API, поэтому ничего не отправлено.',
    why: 'В ключе только видимые символы ASCII, без пробелов.',
    next: 'Задайте один из ключей, указанных в API_KEYS шлюза, или удалите переменную',
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
    why: `Так сказано здесь: ${place}; нужно: ${wantedInRussian[name]}.`,
    next: 'Исправьте и посмотрите, что действует: msctl config',
  }),
  'no-log-line': ({ requestId, part }) => ({
    what: `В журналах нет строки с идентификатором запроса ${requestId}.`,
    why: `Её нет в сохранившихся журналах ${part === undefined ? 'ни одной части' : `части ${part}`}, или её скрывает уровень.`,
    next: 'Идентификатор стоит в заголовке X-Request-Id ответа; что есть в журналах: msctl logs --tail 20',
  }),
  'no-schema': ({ given, suggestion }) => ({
    what: `Команды «${given}», которая выводит данные, нет.${suggestion ? ` Может быть, ${suggestion}?` : ''}`,
    why: 'Схемы описывают то, что команды выводят с параметром --json.',
    next: 'Все схемы: msctl schema',
  }),
  'no-terminal': () => ({
    what: 'Панели нужен терминал.',
    why: 'Ввод или вывод идёт не через терминал, или так говорят CI и TERM=dumb.',
    next: 'Взглянуть один раз: msctl status, msctl health; для скриптов: msctl dashboard --json',
  }),
  'target-not-ready': ({ url, seconds }) => ({
    what: `По адресу ${url} за ${seconds} с никто не ответил, поэтому ничего не проверено.`,
    why: 'Проверка начинается, как только шлюз отвечает, что бы он ни ответил.',
    next: 'Запустите систему и укажите адрес её шлюза: msctl verify --url URL',
  }),
  'no-scenario': ({ given, suggestion }) => ({
    what: `Сценария «${given}» нет.${suggestion ? ` Может быть, ${suggestion}?` : ''}`,
    why: 'Это не имя готового сценария и не путь к файлу.',
    next: 'Посмотрите все: msctl scenario list; или напишите свой: msctl scenario new',
  }),
  'scenario-unreadable': ({ file, line, reason }) => ({
    what: `${file}${line === undefined ? '' : `:${line}`} нельзя выполнить как сценарий.`,
    why: reason,
    next: 'Посмотрите, как он устроен: msctl scenario new example.ts',
  }),
  'scenario-elsewhere': ({ asked, here }) => ({
    what: `Сценарии идут на платформе, которая работает здесь (${here}), а не по адресу ${asked}.`,
    why: 'Они останавливают части и заглядывают в базы данных и Redis, а это может только драйвер платформы.',
    next: 'Уберите --url; откуда взят другой адрес: msctl config',
  }),
  'unknown-parameter': ({ scenario, given, known, suggestion }) => ({
    what: `У сценария ${scenario} нет параметра «${given}».${suggestion ? ` Может быть, ${suggestion}?` : ''}`,
    why: known.length === 0 ? 'У него их нет вовсе.' : `Есть: ${known.join(', ')}.`,
    next: 'Посмотрите, какой для чего: msctl scenario list --json',
  }),
  'journal-unreadable': ({ file, reason }) => ({
    what: `${file} нельзя проиграть.`,
    why: reason,
    next: 'Назовите журнал, который записала команда msctl scenario',
  }),
  'file-exists': ({ file }) => ({
    what: `${file} уже есть.`,
    why: 'Написанное кем-то не перезаписывается.',
    next: 'Выберите другое имя: msctl scenario new my-second-one.ts',
  }),
  'not-confirmed': () => ({
    what: 'Ничего не удалено, и больше ничего не сделано.',
    why: 'Ответ — не «да».',
    next: 'Чтобы удалить без вопроса, добавьте --yes',
  }),
  'output-unwritable': ({ reason }) => ({
    what: 'Вывод нельзя записать.',
    why: reason,
    next: 'Направьте его в другое место или освободите место там, куда он идёт',
  }),
  interrupted: () => ({
    what: 'Прервано.',
    why: 'Всё, что запускалось, снова остановлено; что работало раньше, работает и теперь.',
    next: 'Что запущено: msctl status',
  }),
}

/** What can go wrong with a command by itself. */
export const messages: Texts<Explanations<Failures>> = { en, ru }
