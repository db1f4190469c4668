import { readFileSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { DRIVERS } from '@msctl/platform/platform'
import { Failure } from './failure.ts'
import { nearestName } from './nearest-name.ts'

/** What can be set by a flag, by the environment or in the configuration file. */
export const SETTINGS = {
  url: { flag: '--url', variable: 'MSCTL_URL' },
  driver: { flag: '--driver', variable: 'MSCTL_DRIVER' },
  port: { flag: '--port', variable: 'MSCTL_PORT' },
  lang: { flag: '--lang', variable: 'MSCTL_LANG' },
} as const
export type SettingName = keyof typeof SETTINGS

/** Which flags were given, as they were given. */
export type SettingFlags = Partial<Record<SettingName, unknown>>

/** A value, and what said it. */
export interface Setting<T> {
  readonly value: T
  readonly source: 'flag' | 'environment' | 'file'
  /** The flag, the variable or the file. */
  readonly place: string
}

/** What is set; what nobody set is not there. */
export interface Settings {
  readonly url?: Setting<string>
  readonly driver?: Setting<(typeof DRIVER_CHOICES)[number]>
  readonly port?: Setting<number>
  readonly lang?: Setting<string>
  /** The configuration file, if there is one. */
  readonly file?: string | undefined
}

/** `msctl.config.json` as it was found. */
export interface ConfigFile {
  readonly file: string
  readonly values: Readonly<Record<string, unknown>>
}

const CONFIG_FILE = 'msctl.config.json'
export const DRIVER_CHOICES = ['auto', ...DRIVERS] as const

/** Whether the gateway can be at this address: http or https, and nothing in it that does not belong to an address. */
export function isGatewayUrl(text: string): boolean {
  if (!URL.canParse(text)) return false
  const { protocol, username, password, search, hash } = new URL(text)
  return /^https?:$/.test(protocol) && `${username}${password}${search}${hash}` === ''
}

/** Whether it names the database of a service: `users=postgres://…` */
export function isDatabaseUrl(text: string): boolean {
  const [, url = ''] = /^(?:users|orders|payments)=(.*)$/s.exec(text) ?? []
  return /^postgres(ql)?:\/\//.test(url) && URL.canParse(url)
}

/** Whether it is a port: 0 (any) to 65535. */
export function isPort(text: string): boolean {
  return /^\d+$/.test(text) && Number(text) <= 65_535
}

/** What each setting may be; the same for a variable and for the file. */
const isValid: Readonly<Record<SettingName, (text: string) => boolean>> = {
  url: isGatewayUrl,
  driver: (text) => (DRIVER_CHOICES as readonly string[]).includes(text),
  port: isPort,
  // A locale of ours will do, such as ru_RU.UTF-8.
  lang: (text) => /^(en|ru)([_.@-].*)?$/i.test(text),
}

/**
 * What is set: by flags, else by the environment, else by the file.
 *
 * @throws Failure `setting-invalid`, `unknown-setting`.
 */
export function resolveSettings(
  flags: SettingFlags,
  env: NodeJS.ProcessEnv,
  config: ConfigFile | undefined,
): Settings {
  for (const given of Object.keys(config?.values ?? {})) {
    if (given in SETTINGS) continue
    const suggestion = nearestName(given, Object.keys(SETTINGS))
    throw new Failure('unknown-setting', { file: config?.file ?? '', given, suggestion })
  }
  const find = (name: SettingName): Setting<unknown> | undefined => {
    const { flag, variable } = SETTINGS[name]
    // The command line has been judged already, where it was read.
    if (flags[name] !== undefined) return { value: flags[name], source: 'flag', place: flag }
    const inFile = config?.values[name]
    const found = env[variable]
      ? { given: env[variable], source: 'environment' as const, place: variable }
      : inFile !== undefined && config !== undefined
        ? { given: String(inFile), source: 'file' as const, place: config.file }
        : undefined
    if (found === undefined) return undefined
    const { given, source, place } = found
    if (!isValid[name](given)) throw new Failure('setting-invalid', { name, place, given })
    return { value: name === 'port' ? Number(given) : given, source, place }
  }
  const names = Object.keys(SETTINGS) as SettingName[]
  const found = names.flatMap((name) => {
    const setting = find(name)
    return setting === undefined ? [] : [[name, setting] as const]
  })
  return { ...(Object.fromEntries(found) as Settings), file: config?.file }
}

/**
 * The nearest `msctl.config.json` from the current folder upwards, else that of the clone. Somebody else's (in a shared
 * /tmp, say) is passed over: it could send us anywhere.
 *
 * @throws Failure `config-unreadable`.
 */
export function readConfigFile(options: {
  readonly cwd: string
  readonly clone: string | undefined
  readonly uid?: number | undefined
}): ConfigFile | undefined {
  const { cwd, clone, uid = process.getuid?.() } = options
  const file = [...foldersUpwards(cwd), ...(clone === undefined ? [] : [clone])]
    .map((folder) => join(folder, CONFIG_FILE))
    .find((candidate) => {
      const found = statSync(candidate, { throwIfNoEntry: false })
      return found?.isFile() === true && (found.uid === uid || found.uid === 0)
    })
  if (file === undefined) return undefined
  try {
    const values: unknown = JSON.parse(readFileSync(file, 'utf8'))
    if (typeof values !== 'object' || values === null || Array.isArray(values))
      throw new SyntaxError(`${JSON.stringify(values)} is not an object`)
    return { file, values: { ...values } }
  } catch (error) {
    throw new Failure('config-unreadable', { file, reason: (error as Error).message }, { cause: error })
  }
}

function foldersUpwards(from: string): string[] {
  const folder = resolve(from)
  const parent = dirname(folder)
  return parent === folder ? [folder] : [folder, ...foldersUpwards(parent)]
}
