import { findHome } from '@msctl/platform/home'
import { CALL_HEADERS, CALL_TIMEOUT_MS } from './call-request.ts'
import { findGatewayHere } from './gateway-url.ts'
import { resource as inEnglish } from './messages/en-resource.ts'
import { chooseLanguage } from './messages/language.ts'
import { resource as inRussian } from './messages/ru-resource.ts'
import { type Answer, renderRecord, toJson } from './output/record.ts'
import { endQuietlyWithoutReaders, write } from './output/streams.ts'
import { describeTerminal } from './output/terminal.ts'
import { type BegunRequest, beginRequest, type Received } from './quick-get/begin-request.ts'
import { fits } from './quick-get/fits.ts'
import type { PlainGet } from './quick-get/parse-get.ts'
import type { ResourceName, Row } from './resources.ts'
import { printResult } from './run-command.ts'
import { readConfigFile, resolveSettings } from './settings.ts'

/** The world around it. */
interface Surroundings {
  readonly programDir: string
  readonly cwd: string
  readonly env: NodeJS.ProcessEnv
}

/** What became of it: it is done, or somebody else goes on, with the request if it has been made. */
type Outcome =
  | { readonly isDone: true }
  | { readonly isDone: false; readonly begun?: BegunRequest | undefined }

/**
 * Answers `msctl users get 1` where all is as it should be, without loading the menu, the SDK and the contract, which
 * takes much longer than the request. It says nothing of what is not, and leaves that to them.
 */
export async function quickGet(get: PlainGet, surroundings: Surroundings): Promise<Outcome> {
  const prepared = tryPrepare(get, surroundings)
  if (prepared === undefined) return { isDone: false }
  const { gateway, language } = prepared
  const { resource, id, json } = get
  // An id as the SDK makes them, without loading node:crypto.
  const requestId = `${Math.random().toString(16).slice(2, 14)}-1`
  const headers = { ...CALL_HEADERS, 'x-request-id': requestId }
  const { received, begun } = await beginRequest(gateway, `/${resource}/${id}`, {
    headers,
    timeoutMs: CALL_TIMEOUT_MS,
  })
  const answer = received && readAnswer(resource, received)
  if (answer === undefined) return { isDone: false, begun }

  endQuietlyWithoutReaders(() => process.exit())
  const said = json
    ? { result: JSON.stringify(toJson(answer), null, 2) }
    : renderRecord(answer, answer.data, {
        messages: { resource: language === 'ru' ? inRussian : inEnglish },
        terminal: describeTerminal(process.stdout, surroundings.env),
      })
  const sinks = { out: write, err: (text: string) => void process.stderr.write(text) }
  await printResult(said, { quiet: false, sinks })
  return { isDone: true }
}

/** Where to ask, and how to say it; `undefined` where a setting is wrong, or takes longer to find out. */
function tryPrepare({ url: flag }: PlainGet, { programDir, cwd, env }: Surroundings) {
  try {
    const home = findHome({ programDir, cwd, env })
    const config = readConfigFile({ cwd, clone: home.clone })
    const settings = resolveSettings({ url: flag }, env, config)
    const gateway = findGatewayHere({ url: settings.url?.value, home })?.url
    if (gateway === undefined) return undefined
    const language = chooseLanguage(undefined, env, config?.values.lang)
    return new URL(gateway).protocol === 'http:' ? { gateway, language } : undefined
  } catch {
    return undefined // What is wrong is found again, and explained, by who goes on.
  }
}

const CACHE_STATUSES: readonly unknown[] = [undefined, 'HIT', 'MISS', 'BYPASS']

/** What is to be shown, where it is just what was asked for. */
function readAnswer(
  resource: ResourceName,
  { status, headers, body, tookMs }: Received,
): (Answer & { readonly data: Row }) | undefined {
  if (status !== 200) return undefined
  const cache = headers['x-cache']
  if (!CACHE_STATUSES.includes(cache)) return undefined
  const data = tryParse(body)
  if (!fits(resource, data)) return undefined
  const isReplayed = headers['idempotent-replayed'] === 'true'
  return { resource, data, cache: cache as string | undefined, tookMs, isReplayed }
}

function tryParse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
