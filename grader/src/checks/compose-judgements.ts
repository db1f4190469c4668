import type { Text } from '@msctl/scenarios'
import { SERVICES } from '@msctl/sdk/contract'
import type { CheckFinding } from '../run/grader.ts'
import type { Evidence } from '../run/report.ts'
import type { ComposeFacts, ComposeMount, ComposeService } from '../target/compose-facts.ts'
import { decisiveLine, errorLines } from '../target/error-lines.ts'

/** The service that plays a role. */
function serviceOf(
  { services, roles }: ComposeFacts,
  role: keyof ComposeFacts['roles'],
): ComposeService | undefined {
  return services.find(({ name }) => name === roles[role])
}

/** A part of the Compose project as evidence. */
function shown({ file }: ComposeFacts, text: string): Evidence {
  return { type: 'file', path: file, text }
}

function output({ start }: ComposeFacts): Evidence {
  const { command, exitCode, durationMs } = start
  return { type: 'control', at: 0, command, ok: exitCode === 0, output: start.output.join('\n'), durationMs }
}

/** The words of a text in the language of the report. */
export type Words = (text: Text) => string

/** How what was started differs from what was handed in. */
function whatWasChanged({ file, changes }: ComposeFacts, words: Words): Evidence[] {
  if (changes.length === 0) return []
  const title = { en: `${file}: changed for this run`, ru: `${file}: изменено для этого запуска` }
  return [{ type: 'file', path: words(title), text: changes.map(words).join('\n') }]
}

function lastWords({ services }: ComposeFacts): Evidence[] {
  return services
    .filter(({ isRunning, log }) => !isRunning && log.length > 0)
    .map(({ name, state, log }) => ({ type: 'file', path: `${name}: ${state}`, text: log.join('\n') }))
}

/** One command starts everything, and every part goes on. What is no part, such as a migration, may end as it likes. */
export function judgeStart(facts: ComposeFacts, words: Words): CheckFinding {
  const { start, services, roles } = facts
  const parts = new Set(Object.values(roles))
  const ended = services.filter(({ name, isRunning }) => !isRunning && parts.has(name))
  const expected: Text = {
    en: `${start.command} starts everything, and it goes on running`,
    ru: `${start.command} запускает всё, и всё продолжает работать`,
  }
  const evidence = [output(facts), ...lastWords(facts), ...whatWasChanged(facts, words)]
  const repro = [`${start.command} --detach  # in the folder of ${facts.file}`]
  if (start.byHand.length > 0) {
    const what = start.byHand.join(', ')
    return {
      held: false,
      ...{ expected, evidence, repro },
      actual: {
        en: `What has to be made by hand before: ${what} (external).`,
        ru: `Сначала нужно создать вручную: ${what} (external).`,
      },
    }
  }
  if (start.exitCode !== 0) {
    const why = errorLines(start.output, 4).join('\n')
    return {
      held: false,
      ...{ expected, evidence, repro },
      actual: { en: `It failed:\n${why}`, ru: `Команда завершилась с ошибкой:\n${why}` },
    }
  }
  const list = ended.map(saidAtTheEnd).join('\n')
  return {
    held: ended.length === 0,
    ...{ expected, evidence, repro },
    actual:
      ended.length === 0
        ? { en: 'Nothing to object to.', ru: 'Замечаний нет.' }
        : { en: `Does not run:\n${list}`, ru: `Не работает:\n${list}` },
  }
}

/** What became of a service, and the error that its log tells of. */
function saidAtTheEnd({ name, state, log }: ComposeService): string {
  return [`${name}: ${state}`, decisiveLine(log)].filter(Boolean).join(': ')
}

/** All three services answer through the gateway in time. */
export function judgeReady(facts: ComposeFacts): CheckFinding {
  const { missing, durationMs, limitMs } = facts.ready
  const held = facts.start.exitCode === 0 || facts.services.length > 0 ? missing.length === 0 : false
  const seconds = (ms: number) => Math.round(ms / 1000)
  const parts = new Set(Object.values(facts.roles))
  const doAllRun =
    SERVICES.every((service) => facts.roles[service] !== undefined) &&
    facts.services.every(({ name, isRunning }) => isRunning || !parts.has(name))
  if (!held && facts.start.exitCode === 0 && doAllRun && facts.ready.isMachineBusy) {
    return {
      held: true,
      ...{ expected: '', actual: '' },
      undecided: {
        en: `Everything runs, but not everything answered in time, and this machine was too busy to blame the submission. Grade it again when the machine is less busy. (${missing.join('; ')})`,
        ru: `Всё запущено, но вовремя ответило не всё, а машина была слишком загружена, чтобы винить работу. Проверьте ещё раз, когда нагрузка спадёт. (${missing.join('; ')})`,
      },
    }
  }
  return {
    held,
    expected: {
      en: `GET /users, /orders and /payments are answered within ${seconds(limitMs)} s`,
      ru: `На GET /users, /orders и /payments есть ответ не позже чем через ${seconds(limitMs)} с`,
    },
    actual: held
      ? { en: `After ${seconds(durationMs)} s.`, ru: `Через ${seconds(durationMs)} с.` }
      : {
          en: `Not answered: ${missing.join('; ') || 'nothing was started'}`,
          ru: `Нет ответа: ${missing.join('; ') || 'ничего не запустилось'}`,
        },
    evidence: held
      ? [{ type: 'measurement', label: 'ready', value: durationMs, unit: 'ms' }]
      : [
          shown(facts, facts.services.map(({ name, state }) => `${name}: ${state}`).join('\n')),
          ...lastWords(facts),
        ],
  }
}

/** Where the assignment's own requests go. */
const PORT = '8000'

/** The gateway is a service of its own, and is published where the assignment has it. */
export function judgeGateway(facts: ComposeFacts): CheckFinding {
  const gateway = serviceOf(facts, 'gateway')
  const expected: Text = {
    en: 'An API gateway that is a service of its own, with its port published (8000)',
    ru: 'API-шлюз — отдельный сервис, порт которого опубликован (8000)',
  }
  if (gateway === undefined) return absent(facts, expected, ['gateway'])
  const { name } = gateway
  const list = gateway.published.join(', ')
  const held = gateway.published.some((port) => port.split(':').at(-2) === PORT)
  return {
    held,
    expected,
    actual: held
      ? `${name}: ${list}`
      : list === ''
        ? { en: `${name} publishes no port.`, ru: `${name} не публикует ни одного порта.` }
        : {
            en: `${name} publishes ${list}, so the assignment's requests to port ${PORT} find nobody.`,
            ru: `${name} публикует ${list}, поэтому запросы из задания к порту ${PORT} никуда не попадут.`,
          },
    evidence: [shown(facts, `${gateway.name}: ports: ${gateway.published.join(', ') || '-'}`)],
  }
}

/** Users, orders and payments each run by themselves. */
export function judgeServices(facts: ComposeFacts): CheckFinding {
  const expected: Text = {
    en: 'Three services, each by itself: users, orders, payments',
    ru: 'Три отдельных сервиса: users, orders, payments',
  }
  const missing = SERVICES.filter((service) => serviceOf(facts, service) === undefined)
  if (missing.length > 0) return absent(facts, expected, missing)
  const names = SERVICES.map((service) => facts.roles[service] ?? '')
  const held = new Set(names).size === names.length
  return { held, expected, actual: names.join(', '), evidence: [shown(facts, names.join('\n'))] }
}

/** Three databases: three servers, or three databases of one. */
export function judgeDatabases(facts: ComposeFacts): CheckFinding {
  const expected: Text = {
    en: 'A PostgreSQL database for each of the three services',
    ru: 'У каждого из трёх сервисов своя база данных PostgreSQL',
  }
  const missing = SERVICES.filter((service) => serviceOf(facts, `db_${service}`) === undefined)
  if (missing.length > 0)
    return absent(
      facts,
      expected,
      missing.map((service) => `db_${service}`),
    )
  const places = SERVICES.map(
    (service) => `${facts.roles[`db_${service}`]}/${facts.databaseNames[service] ?? '?'}`,
  )
  return {
    held: new Set(places).size === SERVICES.length,
    expected,
    actual: SERVICES.map((service, index) => `${service}: ${places[index]}`).join(', '),
    evidence: [shown(facts, places.join('\n'))],
  }
}

/** Redis is there. Of several, which is whose cannot always be told, and need not be. */
export function judgeCache(facts: ComposeFacts): CheckFinding {
  const found = facts.services.filter(
    ({ name, image }) =>
      name === facts.roles.cache || /(^|\/)(redis|valkey|keydb|dragonfly)/.test(image ?? ''),
  )
  const expected: Text = { en: 'Redis, for caching', ru: 'Redis для кэширования' }
  if (found.length === 0) return absent(facts, expected, ['cache'])
  const names = found.map(({ name, image }) => `${name}: ${image ?? 'build'}`).join(', ')
  return { held: true, expected, actual: names, evidence: [shown(facts, names)] }
}

/** What a database holds lies on a volume that outlives its container. A folder of the host outlives it, too. */
export function judgeVolumes(facts: ComposeFacts): CheckFinding {
  const expected: Text = {
    en: 'Each database keeps its data on a named volume of its own',
    ru: 'Данные каждой базы лежат на собственном именованном томе',
  }
  const missing = SERVICES.filter((service) => serviceOf(facts, `db_${service}`) === undefined)
  if (missing.length > 0)
    return absent(
      facts,
      expected,
      missing.map((service) => `db_${service}`),
    )
  const databases = [...new Set(SERVICES.flatMap((service) => serviceOf(facts, `db_${service}`) ?? []))]
  const kept = databases.map((database) => ({ database, mount: keeperOf(database) }))
  const lost = kept.filter(({ mount }) => mount === undefined)
  const sources = kept.flatMap(({ mount }) => mount?.source ?? [])
  const isShared = new Set(sources).size < sources.length
  const said = kept
    .map(
      ({ database, mount }) =>
        `${database.name}: ${mount === undefined ? '-' : `${mount.source} → ${mount.target}`}`,
    )
    .join('\n')
  return {
    held: lost.length === 0 && !isShared,
    expected,
    actual:
      lost.length > 0
        ? {
            en: `Gone after docker-compose down: the data of ${lost.map(({ database }) => database.name).join(', ')}`,
            ru: `После docker-compose down пропадут данные: ${lost.map(({ database }) => database.name).join(', ')}`,
          }
        : isShared
          ? { en: `Several databases share one volume:\n${said}`, ru: `Один том на несколько баз:\n${said}` }
          : said,
    evidence: [shown(facts, said)],
  }
}

/** The mount on which a database's folder lies, when it outlives the container. */
function keeperOf({ mounts, dataFolder = '' }: ComposeService): ComposeMount | undefined {
  const holds = ({ target }: ComposeMount) => {
    const folder = target.replace(/\/+$/, '')
    return dataFolder === folder || dataFolder.startsWith(`${folder}/`)
  }
  return mounts.find((mount) => mount.type !== 'tmpfs' && mount.source !== undefined && holds(mount))
}

/** Only the gateway needs to be reached from outside. */
export function judgePublishedPorts(facts: ComposeFacts): CheckFinding {
  const others = facts.services.filter(
    ({ name, published }) => name !== facts.roles.gateway && published.length > 0,
  )
  const list = others.map(({ name, published }) => `${name}: ${published.join(', ')}`).join('\n')
  return {
    held: others.length === 0,
    expected: { en: 'Only the gateway publishes a port', ru: 'Порт публикует только шлюз' },
    actual: others.length === 0 ? { en: 'Nothing to object to.', ru: 'Замечаний нет.' } : list,
    evidence: others.length === 0 ? [] : [shown(facts, list)],
  }
}

/** Secrets come from outside. Their values are not repeated here. */
export function judgeSecrets(facts: ComposeFacts): CheckFinding {
  const open = facts.services.filter(({ openSecrets }) => openSecrets.length > 0)
  const list = open.map(({ name, openSecrets }) => `${name}: ${openSecrets.join(', ')}`).join('\n')
  return {
    held: open.length === 0,
    expected: {
      en: 'Passwords come from outside: $PASSWORD, an env file that is not committed, or secrets',
      ru: 'Пароли приходят извне: $PASSWORD, env-файл вне репозитория или secrets',
    },
    actual: open.length === 0 ? { en: 'Nothing to object to.', ru: 'Замечаний нет.' } : list,
    evidence: open.length === 0 ? [] : [shown(facts, list)],
  }
}

function absent(facts: ComposeFacts, expected: Text, roles: readonly string[]): CheckFinding {
  // Of a file that Compose cannot read, nothing is known.
  if (facts.services.length === 0)
    return {
      ...{ held: false, expected, restsOn: ['compose.starts'] },
      actual: { en: 'The Compose file names no services.', ru: 'В файле Compose нет сервисов.' },
    }
  const names = facts.services.map(({ name }) => name).join(', ')
  const what = roles.join(', ')
  const unknown = facts.unrecognised.join(', ')
  const [role = 'users'] = roles
  const isProgram = role === 'gateway' || SERVICES.some((service) => service === role)
  const asked = unknown === '' || !isProgram ? '' : ` --map ${role}=${facts.unrecognised[0]}`
  return {
    held: false,
    expected,
    actual: {
      en: `Not found: ${what}. The services are: ${names}.${asked === '' ? '' : ` What ${unknown} is for is not known; the grader can say so:${asked}`}`,
      ru: `Не найдено: ${what}. Сервисы: ${names}.${asked === '' ? '' : ` Непонятно, что такое ${unknown}; проверяющий может это указать:${asked}`}`,
    },
    evidence: [shown(facts, names)],
  }
}
