import type { Check, CheckFinding, Experiment } from '../run/grader.ts'
import type { ComposeFacts } from '../target/compose-facts.ts'
import {
  judgeCache,
  judgeDatabases,
  judgeGateway,
  judgePublishedPorts,
  judgeReady,
  judgeSecrets,
  judgeServices,
  judgeStart,
  judgeVolumes,
  type Words,
} from './compose-judgements.ts'

const JUDGES: Readonly<Record<string, (facts: ComposeFacts, words: Words) => CheckFinding>> = {
  'compose.starts': judgeStart,
  'compose.ready': judgeReady,
  'compose.gateway': judgeGateway,
  'compose.services': judgeServices,
  'compose.databases': judgeDatabases,
  'compose.redis': judgeCache,
  'compose.volumes': judgeVolumes,
  'advice.compose.published-ports': judgePublishedPorts,
  'advice.compose.open-secrets': judgeSecrets,
}

const criterion = 'compose'
const CHECKS: Readonly<Record<keyof typeof JUDGES, Check>> = {
  'compose.starts': {
    criterion,
    title: { en: 'One command brings everything up', ru: 'Всё запускается одной командой' },
    why: {
      en: 'Whoever gets the project has to be able to run it without knowing it.',
      ru: 'Запустить проект должен суметь и тот, кто его не знает.',
    },
    hint: {
      en: 'Clone it into an empty folder and run docker-compose up --build: what did you have to do besides? Look at the first line of the log that says error.',
      ru: 'Склонируйте проект в пустую папку и выполните docker-compose up --build: что ещё пришлось сделать? Найдите в логе первую строку с ошибкой.',
    },
  },
  'compose.ready': {
    criterion,
    title: { en: 'All services answer within 180 s', ru: 'Все сервисы отвечают не позже чем через 180 с' },
    why: {
      en: 'A service that starts before its database and gives up is down, though Compose says it was started.',
      ru: 'Сервис, который запустился раньше своей базы и сдался, не работает, хотя Compose его и запустил.',
    },
    hint: {
      en: 'Let services wait for the database: depends_on with condition: service_healthy and a healthcheck, or connect again until it works.',
      ru: 'Пусть сервисы ждут базу: depends_on с condition: service_healthy и healthcheck или повторные попытки подключения.',
    },
  },
  'compose.gateway': {
    criterion,
    title: {
      en: 'The gateway is a service, and published',
      ru: 'Шлюз — отдельный сервис с опубликованным портом',
    },
    why: {
      en: 'All requests from outside go through it: http://localhost:8000.',
      ru: 'Через него идут все запросы снаружи: http://localhost:8000.',
    },
    hint: { en: 'api_gateway with ports: ["8000:8000"].', ru: 'api_gateway с ports: ["8000:8000"].' },
  },
  'compose.services': {
    criterion,
    title: {
      en: 'Users, orders and payments are three services',
      ru: 'Users, orders и payments — три сервиса',
    },
    why: {
      en: 'One of them can be stopped while the others go on working: that is why they are separate.',
      ru: 'Один можно остановить, а другие продолжат работать: ради этого они и разделены.',
    },
    hint: {
      en: 'service_users, service_orders and service_payments. If yours have other names, tell your teacher which is which.',
      ru: 'service_users, service_orders и service_payments. Если у вас другие имена, скажите преподавателю, какой из них какой.',
    },
  },
  'compose.databases': {
    criterion,
    title: { en: 'Each service has a database of its own', ru: 'У каждого сервиса своя база данных' },
    why: {
      en: 'Services that share a database depend on each other through it.',
      ru: 'Сервисы с общей базой зависят друг от друга через неё.',
    },
    hint: {
      en: 'db_users with users_db, db_orders with orders_db, db_payments with payments_db.',
      ru: 'db_users с users_db, db_orders с orders_db, db_payments с payments_db.',
    },
  },
  'compose.redis': {
    criterion,
    title: { en: 'Redis runs', ru: 'Redis запускается' },
    why: { en: 'The cache is there.', ru: 'Кэш на месте.' },
    hint: { en: 'cache with image: redis:7.', ru: 'cache с image: redis:7.' },
  },
  'compose.volumes': {
    criterion,
    title: { en: 'Each database has a named volume', ru: 'У каждой базы именованный том' },
    why: {
      en: 'Without it docker-compose down throws the data away.',
      ru: 'Без него docker-compose down выбросит данные.',
    },
    hint: {
      en: 'volumes: ["users_data:/var/lib/postgresql/data"], and users_data under volumes at the end of the file. The path matters: it is where PostgreSQL keeps its data.',
      ru: 'volumes: ["users_data:/var/lib/postgresql/data"], а users_data — в разделе volumes в конце файла. Путь важен: именно там PostgreSQL хранит данные.',
    },
  },
  'advice.compose.published-ports': {
    criterion,
    isAdvice: true,
    title: { en: 'Only what has to be reached is published', ru: 'Опубликовано только необходимое' },
    why: {
      en: 'A published database can be reached by anybody in the same network, past the gateway and all its rules.',
      ru: 'До опубликованной базы доберётся любой в той же сети, минуя шлюз и все его правила.',
    },
    hint: {
      en: 'Drop ports of all but the gateway: services reach each other by name without them. docker-compose exec gives a prompt.',
      ru: 'Уберите ports у всех, кроме шлюза: сервисы находят друг друга по имени и без них. Консоль даёт docker-compose exec.',
    },
  },
  'advice.compose.open-secrets': {
    criterion,
    isAdvice: true,
    title: { en: 'No secrets stand in the Compose file', ru: 'В файле Compose нет секретов' },
    why: {
      en: 'What is once in the history of a repository can be read by all who ever get it.',
      ru: 'То, что попало в историю репозитория, прочтёт каждый, кто его получит.',
    },
    hint: {
      en: 'POSTGRES_PASSWORD: $POSTGRES_PASSWORD, with the value in .env, which is in .gitignore.',
      ru: 'POSTGRES_PASSWORD: $POSTGRES_PASSWORD, а значение — в .env, который указан в .gitignore.',
    },
  },
}

/** What the Compose project says and what came of starting it. Does nothing to the target: all of it was seen when it was started. */
export const compose: Experiment<Record<never, never>> = {
  needs: ['compose'],
  uses: [],
  expectedMs: () => 0,
  sheet: {
    name: 'compose',
    title: { en: 'Docker Compose', ru: 'Docker Compose' },
    question: { en: 'Does one command bring everything up?', ru: 'Запускается ли всё одной командой?' },
    idea: {
      en: 'The Compose file says which parts there are and what they keep; starting it shows whether that is true.',
      ru: 'Файл Compose говорит, из каких частей состоит система и что они хранят; запуск показывает, так ли это.',
    },
    state: () => ({}),
    expectations: CHECKS,
    steadyState: [],
    steps: [
      {
        title: { en: 'Look at what was started', ru: 'Посмотреть, что запустилось' },
        run: async (lab) => {
          const facts = lab.world.compose
          if (facts === undefined) throw new Error('There is no Compose project.')
          for (const [id, judge] of Object.entries(JUDGES)) lab.expect(id, judge(facts, lab.words))
        },
      },
    ],
  },
}
