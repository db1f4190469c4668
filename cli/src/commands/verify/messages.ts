const en = {
  menu: {
    verify: {
      examples: [
        'grade the platform that runs here, or one that is started for it',
        'grade any other one, in whatever language',
        'two criteria, with a report to look at',
      ],
    },
  },
  options: {
    control: 'a program that is called with "stop users", "start users" … or "restart"',
    redis: "the target's Redis",
    db: "a service's database, once for each service",
    source: 'the folder of the sources, to assess the structure',
    compose: 'build and start this Compose file, grade it, and take it down',
    map: 'which service of the Compose file is users, orders, payments, gateway, cache, db_users …',
    name: 'what the report calls what is graded',
    manual: 'points that you gave: code-quality=8, structure=5',
    lint: 'command that judges the code: exit 0 gives all points for its quality',
    only: 'only these criteria or checks, separated by commas',
    skip: 'all but these criteria or checks',
    report: 'write a report; can be repeated: json, junit, markdown, github, html, gradescope …',
    rubric: 'other points and another pass mark than those of the assignment',
    strict: 'what is only advised has to be done, too',
    seed: 'repeat what was left to chance',
    repeat: 'run everything this many times, and mark the checks whose result varies',
    reset: 'how long the circuits of the target stay open (default: 30)',
    selfTest: 'grade the bundled broken implementations, to see that each is caught',
    jobs: 'how many at a time (default: 9)',
  },
  idle: {
    selfTest: '--self-test grades the implementations that msctl brings, and takes --only and --jobs',
    jobs: 'it belongs to --self-test',
    url: '--compose starts what is graded, and finds its gateway',
    compose: 'it belongs to --compose',
  },
  aMapping: (roles: string) => `PART=NAME, with one of the parts ${roles}`,
  aMark: (criteria: string) => `CRITERION=POINTS, with one of the criteria ${criteria}`,
  aRepeat: 'a whole number from 1 to 100',
  aTimeLimit: 'a time such as 90s or 20m, at most 24 hours',
  aReset: 'whole seconds from 1 to 600',
  aRedis: 'an address such as redis://127.0.0.1:6379',
  aDatabase:
    'users=, orders= or payments= and an address such as postgres://user:secret@127.0.0.1:5432/users_db',
  grading: (url: string) => `Grading ${url}`,
  attempt: (attempt: number, of: number) => `Run ${attempt} of ${of}`,
  left: (seconds: number) => (seconds > 0 ? `about ${seconds} s left` : 'almost done'),
  failed: 'What failed',
  fellWith: 'What failed with it',
  errors: 'What could not be checked, which does not count against the submission',
  notAssessed: 'What was not assessed',
  advice: 'Advice, without points',
  labels: { expected: 'expected', actual: 'seen', why: 'why', hint: 'hint', repro: 'to see it' },
  ofMax: (assessable: number, max: number) =>
    assessable === 0 ? `not assessed (${max})` : `${assessable} of ${max} assessed`,
  score: (score: number, assessable: number, max: number, percent: number) =>
    `${score} of ${assessable} assessable points (of ${max}), ${percent} %`,
  facts: (url: string, took: string, seed: number, passMark: number) =>
    `${url}, in ${took}, seed ${seed}, pass mark ${passMark} %`,
  partial: 'Interrupted; this is how far it came.',
  verdict: { passed: 'Passed', below: 'Not passed', undecided: 'No verdict' },
  selfTest: {
    columns: { fault: 'FAULT OR VARIANT', caughtBy: 'CAUGHT BY', unrelated: 'WRONGLY' },
    points: (score: number, of: number) => `${score} of ${of}`,
    missed: (name: string, meant: string, found: string) =>
      `${name} was to be caught by ${meant || 'a check of its criterion'}; caught by ${found || 'none'}.`,
    sum: (right: number, of: number, variants: number, ofVariants: number) =>
      `${right} of ${of} faults caught, ${variants} of ${ofVariants} correct variants with all points.`,
  },
}

const ru: typeof en = {
  menu: {
    verify: {
      examples: [
        'оценить систему, которая запущена здесь, или запустить её для этого',
        'оценить любую другую, на любом языке',
        'два критерия, и отчёт, который можно посмотреть',
      ],
    },
  },
  options: {
    control: 'программа, которую вызывают как «stop users», «start users» … или «restart»',
    redis: 'Redis проверяемой системы',
    db: 'база данных сервиса, отдельно для каждого',
    source: 'папка с исходным кодом, чтобы оценить структуру',
    compose: 'собрать и запустить этот файл Compose, проверить и убрать за собой',
    map: 'какой сервис файла Compose — это users, orders, payments, gateway, cache, db_users …',
    name: 'как назвать проверяемую работу в отчёте',
    manual: 'баллы, которые поставили вы: code-quality=8, structure=5',
    lint: 'команда, которая оценит код: код выхода 0 — все баллы за чистоту кода',
    only: 'только эти критерии или проверки, через запятую',
    skip: 'все, кроме этих критериев или проверок',
    report: 'записать отчёт; можно повторять: json, junit, markdown, github, html, gradescope …',
    rubric: 'другие баллы и порог, чем в задании',
    strict: 'то, что только советуют, тоже обязательно',
    seed: 'повторить то, что зависело от случая',
    repeat: 'выполнить всё столько раз и отметить проверки, результат которых меняется',
    reset: 'сколько секунд предохранители проверяемой системы остаются разомкнутыми (по умолчанию 30)',
    selfTest: 'проверить встроенные реализации с ошибками: каждая ли ошибка находится',
    jobs: 'сколько одновременно (по умолчанию 9)',
  },
  idle: {
    selfTest: '--self-test проверяет реализации, которые есть в самом msctl, и принимает --only и --jobs',
    jobs: 'он нужен только для --self-test',
    url: '--compose запускает то, что проверяется, и сам находит шлюз',
    compose: 'он нужен только для --compose',
  },
  aMapping: (roles: string) => `ЧАСТЬ=ИМЯ, где часть — одно из: ${roles}`,
  aMark: (criteria: string) => `КРИТЕРИЙ=БАЛЛЫ, где критерий — одно из: ${criteria}`,
  aRepeat: 'целое число от 1 до 100',
  aTimeLimit: 'время вида 90s или 20m, не больше суток',
  aReset: 'целое число секунд от 1 до 600',
  aRedis: 'адрес вида redis://127.0.0.1:6379',
  aDatabase: 'users=, orders= или payments= и адрес вида postgres://user:secret@127.0.0.1:5432/users_db',
  grading: (url: string) => `Проверяется ${url}`,
  attempt: (attempt: number, of: number) => `Прогон ${attempt} из ${of}`,
  left: (seconds: number) => (seconds > 0 ? `осталось примерно ${seconds} с` : 'почти готово'),
  failed: 'Что не пройдено',
  fellWith: 'Что не пройдено вместе с этим',
  errors: 'Что не удалось проверить; на оценку работы это не влияет',
  notAssessed: 'Что не оценивалось',
  advice: 'Советы, без баллов',
  labels: { expected: 'ожидалось', actual: 'увидели', why: 'зачем', hint: 'подсказка', repro: 'повторить' },
  ofMax: (assessable: number, max: number) =>
    assessable === 0 ? `не оценивалось (${max})` : `оценено ${assessable} из ${max}`,
  score: (score: number, assessable: number, max: number, percent: number) =>
    `${score} из ${assessable} оценённых баллов (всего ${max}), ${percent} %`,
  facts: (url: string, took: string, seed: number, passMark: number) =>
    `${url}, за ${took}, seed ${seed}, порог ${passMark} %`,
  partial: 'Прервано; вот что успели проверить.',
  verdict: { passed: 'Зачтено', below: 'Не зачтено', undecided: 'Без решения' },
  selfTest: {
    columns: { fault: 'ОШИБКА ИЛИ ВАРИАНТ', caughtBy: 'НАХОДИТ', unrelated: 'НАПРАСНО' },
    points: (score: number, of: number) => `${score} из ${of}`,
    missed: (name: string, meant: string, found: string) =>
      `${name}: должна найти ${meant || 'проверка этого критерия'}; нашли: ${found || 'ничего'}.`,
    sum: (right: number, of: number, variants: number, ofVariants: number) =>
      `Найдено ошибок: ${right} из ${of}; верных вариантов со всеми баллами: ${variants} из ${ofVariants}.`,
  },
}

/** What `msctl verify` says, and what it has in common with `msctl grade`. */
export const messages = { en, ru }
