import type { Context } from '../context.ts'
import { findGateway } from '../gateway-url.ts'
import { chooseLanguage } from '../messages/index.ts'
import { SETTINGS, type SettingName } from '../setting-names.ts'

export { renderConfig as render } from '../output/config.ts'

/** One value, and where it comes from. */
export interface ConfigValue {
  readonly name: SettingName | 'home'
  readonly value: string | number
  /** `platform`: the one that runs here; `locale`: the system's language. */
  readonly source: 'flag' | 'environment' | 'file' | 'platform' | 'locale' | 'default'
  /** The flag, the variable or the file that says it. */
  readonly place: string | null
}

/** `msctl config --json`. */
export interface Config {
  /** The `msctl.config.json` that counts here. */
  readonly file: string | null
  readonly settings: readonly ConfigValue[]
}

/** `msctl config` */
export async function run(_options: object, context: Context): Promise<Config> {
  const { settings, env, home } = context
  const found = await findGateway(context)
  const fallback: Record<SettingName, Pick<ConfigValue, 'value' | 'source'>> = {
    url: { value: found.url, source: found.by === 'platform' ? 'platform' : 'default' },
    driver: { value: 'auto', source: 'default' },
    port: { value: 8000, source: 'default' },
    lang: { value: chooseLanguage(undefined, env), source: 'locale' },
  }
  const values = (Object.keys(SETTINGS) as SettingName[]).map((name): ConfigValue => {
    const { value, source, place } = settings[name] ?? { ...fallback[name], place: null }
    return { name, value: name === 'lang' ? chooseLanguage(String(value), {}) : value, source, place }
  })
  const state: ConfigValue = env.MSCTL_HOME
    ? { name: 'home', value: home.state, source: 'environment', place: 'MSCTL_HOME' }
    : { name: 'home', value: home.state, source: 'default', place: null }
  return { file: settings.file ?? null, settings: [...values, state] }
}
