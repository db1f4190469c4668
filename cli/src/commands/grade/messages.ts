const en = {
  menu: {
    grade: {
      examples: [
        'a report and a line in grades/grades.csv for each folder',
        'two at once, elsewhere',
        'on the second of five machines; msctl report merge joins them',
      ],
    },
  },
  arguments: {
    submissions: 'the folder that holds the submissions, each a folder in it',
  },
  options: {
    out: 'where the reports and the table go (default: grades); what is graded there is not graded again',
    jobs: 'how many at once (default: 1)',
    shard: 'only this part of them, such as 2/5, for several machines',
    again: 'grade again what has been graded',
    clean:
      'grade nothing; remove what gradings that were killed have left: containers, images, volumes, processes',
    timeLimit: 'how long one may take in all, such as 20m (default: 30m)',
    ready: 'how long one may take to answer once it is started (default: 3m)',
    formats: 'formats besides json and html, separated by commas',
  },
  aShard: 'a part such as 2/5',
  someFormats: (formats: string) => `formats of ${formats}, separated by commas`,
  before: '(graded before)',
  notReached: 'The run was ended before.',
  columns: { id: 'submission', points: 'points', status: 'result', reason: 'why' },
  statuses: {
    passed: 'passed',
    below: 'not passed',
    undecided: 'no verdict',
    'not-ready': 'never started',
    missing: 'nothing handed in',
    refused: 'refused',
    error: 'grading error',
    interrupted: 'interrupted',
  },
  noFolder: 'name the folder that holds the submissions',
  nothingLeft: 'Nothing is left of earlier gradings.',
  cleaned: (what: string) => `Removed what was left of: ${what}`,
  summary: (passed: number, of: number) => `${passed} of ${of} passed`,
}

const ru: typeof en = {
  menu: {
    grade: {
      examples: [
        'на каждую папку — отчёт и строка в grades/grades.csv',
        'по две сразу, в другое место',
        'на второй из пяти машин; соединит их msctl report merge',
      ],
    },
  },
  arguments: {
    submissions: 'папка с работами, каждая — папка в ней',
  },
  options: {
    out: 'куда писать отчёты и таблицу (по умолчанию grades); проверенное там не проверяется снова',
    jobs: 'сколько работ одновременно (по умолчанию 1)',
    shard: 'только эта часть работ, например 2/5, для нескольких машин',
    again: 'проверить снова и то, что уже проверено',
    clean:
      'ничего не проверять; убрать то, что осталось от убитых проверок: контейнеры, образы, тома, процессы',
    timeLimit: 'сколько времени даётся на одну работу, например 20m (по умолчанию 30m)',
    ready: 'сколько ждать первого ответа после запуска (по умолчанию 3m)',
    formats: 'форматы кроме json и html, через запятую',
  },
  aShard: 'часть вида 2/5',
  someFormats: (formats: string) => `форматы через запятую: ${formats}`,
  before: '(проверено раньше)',
  notReached: 'Проверку прервали раньше.',
  columns: { id: 'работа', points: 'баллы', status: 'итог', reason: 'почему' },
  statuses: {
    passed: 'зачтено',
    below: 'не зачтено',
    undecided: 'без решения',
    'not-ready': 'не запустилась',
    missing: 'ничего не сдано',
    refused: 'отклонена',
    error: 'сбой проверки',
    interrupted: 'прервано',
  },
  noFolder: 'назовите папку с работами',
  nothingLeft: 'От прежних проверок ничего не осталось.',
  cleaned: (what) => `Убрано оставшееся от: ${what}`,
  summary: (passed, of) => `Зачтено: ${passed} из ${of}`,
}

/** What `msctl grade` says. */
export const messages = { en, ru }
