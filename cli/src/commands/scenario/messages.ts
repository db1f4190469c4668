/** In the narration of a scenario, whose own words have them so. */
const UNITS: Readonly<Record<string, string>> = { ms: 'мс', s: 'с', min: 'мин', h: 'ч' }

const en = {
  menu: {
    scenario: {
      examples: [
        'stop users and watch the circuit',
        'step by step, for a lecture',
        'with a journal, to see it again',
      ],
    },
    'scenario list': {
      about: 'show the documented scenarios',
      examples: ['all scenarios', 'what each expects, for scripts'],
    },
    'scenario run': {
      about: 'run a scenario of your own, from a file',
      examples: ['one of your own', 'with another number of orders'],
    },
    'scenario new': {
      about: 'write a commented scenario to begin with',
      examples: ['in TypeScript', 'in JavaScript'],
    },
    'scenario replay': {
      about: 'show a run once more, from its journal',
      examples: ['as fast as it happened', 'all at once'],
    },
  },
  arguments: {
    name: 'a name of msctl scenario list, or the path of a file',
    file: 'the file',
    newFile: 'the file to write (default: my-scenario.ts)',
  },
  options: {
    step: 'wait for Enter before each step',
    fast: 'with the fast parameters; replay: without pauses',
    set: 'another value for a parameter of the scenario, such as resetSeconds=5; can be repeated',
    journal: 'where to write the journal (default: a file of its own below the state folder)',
  },
  nameMissing: 'no scenario is named, so the list is shown',
  aParameter: 'name=number, such as resetSeconds=5',
  aSheetFile: 'a file that ends in .ts, .mts, .js or .mjs, or a name to which .ts is added',
  choose: (line: string) => `Run one: ${line}`,
  phases: { 'steady-state': 'Before we begin', 'clean-up': 'Putting everything back' },
  parameters: 'With',
  labels: { expected: 'expected', actual: 'seen', why: 'it matters' },
  effect: (took: string) => `(confirmed after ${took})`,
  noAnswer: '---',
  failures: (count: number) => `failures: ${count}`,
  trialIn: (seconds: string) => `trial in ${seconds} s`,
  waiting: (what: string, inTime: string) => `${what}: in about ${inTime}`,
  waited: (what: string, took: string) => `${what}: after ${took}`,
  waitedInVain: (what: string, took: string) => `${what}: not within ${took}`,
  conclusion: 'What we saw',
  outcomes: {
    held: '✓ Everything was as expected:',
    'not-held': '✗ Not everything was as expected:',
    inconclusive: '? Not everything could be shown this time, and nothing was refuted:',
    'not-ready': '✗ Not run, because the platform is not in the state that this scenario needs:',
    failed: '✗ The scenario could not be completed:',
    interrupted: '! Interrupted, and everything put back:',
  },
  held: (held: number, of: number) => `${held} of ${of} expectations held`,
  notHeld: (ids: string) => `not held: ${ids}`,
  open: (ids: string) => `not shown: ${ids}`,
  /** Amounts with their units, as this language has them. */
  units: (text: string) => `${text}`,
  replay: 'See it again:',
  written: (file: string) => `${file} is written.`,
  tryNew: (line: string) => `Run it: ${line}`,
}

const ru: typeof en = {
  menu: {
    scenario: {
      examples: [
        'остановить users и следить за предохранителем',
        'шаг за шагом, для лекции',
        'с журналом, чтобы показать ещё раз',
      ],
    },
    'scenario list': {
      about: 'показать готовые сценарии',
      examples: ['все сценарии', 'чего ожидает каждый, для скриптов'],
    },
    'scenario run': {
      about: 'выполнить собственный сценарий из файла',
      examples: ['свой собственный', 'с другим числом заказов'],
    },
    'scenario new': {
      about: 'записать сценарий с пояснениями, с которого можно начать',
      examples: ['на TypeScript', 'на JavaScript'],
    },
    'scenario replay': {
      about: 'показать прошедший запуск ещё раз по его журналу',
      examples: ['с той же скоростью', 'сразу всё'],
    },
  },
  arguments: {
    name: 'имя из msctl scenario list или путь к файлу',
    file: 'файл',
    newFile: 'какой файл записать (по умолчанию my-scenario.ts)',
  },
  options: {
    step: 'ждать Enter перед каждым шагом',
    fast: 'с быстрыми параметрами; replay: без пауз',
    set: 'другое значение параметра сценария, например resetSeconds=5; можно повторять',
    journal: 'куда писать журнал (по умолчанию отдельный файл в папке состояния)',
  },
  nameMissing: 'сценарий не назван, поэтому показан список',
  aParameter: 'имя=число, например resetSeconds=5',
  aSheetFile: 'файл с окончанием .ts, .mts, .js или .mjs или имя, к которому добавится .ts',
  choose: (line) => `Запустить: ${line}`,
  phases: { 'steady-state': 'Перед началом', 'clean-up': 'Возвращаем всё на место' },
  parameters: 'Параметры',
  labels: { expected: 'ожидали', actual: 'увидели', why: 'это важно' },
  effect: (took) => `(подтвердилось через ${took})`,
  noAnswer: '---',
  failures: (count) => `ошибок: ${count}`,
  trialIn: (seconds) => `проба через ${seconds} с`,
  waiting: (what, inTime) => `${what}: примерно через ${inTime}`,
  waited: (what, took) => `${what}: через ${took}`,
  waitedInVain: (what, took) => `${what}: не за ${took}`,
  conclusion: 'Что мы увидели',
  outcomes: {
    held: '✓ Всё так, как мы ожидали:',
    'not-held': '✗ Не всё так, как мы ожидали:',
    inconclusive: '? В этот раз удалось показать не всё, и ничто не опровергнуто:',
    'not-ready': '✗ Сценарий не выполнялся: платформа не в том состоянии, которое ему нужно:',
    failed: '✗ Сценарий не удалось довести до конца:',
    interrupted: '! Прервано, всё возвращено на место:',
  },
  held: (held, of) => `подтвердилось ожиданий: ${held} из ${of}`,
  notHeld: (ids) => `не подтвердились: ${ids}`,
  open: (ids) => `не проверено: ${ids}`,
  units: (text) => `${text}`.replace(/\b(?:ms|s|min|h)\b/g, (unit) => UNITS[unit] ?? unit),
  replay: 'Посмотреть ещё раз:',
  written: (file) => `Файл ${file} записан.`,
  tryNew: (line) => `Запустить: ${line}`,
}

/** What `msctl scenario` says. */
export const messages = { en, ru }
