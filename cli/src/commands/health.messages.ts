const en = {
  menu: {
    health: {
      examples: [
        'the three circuits',
        'watch them open and close',
        'for scripts: fails unless all are closed',
      ],
    },
  },
  options: {
    watch: 'show every change, until Ctrl-C',
    exitCode: 'exit with 1 unless all circuits are closed',
  },
  columns: { circuit: 'CIRCUIT', state: 'STATE', failures: 'FAILURES', trial: 'NEXT TRIAL' },
  ok: 'ok',
  degraded: 'degraded',
  trialIn: (seconds: number) => `in ${seconds} s`,
  away: (what: string) => `${what} Still looking; Ctrl-C ends it.`,
  trialNow: 'with the next request',
}

const ru: typeof en = {
  menu: {
    health: {
      examples: [
        'три предохранителя',
        'смотреть, как они размыкаются и замыкаются',
        'для скриптов: ошибка, если не все замкнуты',
      ],
    },
  },
  options: {
    watch: 'показывать все изменения, пока не нажато Ctrl-C',
    exitCode: 'завершиться с кодом 1, если хоть один предохранитель не замкнут',
  },
  columns: { circuit: 'ПРЕДОХРАНИТЕЛЬ', state: 'СОСТОЯНИЕ', failures: 'ОШИБКИ', trial: 'ПРОБА' },
  ok: 'исправна',
  degraded: 'есть ошибки',
  trialIn: (seconds) => `через ${seconds} с`,
  away: (what) => `${what} Ждём; закончить — Ctrl-C.`,
  trialNow: 'со следующим запросом',
}

/** What `msctl health` says. */
export const messages = { en, ru }
