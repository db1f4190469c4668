const en = {
  menu: {
    cache: {
      examples: ['what is cached, and for how long', 'one value', 'start with an empty cache'],
    },
    'cache keys': {
      about: 'show all keys, and in how many seconds they expire',
      examples: ['what is cached, and for how long', 'what expires within a minute'],
    },
    'cache get': {
      about: 'show the value of a key',
      examples: ['what GET user:1 in redis-cli shows', 'with its TTL, for scripts'],
    },
    'cache ttl': {
      about: 'show in how many seconds a key expires',
      examples: ['seconds left; -2: there is no such key', 'for scripts'],
    },
    'cache watch': {
      about: 'show the keys as their time runs out, until Ctrl-C',
      examples: ['watch the TTLs count down', 'one snapshot, for scripts'],
    },
    'cache flush': {
      about: 'remove all keys (FLUSHDB)',
      examples: ['the next reads will be misses', 'how many keys there were'],
    },
  },
  arguments: {
    key: 'a key such as user:1',
  },
  columns: { key: 'KEY', ttl: 'TTL' },
  empty: 'The cache is empty.',
  emptyHint: 'Reading one object by its id fills it: msctl users get 1',
  missing: (key: string) => `${key} is not cached, or no longer.`,
  flushed: (count: number) => `The cache is empty; ${count} ${count === 1 ? 'key is' : 'keys are'} gone.`,
  away: 'The cache is down. Still looking; Ctrl-C ends it.',
  title: (count: number) => `keys: ${count}   (Ctrl-C to end)`,
  more: (count: number) => `… and ${count} more`,
}

const ru: typeof en = {
  menu: {
    cache: {
      examples: ['что лежит в кэше и как долго', 'одно значение', 'начать с пустого кэша'],
    },
    'cache keys': {
      about: 'показать все ключи и через сколько секунд они исчезнут',
      examples: ['что лежит в кэше и как долго', 'что исчезнет в течение минуты'],
    },
    'cache get': {
      about: 'показать значение ключа',
      examples: ['то же, что GET user:1 в redis-cli', 'вместе с TTL, для скриптов'],
    },
    'cache ttl': {
      about: 'показать, через сколько секунд ключ исчезнет',
      examples: ['сколько секунд осталось; -2 — ключа нет', 'для скриптов'],
    },
    'cache watch': {
      about: 'смотреть, как истекает время ключей, пока не нажато Ctrl-C',
      examples: ['смотреть, как убывает TTL', 'один снимок состояния, для скриптов'],
    },
    'cache flush': {
      about: 'удалить все ключи (FLUSHDB)',
      examples: ['следующие чтения будут промахами', 'сколько ключей было'],
    },
  },
  arguments: {
    key: 'ключ, например user:1',
  },
  columns: { key: 'КЛЮЧ', ttl: 'ОСТАЛОСЬ' },
  empty: 'Кэш пуст.',
  emptyHint: 'Чтение объекта по номеру наполнит его: msctl users get 1',
  missing: (key) => `Ключа ${key} в кэше нет или уже нет.`,
  flushed: (count) => `Кэш пуст; удалено ключей: ${count}.`,
  away: 'Кэш не работает. Ждём; закончить — Ctrl-C.',
  title: (count) => `ключей: ${count}   (Ctrl-C — выход)`,
  more: (count) => `… и ещё ${count}`,
}

/** What `msctl cache` says. */
export const messages = { en, ru }
