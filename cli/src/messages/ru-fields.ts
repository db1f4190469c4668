const TYPES: Readonly<Record<string, string>> = {
  'a text': 'текстом',
  'a number': 'числом',
  'a whole number': 'целым числом',
  'an object': 'объектом',
  'a list': 'списком',
}

/** What the services say of a field that does not fit (`issueText` of the contract), and the same in Russian. */
const SAYINGS: readonly (readonly [RegExp, (...parts: string[]) => string])[] = [
  [/^is missing$/, () => 'не указано'],
  [/^must be an e-mail address$/, () => 'должно быть адресом электронной почты'],
  [/^must not be empty$/, () => 'не может быть пустым'],
  [/^must be above (\S+)$/, (least) => `должно быть больше ${least}`],
  [/^must be at least (\S+)$/, (least) => `должно быть не меньше ${least}`],
  [/^must be below (\S+)$/, (most) => `должно быть меньше ${most}`],
  [/^must be at most (\S+)$/, (most) => `должно быть не больше ${most}`],
  [/^must not be longer than (\d+) characters$/, (most) => `должно быть не длиннее ${most} символов`],
  [/^must be one of (.+)$/, (options) => `должно быть одним из: ${options}`],
  [/^must not hold NUL /, () => 'не может содержать символ NUL и одиночные суррогаты'],
  [
    /^must be a whole number from (\d+) to (\d+)$/,
    (from, to) => `должно быть целым числом от ${from} до ${to}`,
  ],
  [/^must hold at least one of (.+)$/, (fields) => `нужно хотя бы одно из полей: ${fields}`],
  [/^must be 1 to 255 visible ASCII characters$/, () => 'должно быть от 1 до 255 видимых символов ASCII'],
  [/^was used before, with another body$/, () => 'этот ключ уже использован, с другими полями'],
  [/^must be (an? .+)$/, (type = '') => `должно быть ${TYPES[type] ?? type}`],
]

/** What a service says of a field, in Russian; in its own words where these are not the contract's. */
export function inRussian(message: string): string {
  for (const [saying, translate] of SAYINGS) {
    const match = saying.exec(message)
    if (match !== null) return translate(...match.slice(1))
  }
  return message
}
