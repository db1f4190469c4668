import { readLastDriver, readLastPort } from '@msctl/platform/home'
import type { Language } from '@msctl/scenarios'
import * as z from 'zod/mini'
import { defineEntries, type SingleAction } from '../command.ts'
import { findGateway } from '../gateway-url.ts'
import { chooseLanguage } from '../messages/language.ts'
import { renderTable } from '../print/table.ts'
import { SETTINGS, type SettingName } from '../settings.ts'
import { messages } from './config.messages.ts'

const NAMES = Object.keys(SETTINGS) as SettingName[]

const ConfigValue = z.object({
  name: z.enum([...NAMES, 'home']),
  value: z.union([z.string(), z.number()]),
  /** `platform`: the one that runs here; `last-up`: what `up` was told last; `locale`: the system's language. */
  source: z.enum(['flag', 'environment', 'file', 'platform', 'last-up', 'locale', 'default']),
  /** The flag, the variable or the file that says it. */
  place: z.nullable(z.string()),
})
type ConfigValue = z.infer<typeof ConfigValue>

const Config = z.object({
  /** The `msctl.config.json` that counts here. */
  file: z.nullable(z.string()),
  settings: z.array(ConfigValue),
})

/** `msctl config`: each value, and where it comes from. */
const config: SingleAction<object, z.infer<typeof Config>> = {
  async run(_options, context) {
    const { settings, env, home } = context
    const found = await findGateway(context)
    const isRunning = found.by === 'platform'
    const remembered = (last: ConfigValue['value'] | undefined, other: ConfigValue['value']) =>
      last === undefined
        ? ({ value: other, source: 'default' } as const)
        : ({ value: last, source: 'last-up' } as const)
    const fallback: Record<SettingName, Pick<ConfigValue, 'value' | 'source'>> = {
      url: { value: found.url, source: isRunning ? 'platform' : 'default' },
      driver: remembered(readLastDriver(home.state), 'auto'),
      port: isRunning
        ? { value: Number(new URL(found.url).port), source: 'platform' }
        : remembered(readLastPort(home.state), 8000),
      lang: { value: chooseLanguage(undefined, env), source: 'locale' },
    }
    const values = NAMES.map((name): ConfigValue => {
      const { value, source, place } = settings[name] ?? { ...fallback[name], place: null }
      const spoken: Language | undefined = name === 'lang' ? chooseLanguage(String(value), {}) : undefined
      return { name, value: spoken ?? value, source, place }
    })
    const state: ConfigValue = env.MSCTL_HOME
      ? { name: 'home', value: home.state, source: 'environment', place: 'MSCTL_HOME' }
      : { name: 'home', value: home.state, source: 'default', place: null }
    return { file: settings.file ?? null, settings: [...values, state] }
  },

  render({ file, settings }, { language, terminal }) {
    const { columns, sources, noFile } = messages[language]
    const rows = settings.map(({ name, value, source, place }) => [
      { text: name, mark: terminal.bold },
      { text: String(value) },
      { text: place ?? sources[source], mark: terminal.dim },
    ])
    const heads = [{ title: columns.name }, { title: columns.value }, { title: columns.source }]
    const result = renderTable(heads, rows, terminal.width, terminal.dim)
    return { result, ...(file === null && { hints: noFile }) }
  },
}

export const entries = defineEntries(messages, () => [
  {
    name: 'config',
    examples: ['msctl config', `msctl config --json | jq -r '.settings[] | select(.name == "url").value'`],
    takesUrl: true,
    action: config,
    json: Config,
  },
])
