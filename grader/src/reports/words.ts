import type { CheckStatus, Evidence } from '../run/report.ts'
import type { Verdict } from './verdict.ts'

type Kind = Evidence['type']

/** What reports say in either language, apart from what the checks themselves say. */
export interface Words {
  readonly title: string
  readonly verdict: Readonly<Record<Verdict, string>>
  readonly verdictWhy: Readonly<Record<Verdict, (passMark: string) => string>>
  /** Above the mark, and yet not passed. */
  readonly strict: string
  readonly status: Readonly<Record<CheckStatus, string>>
  readonly cause: Readonly<
    Record<
      'fail' | 'not-assessed' | 'error',
      Partial<Record<'expected' | 'actual' | 'rationale' | 'hint', string>>
    >
  >
  /** `86 of 90 points` */
  readonly points: (score: number, max: number) => string
  /** What a score is out of. */
  readonly ofAssessable: (percent: string) => string
  readonly ofMax: (assessable: number, max: number) => string
  readonly notCounted: string
  readonly incomplete: string
  readonly unstable: string
  readonly more: (left: number) => string
  readonly moreChecks: (left: number) => string
  readonly facts: Readonly<
    Record<'target' | 'reach' | 'started' | 'took' | 'seed' | 'attempts' | 'version' | 'passMark', string>
  >
  readonly target: Readonly<Record<'running' | 'throw-away' | 'url' | 'compose', string>>
  readonly seconds: (value: string) => string
  readonly milliseconds: (value: string) => string
  readonly sections: Readonly<
    Record<
      | 'criteria'
      | 'failed'
      | 'failedWith'
      | 'errors'
      | 'notAssessed'
      | 'timeline'
      | 'checks'
      | 'advice'
      | 'contents',
      string
    >
  >
  readonly columns: Readonly<Record<'criterion' | 'points' | 'check' | 'status' | 'time' | 'what', string>>
  readonly adviceNote: string
  readonly nothingToAdvise: string
  readonly failedNote: string
  readonly dependsOn: string
  readonly repro: string
  readonly copy: string
  readonly copied: string
  readonly evidence: string
  readonly kinds: Readonly<Record<Kind, string>>
  readonly request: string
  readonly answer: string
  readonly noAnswer: string
  readonly done: string
  readonly notDone: string
  readonly timeline: {
    readonly note: string
    readonly asTable: string
    readonly experiments: string
    readonly control: string
    readonly requests: string
    readonly legend: Readonly<
      Record<'ok' | 'refused' | 'failed' | 'closed' | 'open' | 'halfOpen' | 'stop', string>
    >
    readonly described: (seconds: string, requests: number, changes: number, controls: number) => string
  }
  readonly madeBy: string
}

const en: Words = {
  title: 'Grading report',
  verdict: { passed: 'Passed', below: 'Not passed', undecided: 'No verdict' },
  verdictWhy: {
    passed: (mark) => `At or above the pass mark of ${mark} %.`,
    below: (mark) => `Below the pass mark of ${mark} %.`,
    undecided: () =>
      'Something went wrong with the grading itself; the submission is not to blame. Run it again.',
  },
  strict: 'At or above the pass mark, but advice counts here (--strict).',
  status: { pass: 'passed', fail: 'failed', 'not-assessed': 'not assessed', error: 'grading error' },
  cause: {
    fail: { expected: 'Expected', actual: 'Seen', rationale: 'Why it matters', hint: 'Hint' },
    'not-assessed': { actual: 'Why not', hint: 'What to do' },
    error: { actual: 'What went wrong', hint: 'What to do' },
  },
  points: (score, max) => `${score} of ${max} points`,
  ofAssessable: (percent) => `${percent} % of what could be judged`,
  ofMax: (assessable, max) =>
    assessable === max
      ? `All ${max} points could be judged.`
      : `${assessable} of ${max} points could be judged.`,
  notCounted: 'What could not be judged does not lower the grade.',
  incomplete: 'The grading was ended early: what is missing here was not reached.',
  unstable: 'The result was different when it was repeated.',
  more: (left) => `… (${left} more characters)`,
  moreChecks: (left) => `and ${left} more`,
  facts: {
    target: 'Target',
    reach: 'Reached by',
    started: 'Started',
    took: 'Took',
    seed: 'Seed',
    attempts: 'Attempts',
    version: 'Graded by',
    passMark: 'Pass mark',
  },
  target: {
    running: 'the platform that runs here',
    'throw-away': 'a throw-away platform',
    url: 'an address',
    compose: 'a Compose project',
  },
  seconds: (value) => `${value} s`,
  milliseconds: (value) => `${value} ms`,
  sections: {
    criteria: 'Criteria',
    failed: 'What failed',
    failedWith: 'Failed along with another check',
    errors: 'What could not be judged',
    notAssessed: 'What was not assessed',
    timeline: 'Timeline',
    checks: 'All checks',
    advice: 'Advice',
    contents: 'Contents',
  },
  columns: {
    criterion: 'Criterion',
    points: 'Points',
    check: 'Check',
    status: 'Result',
    time: 'Time',
    what: 'What happened',
  },
  adviceNote: 'What a good engineer would add. It costs no points.',
  nothingToAdvise: 'Nothing to advise.',
  failedNote: 'Each with what was expected, what was seen, and how to see it for yourself.',
  dependsOn: 'Depends on',
  repro: 'See it for yourself',
  copy: 'Copy',
  copied: 'Copied',
  evidence: 'Evidence',
  kinds: {
    exchange: 'Request',
    redis: 'Redis',
    sql: 'Database',
    control: 'Control',
    file: 'File',
    measurement: 'Measured',
  },
  request: 'Request',
  answer: 'Answer',
  noAnswer: 'no answer',
  done: 'done',
  notDone: 'not done',
  timeline: {
    note: 'Every request of the run, the circuits as GET /health showed them, and what was stopped and started.',
    asTable: 'The same as a table',
    experiments: 'experiments',
    control: 'control',
    requests: 'requests',
    legend: {
      ok: 'answered',
      refused: '4xx',
      failed: '5xx or no answer',
      closed: 'CLOSED',
      open: 'OPEN',
      halfOpen: 'HALF_OPEN',
      stop: 'stop, start, restart',
    },
    described: (seconds, requests, changes, controls) =>
      `${seconds} s: ${requests} requests, ${changes} circuit states, ${controls} control actions.`,
  },
  madeBy: 'Made by msctl verify',
}

const ru: Words = {
  title: 'Отчёт о проверке',
  verdict: { passed: 'Зачтено', below: 'Не зачтено', undecided: 'Без решения' },
  verdictWhy: {
    passed: (mark) => `Не ниже проходного порога ${mark} %.`,
    below: (mark) => `Ниже проходного порога ${mark} %.`,
    undecided: () => 'Сбой в самой проверке; работа в нём не виновата. Запустите проверку ещё раз.',
  },
  strict: 'Не ниже проходного порога, но здесь учитываются и советы (--strict).',
  status: { pass: 'пройдено', fail: 'не пройдено', 'not-assessed': 'не оценено', error: 'сбой проверки' },
  cause: {
    fail: { expected: 'Ожидалось', actual: 'Получено', rationale: 'Почему это важно', hint: 'Подсказка' },
    'not-assessed': { actual: 'Почему нет', hint: 'Что делать' },
    error: { actual: 'Что случилось', hint: 'Что делать' },
  },
  points: (score, max) => `Баллы: ${score} из ${max}`,
  ofAssessable: (percent) => `${percent} % от того, что удалось оценить`,
  ofMax: (assessable, max) =>
    assessable === max ? `Оценены все ${max} баллов.` : `Удалось оценить ${assessable} из ${max} баллов.`,
  notCounted: 'То, что оценить не удалось, оценку не снижает.',
  incomplete: 'Проверка прервана раньше времени: до того, чего здесь нет, дело не дошло.',
  unstable: 'При повторении результат был другим.',
  more: (left) => `… (ещё символов: ${left})`,
  moreChecks: (left) => `и ещё ${left}`,
  facts: {
    target: 'Что проверялось',
    reach: 'Доступно',
    started: 'Начало',
    took: 'Длительность',
    seed: 'Зерно',
    attempts: 'Прогонов',
    version: 'Чем проверено',
    passMark: 'Проходной порог',
  },
  target: {
    running: 'запущенная здесь платформа',
    'throw-away': 'временная платформа',
    url: 'адрес',
    compose: 'проект Compose',
  },
  seconds: (value) => `${value} с`,
  milliseconds: (value) => `${value} мс`,
  sections: {
    criteria: 'Критерии',
    failed: 'Что не пройдено',
    failedWith: 'Не пройдено вслед за другой проверкой',
    errors: 'О чём судить не удалось',
    notAssessed: 'Что не оценивалось',
    timeline: 'Ход проверки',
    checks: 'Все проверки',
    advice: 'Советы',
    contents: 'Содержание',
  },
  columns: {
    criterion: 'Критерий',
    points: 'Баллы',
    check: 'Проверка',
    status: 'Итог',
    time: 'Время',
    what: 'Что произошло',
  },
  adviceNote: 'Что добавил бы хороший инженер. На баллы не влияет.',
  nothingToAdvise: 'Советов нет.',
  failedNote: 'К каждой — что ожидалось, что получено и как увидеть это самому.',
  dependsOn: 'Зависит от',
  repro: 'Увидеть самому',
  copy: 'Копировать',
  copied: 'Скопировано',
  evidence: 'Доказательства',
  kinds: {
    exchange: 'Запрос',
    redis: 'Redis',
    sql: 'База данных',
    control: 'Управление',
    file: 'Файл',
    measurement: 'Измерено',
  },
  request: 'Запрос',
  answer: 'Ответ',
  noAnswer: 'нет ответа',
  done: 'сделано',
  notDone: 'не сделано',
  timeline: {
    note: 'Все запросы проверки, состояния предохранителей по GET /health и то, что останавливали и запускали.',
    asTable: 'То же таблицей',
    experiments: 'опыты',
    control: 'управление',
    requests: 'запросы',
    legend: {
      ok: 'есть ответ',
      refused: '4xx',
      failed: '5xx или нет ответа',
      closed: 'CLOSED',
      open: 'OPEN',
      halfOpen: 'HALF_OPEN',
      stop: 'остановка, запуск, перезапуск',
    },
    described: (seconds, requests, changes, controls) =>
      `${seconds} с; запросов: ${requests}, состояний предохранителей: ${changes}, действий управления: ${controls}.`,
  },
  madeBy: 'Создано командой msctl verify',
}

const WORDS = { en, ru }

/** What a report says, in its own language. */
export function wordsOf({ run }: { readonly run: { readonly language: 'en' | 'ru' } }): Words {
  return WORDS[run.language]
}

/** A number as the language writes it, with at most so many decimals. */
export function writeNumber(value: number, language: 'en' | 'ru', decimals = 1): string {
  return new Intl.NumberFormat(language, { maximumFractionDigits: decimals }).format(value)
}
