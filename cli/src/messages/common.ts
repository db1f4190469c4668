const en = {
  /** How a part is. */
  parts: {
    up: 'up',
    'not ready': 'not ready',
    down: 'down',
  },
  /** What `<part>` stands for. */
  part: 'users, orders, payments, gateway, cache or db',
  aCount: 'a whole number that is not negative',
  aReport: (formats: string) => `FORMAT=FILE, with one of these formats: ${formats}`,
  aUrl: 'an address such as http://localhost:8000',
}

const ru: typeof en = {
  /** How a part is. */
  parts: { up: 'работает', 'not ready': 'не готова', down: 'остановлена' },
  /** What `<part>` stands for. */
  part: 'users, orders, payments, gateway, cache или db',
  aCount: 'целое неотрицательное число',
  aReport: (formats: string) => `ФОРМАТ=ФАЙЛ, где формат один из этих: ${formats}`,
  aUrl: 'адрес вида http://localhost:8000',
}

/** What several commands say. */
export const messages = { en, ru }
