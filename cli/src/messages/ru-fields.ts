const TYPES: Readonly<Record<string, string>> = {
  string: 'текст',
  number: 'число',
  int: 'целое число',
  object: 'объект',
  array: 'список',
  boolean: 'true или false',
  undefined: 'ничего',
  null: 'null',
  NaN: 'не число',
}
const type = (name = '') => TYPES[name] ?? name

/** What the services say of a field that does not fit, by the contract's schemas, and the same in Russian. */
const SAYINGS: readonly (readonly [RegExp, (...parts: string[]) => string])[] = [
  [/^Invalid input: expected (\w+), received undefined$/, () => 'не указано'],
  [
    /^Invalid input: expected (\w+), received (\w+)$/,
    (wanted, given) => `ожидается ${type(wanted)}, получено: ${type(given)}`,
  ],
  [/^Invalid email address$/, () => 'это не адрес электронной почты'],
  [/^Too small: expected string to have >=1 characters$/, () => 'не может быть пустым'],
  [
    /^Too small: expected number to be >(=?)(\S+)$/,
    (same, least) => `должно быть ${same ? 'не меньше' : 'больше'} ${least}`,
  ],
  [
    /^Too big: expected (?:number|int) to be <(=?)(\S+)$/,
    (same, most) => `должно быть ${same ? 'не больше' : 'меньше'} ${most}`,
  ],
  [
    /^Too (?:big|long): expected .*?(\d+) characters$/,
    (most) => `слишком длинно: не больше ${most} символов`,
  ],
  [
    /^Invalid option: expected one of (.+)$/,
    (options = '') => `ожидается одно из: ${options.replaceAll('"', '').replaceAll('|', ', ')}`,
  ],
  [/^Invalid text: /, () => 'символ NUL и одиночные суррогаты нельзя сохранить'],
  [
    /^Invalid (?:id|limit): expected a whole number from (\d+) to (\d+)$/,
    (from, to) => `ожидается целое число от ${from} до ${to}`,
  ],
  [
    /^Nothing to change: expected at least one of (.+)$/,
    (fields) => `нечего менять: нужно хотя бы одно из полей ${fields}`,
  ],
  [/^expected 1 to 255 visible ASCII characters$/, () => 'ожидается от 1 до 255 видимых символов ASCII'],
  [/^was used before, with another body$/, () => 'этот ключ уже использован, с другими полями'],
]

/** What a service says of a field, in Russian; in its own words where these are not the contract's. */
export function inRussian(message: string): string {
  for (const [saying, translate] of SAYINGS) {
    const match = saying.exec(message)
    if (match !== null) return translate(...match.slice(1))
  }
  return message
}
