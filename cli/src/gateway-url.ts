import { type Home, readLastDriver } from '@msctl/platform/home'
import { createStateFile } from '@msctl/platform/local/state'
import { isRunning } from '@msctl/platform/process-identity'
import type { Context } from './context.ts'

/** Where the gateway is asked for when nothing says otherwise. */
export const DEFAULT_URL = 'http://localhost:8000'

/** The gateway's address, and how it was found: named, of the platform that runs here, or assumed. */
export interface FoundUrl {
  readonly url: string
  readonly by: 'setting' | 'platform' | 'default'
}

/** Where the gateway is: what `--url` and the settings say, else where the platform runs here, else port 8000. */
export async function findGateway(context: Context): Promise<FoundUrl> {
  return findGatewayHere(context) ?? (await findGatewayOfCompose(context))
}

/**
 * The same without asking Docker.
 *
 * @returns `undefined` where Docker has to be asked, which takes a second: where Compose was what started the platform last.
 */
export function findGatewayHere({ url, home }: Pick<Context, 'url' | 'home'>): FoundUrl | undefined {
  if (url !== undefined) return { url: url.replace(/\/+$/, ''), by: 'setting' }
  const local = localUrl(home)
  if (local !== undefined) return { url: local, by: 'platform' }
  return readLastDriver(home.state) === 'compose' ? undefined : { url: DEFAULT_URL, by: 'default' }
}

/** From the state alone: asking each part how it is, as `status` does, would take longer than what one wants to ask. */
function localUrl(home: Home): string | undefined {
  const parts = createStateFile(home.state).read()?.parts
  const runs = Object.values(parts ?? {}).some(({ process }) => process !== undefined && isRunning(process))
  return runs && parts !== undefined ? `http://localhost:${parts.gateway.port}` : undefined
}

async function findGatewayOfCompose(context: Context): Promise<FoundUrl> {
  const { choosePlatform } = await context.loadDrivers()
  const platform = await choosePlatform('running', context)
  const { url } = await platform.status()
  return url === null ? { url: DEFAULT_URL, by: 'default' } : { url, by: 'platform' }
}
