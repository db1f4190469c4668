import { type Home, readLastDriver, readLastPort } from '@msctl/platform/home'
import { createStateFile } from '@msctl/platform/local/state'
import type { Context } from './context.ts'
import { runningPlatform } from './running-platform.ts'

/** Where the gateway is asked for when nothing else says where it is: at the port that `up` would give it. */
export const defaultUrl = ({ settings, home }: Pick<Context, 'settings' | 'home'>): string =>
  `http://localhost:${(settings.port?.value ?? readLastPort(home.state)) || 8000}`

/** The gateway's address, and how it was found: named, of the platform that runs here, or assumed. */
export interface FoundUrl {
  readonly url: string
  readonly by: 'setting' | 'platform' | 'default'
}

/** Where the gateway is: what `--url` and the settings say, else where the platform runs here, else {@link defaultUrl}. */
export async function findGateway(context: Context): Promise<FoundUrl> {
  const { url, home } = context
  if (url !== undefined) return { url: url.replace(/\/+$/, ''), by: 'setting' }
  const found = localUrl(home) ?? (await composeUrl(context))
  return found === undefined ? { url: defaultUrl(context), by: 'default' } : { url: found, by: 'platform' }
}

/** From the state alone: asking each part how it is, as `status` does, would take longer than what one wants to ask. */
function localUrl(home: Home): string | undefined {
  const state = createStateFile(home.state)
  const ports = state.ports()
  return ports && state.runningParts().length > 0 ? `http://localhost:${ports.gateway}` : undefined
}

/** Docker takes a second to answer, so it is asked only where Compose was what started the platform last. */
async function composeUrl(context: Context): Promise<string | undefined> {
  if (readLastDriver(context.home.state) !== 'compose') return undefined
  const platform = await runningPlatform(context)
  return (await platform.status()).url ?? undefined
}
