const en = {
  menu: {
    users: {
      examples: ['a new user', 'all of them', 'one of them'],
    },
    'users create': {
      about: 'create a user',
      examples: ['from flags', 'from JSON', 'from another program'],
    },
    'users list': {
      about: 'list the users, by id',
      examples: ['all of them', 'the newest first, without the rest', 'for scripts'],
    },
    'users get': {
      about: 'read a user, through the cache',
      examples: [
        'one user; the second time from the cache',
        'with all orders, in one request',
        'for scripts',
      ],
    },
    'users update': {
      about: 'change the fields of a user that are named',
      examples: ['another name', 'another e-mail address, from JSON'],
    },
    'users delete': {
      about: 'delete a user',
      examples: ['it is gone, also from the cache', 'for scripts'],
    },
    orders: {
      examples: ['a new order', 'all of them', 'one of them'],
    },
    'orders create': {
      about: 'create an order',
      examples: ['from flags', 'from JSON; the quantity is 1', 'safe to repeat: creates one order only'],
    },
    'orders list': {
      about: 'list the orders, by id',
      examples: ['all of them', 'those of one user', 'one page'],
    },
    'orders get': {
      about: 'read an order, through the cache',
      examples: ['one order; the second time from the cache', 'for scripts'],
    },
    'orders update': {
      about: 'change the fields of an order that are named',
      examples: ['another quantity', 'another product, from JSON'],
    },
    'orders delete': {
      about: 'delete an order',
      examples: ['it is gone, also from the cache', 'for scripts'],
    },
    payments: {
      examples: ['a new payment', 'all of them', 'one of them'],
    },
    'payments create': {
      about: 'pay for an order; three in ten payments fail',
      examples: ['from flags', 'from JSON', 'safe to repeat: pays only once'],
    },
    'payments list': {
      about: 'list the payments, by id',
      examples: ['all of them', 'those for one order', 'for scripts'],
    },
    'payments get': {
      about: 'read a payment, through the cache',
      examples: ['one payment; the second time from the cache', 'for scripts'],
    },
    'payments update': {
      about: 'change the fields of a payment that are named',
      examples: ['another status', 'another amount'],
    },
    'payments delete': {
      about: 'delete a payment',
      examples: ['it is gone, also from the cache', 'for scripts'],
    },
  },
  arguments: {
    id: 'the id',
  },
  options: {
    data: 'the fields as a JSON object; @file or -: read it from a file or stdin; create takes several, one a line; flags come on top',
    idempotencyKey: 'makes it safe to repeat: the same key and fields create nothing a second time',
    limit: 'at most this many (default: all)',
    after: 'only those with ids above this one',
    details: 'with all orders of the user',
    columns: (all: string) => `these columns only: ${all}`,
    sort: 'by this column; -column: the highest first (default: by id)',
    jsonl: 'JSON Lines: one row per line, valid even if the output is cut short',
  },
  aColumn: (all: string) => `one of ${all}, with - before it for the highest first`,
  someColumns: (all: string) => `names out of ${all}, with commas between them`,
  allColumns: 'JSON has all of them',
  oneObject: 'update changes one object, so --data has to hold exactly one.',
  batch: {
    line: (line: number) => `line ${line}`,
    sum: (created: number, failed: number, notSent: number) =>
      `${created} created, ${failed} failed${notSent > 0 ? `, ${notSent} not sent` : ''}`,
  },
  fields: {
    email: 'e-mail address; no two users have the same',
    name: 'name',
    userId: 'id of the user',
    product: 'what is ordered',
    quantity: 'how many (default: 1)',
    order_id: 'id of the order',
    amount: 'amount, above 0',
    status: 'pending, completed or failed',
  },
  anId: 'an id: a whole number',
  aNumber: 'a number',
  aKey: '1 to 255 visible ASCII characters',
  none: {
    users: 'There are no users.',
    orders: 'There are no orders.',
    payments: 'There are no payments.',
  },
  deleted: {
    users: (id: number) => `User ${id} is deleted.`,
    orders: (id: number) => `Order ${id} is deleted.`,
    payments: (id: number) => `Payment ${id} is deleted.`,
  },
  cache: {
    HIT: 'from the cache (HIT)',
    MISS: 'from the database (MISS); the cache has it now',
    BYPASS: 'from the database (BYPASS); the cache is away',
  },
  replayed: 'answered before: the same idempotency key came with the same body; nothing was created now',
  ordersMissing:
    'The orders service does not answer now, so the orders are missing here; this does not mean that there are none.',
}

const ru: typeof en = {
  menu: {
    users: {
      examples: ['новый пользователь', 'все пользователи', 'один из них'],
    },
    'users create': {
      about: 'создать пользователя',
      examples: ['из параметров', 'из JSON', 'из другой программы'],
    },
    'users list': {
      about: 'перечислить пользователей по номерам',
      examples: ['все пользователи', 'сначала новые, без остального', 'для скриптов'],
    },
    'users get': {
      about: 'прочесть пользователя через кэш',
      examples: [
        'один пользователь; во второй раз из кэша',
        'со всеми заказами, одним запросом',
        'для скриптов',
      ],
    },
    'users update': {
      about: 'изменить указанные поля пользователя',
      examples: ['другое имя', 'другой адрес почты, из JSON'],
    },
    'users delete': {
      about: 'удалить пользователя',
      examples: ['его больше нет, и в кэше тоже', 'для скриптов'],
    },
    orders: {
      examples: ['новый заказ', 'все заказы', 'один из них'],
    },
    'orders create': {
      about: 'создать заказ',
      examples: ['из параметров', 'из JSON; количество — 1', 'можно повторять: заказ будет один'],
    },
    'orders list': {
      about: 'перечислить заказы по номерам',
      examples: ['все заказы', 'заказы одного пользователя', 'одна страница'],
    },
    'orders get': {
      about: 'прочесть заказ через кэш',
      examples: ['один заказ; во второй раз из кэша', 'для скриптов'],
    },
    'orders update': {
      about: 'изменить указанные поля заказа',
      examples: ['другое количество', 'другой товар, из JSON'],
    },
    'orders delete': {
      about: 'удалить заказ',
      examples: ['его больше нет, и в кэше тоже', 'для скриптов'],
    },
    payments: {
      examples: ['новый платёж', 'все платежи', 'один из них'],
    },
    'payments create': {
      about: 'оплатить заказ; три платежа из десяти не проходят',
      examples: ['из параметров', 'из JSON', 'можно повторять: оплата будет одна'],
    },
    'payments list': {
      about: 'перечислить платежи по номерам',
      examples: ['все платежи', 'платежи по одному заказу', 'для скриптов'],
    },
    'payments get': {
      about: 'прочесть платёж через кэш',
      examples: ['один платёж; во второй раз из кэша', 'для скриптов'],
    },
    'payments update': {
      about: 'изменить указанные поля платежа',
      examples: ['другое состояние', 'другая сумма'],
    },
    'payments delete': {
      about: 'удалить платёж',
      examples: ['его больше нет, и в кэше тоже', 'для скриптов'],
    },
  },
  arguments: {
    id: 'номер',
  },
  options: {
    data: 'поля объектом JSON; @файл или -: прочесть из файла или со входа; create берёт и несколько, по одному на строке; отдельные параметры важнее',
    idempotencyKey: 'позволяет смело повторять: с тем же ключом и полями второй раз ничего не создаётся',
    limit: 'не больше стольких (по умолчанию все)',
    after: 'только те, чей номер больше этого',
    details: 'вместе со всеми заказами пользователя',
    columns: (all) => `только эти столбцы: ${all}`,
    sort: 'по этому столбцу; -столбец: сначала наибольшие (по умолчанию по номеру)',
    jsonl: 'JSON Lines: одна запись в строке; годится, даже если вывод оборвётся',
  },
  aColumn: (all) => `один из ${all}; с - впереди — сначала наибольшие`,
  someColumns: (all) => `имена из ${all} через запятую`,
  allColumns: 'в JSON есть все',
  oneObject: 'update меняет один объект, поэтому в --data должен быть ровно один.',
  batch: {
    line: (line) => `строка ${line}`,
    sum: (created, failed, notSent) =>
      `создано ${created}, ошибок ${failed}${notSent > 0 ? `, не отправлено ${notSent}` : ''}`,
  },
  fields: {
    email: 'адрес электронной почты; у двух пользователей он не бывает одинаковым',
    name: 'имя',
    userId: 'номер пользователя',
    product: 'что заказано',
    quantity: 'сколько (по умолчанию 1)',
    order_id: 'номер заказа',
    amount: 'сумма, больше 0',
    status: 'pending, completed или failed',
  },
  anId: 'номер — целое число',
  aNumber: 'число',
  aKey: 'от 1 до 255 видимых знаков ASCII',
  none: { users: 'Пользователей нет.', orders: 'Заказов нет.', payments: 'Платежей нет.' },
  deleted: {
    users: (id) => `Пользователь ${id} удалён.`,
    orders: (id) => `Заказ ${id} удалён.`,
    payments: (id) => `Платёж ${id} удалён.`,
  },
  cache: {
    HIT: 'из кэша (HIT)',
    MISS: 'из базы данных (MISS); теперь есть и в кэше',
    BYPASS: 'из базы данных (BYPASS); кэш недоступен',
  },
  replayed: 'этот ответ уже был: тот же ключ идемпотентности с теми же данными; ничего нового не создано',
  ordersMissing: 'Заказы сейчас недоступны; это не значит, что их нет.',
}

/** What the commands say that create, list, read, change and delete users, orders and payments. */
export const messages = { en, ru }
