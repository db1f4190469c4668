const en = {
  menu: {
    report: {
      examples: ['as msctl verify has shown it', 'as a page', 'two shards as one'],
    },
    'report show': {
      about: 'show a stored report again, or write it in other formats',
      examples: ['as msctl verify has shown it', 'as a page, and for a CI system', 'one of its figures'],
    },
    'report merge': {
      about: 'merge what the shards of msctl grade have written',
      examples: ['all grades in one table', 'with all reports in one folder', 'who passed, for scripts'],
    },
  },
  arguments: {
    file: 'a report that was written as JSON',
    shards: 'folders that msctl grade has written to',
  },
  options: {
    report: 'write a report; can be repeated: json, junit, markdown, github, html, gradescope …',
    out: 'the folder to write to',
  },
}

const ru: typeof en = {
  menu: {
    report: {
      examples: ['так, как его показал msctl verify', 'страницей', 'две части как одна'],
    },
    'report show': {
      about: 'показать сохранённый отчёт или записать его в других форматах',
      examples: ['так, как его показал msctl verify', 'страницей и для системы CI', 'одно из его чисел'],
    },
    'report merge': {
      about: 'соединить то, что записали части msctl grade',
      examples: ['все оценки одной таблицей', 'со всеми отчётами в одной папке', 'кто прошёл, для скриптов'],
    },
  },
  arguments: {
    file: 'отчёт, записанный в JSON',
    shards: 'папки, в которые писал msctl grade',
  },
  options: {
    report: 'записать отчёт; можно повторять: json, junit, markdown, github, html, gradescope …',
    out: 'папка, куда писать',
  },
}

/** What `msctl report` says. */
export const messages = { en, ru }
