const en = {
  menu: {
    request: {
      about:
        'Sends any request to the gateway, and prints the body of the answer. Exits with 1 for a status of 400 and above.',
      examples: ['what a dashboard shows', 'with status and headers', 'with a body'],
    },
  },
  options: {
    method: 'the HTTP method',
    path: 'the path, with the query',
    data: 'the body, as JSON; -: read it from stdin; @FILE: from a file',
    include: 'print status and headers, too',
  },
  aPath: 'a path that begins with /',
}

const ru: typeof en = {
  menu: {
    request: {
      about:
        'Отправляет шлюзу любой запрос и печатает тело ответа. При статусе от 400 завершается с кодом 1.',
      examples: ['что показывает панель', 'со статусом и заголовками', 'с телом'],
    },
  },
  options: {
    method: 'метод HTTP',
    path: 'путь с параметрами',
    data: 'тело в JSON; -: прочесть со входа; @FILE: из файла',
    include: 'печатать и статус с заголовками',
  },
  aPath: 'путь, который начинается с /',
}

/** What `msctl request` says. */
export const messages = { en, ru }
