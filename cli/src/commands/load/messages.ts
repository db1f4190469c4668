const en = {
  menu: {
    load: {
      examples: ['50 a second for 10 seconds', 'faster and shorter', 'something else than one user'],
    },
  },
  options: {
    rps: 'requests a second, however slow the answers are (default: 50)',
    duration: 'for how long, at most 10m (default: 10s)',
    path: 'what to GET (default: /users/1)',
    allowRemote: 'allow a target that is not on this machine',
  },
  aRate: 'a whole number from 1 to 10000',
  aDuration: 'a time such as 500ms, 10s or 2m, at most 10m',
  aPath: 'a path such as /users/1',
  target: (path: string, rps: number, duration: string) => `GET ${path}, ${rps} a second for ${duration}`,
  sent: 'sent',
  rate: (rps: string) => `${rps} a second`,
  failed: 'failed',
  latency: 'latency',
  answers: 'answers',
  interrupted: 'Interrupted; this is how far it came.',
  notFound:
    'All answers were 404, which count as answers. Create something to load: msctl users create --email ann@example.com --name Ann',
}

const ru: typeof en = {
  menu: {
    load: {
      examples: [
        '50 в секунду в течение 10 секунд',
        'чаще и короче',
        'не один пользователь, а что-то другое',
      ],
    },
  },
  options: {
    rps: 'запросов в секунду, как бы долго на них ни отвечали (по умолчанию 50)',
    duration: 'как долго, не больше 10m (по умолчанию 10s)',
    path: 'что запрашивать методом GET (по умолчанию /users/1)',
    allowRemote: 'разрешить цель не на этой машине',
  },
  aRate: 'целое число от 1 до 10000',
  aDuration: 'время вида 500ms, 10s или 2m, не больше 10m',
  aPath: 'путь вида /users/1',
  target: (path, rps, duration) => `GET ${path}, ${rps} в секунду в течение ${duration}`,
  sent: 'отправлено',
  rate: (rps) => `${rps} в секунду`,
  failed: 'ошибок',
  latency: 'задержка',
  answers: 'ответы',
  interrupted: 'Прервано; вот что успели измерить.',
  notFound:
    'Все ответы — 404, а это тоже ответ. Создайте то, что нагружать: msctl users create --email ann@example.com --name Ann',
}

/** What `msctl load` says. */
export const messages = { en, ru }
