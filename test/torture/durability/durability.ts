import { setTimeout as delay } from 'node:timers/promises'
import type { ServiceName } from '@msctl/sdk/contract'
import { createHttpClient, type HttpClient, wasRefused } from '../platform/http.ts'
import type { Replica } from '../platform/replica.ts'
import type { Postgres, Server } from '../platform/stores.ts'
import { startWholePlatform } from '../platform/whole.ts'
import type { Random } from '../random.ts'
import type { Context, Findings, OnEnd, Torture } from '../torture.ts'
import { audit, KINDS, type Kind, type Life, type Row } from './ledger.ts'

const REPLICAS = 2
/** How many clients work each kind of object at once. */
const CLIENTS = 4
const PATIENCE_MS = 5000
/** How many keys are sent once more when all is over. */
const REPLAYS = 600

export const durability: Torture = {
  name: 'durability',
  promise:
    'Every acknowledged write is there, nothing is half-applied, and no idempotency key creates anything twice.',
  run: (context) => tortureDurability(context, { durationMs: 60_000 }),
}

/** Kills every part in turn while clients write, and audits the databases afterwards. */
export async function tortureDurability(
  { random, dir, onEnd, say }: Pick<Context, 'random' | 'dir' | 'onEnd' | 'say'>,
  { durationMs }: { durationMs: number },
): Promise<Findings> {
  const platform = await startPlatform(dir, onEnd)
  const http = createHttpClient()
  onEnd(http.close)

  const over = new AbortController()
  const clients = KINDS.flatMap((kind) =>
    Array.from({ length: CLIENTS }, (_, n) => {
      const identities = identitiesOf(KINDS.indexOf(kind) * CLIENTS + n)
      return live({
        kind,
        http,
        platform,
        random: random.fork(`${kind.path} ${n}`),
        identities,
        over: over.signal,
      })
    }),
  )
  const kills = await killInTurn(platform.victims, random.fork('kills'), durationMs)
  over.abort()
  const lives = (await Promise.all(clients)).flat()
  say(
    `${lives.length} objects written, ${[...kills].map(([name, times]) => `${name} killed ${times} ×`).join(', ')}`,
  )

  await Promise.all(platform.processes.map((process) => process.ready()))
  const violations = await auditAll(platform.postgres, lives)
  const twice = lives.filter(({ answers }) => answers.length > 1).length
  const chance = random.fork('replays')
  const replayed = chance.shuffle(lives).slice(0, REPLAYS)
  for (const life of replayed) violations.push(...(await replay(life, http, platform, chance)))
  violations.push(...(await auditAll(platform.postgres, lives)))
  for (const process of platform.processes) {
    const end = process.unexpectedEnd()
    if (end !== undefined) violations.push(end)
  }

  const count = (is: (life: Life) => boolean) => lives.filter(is).length
  return {
    figures: {
      kills: [...kills.values()].reduce((sum, times) => sum + times, 0),
      'objects created': count(({ acknowledged }) => acknowledged > 0),
      'changes acknowledged': lives.reduce((sum, { acknowledged }) => sum + Math.max(0, acknowledged - 1), 0),
      'deletions acknowledged': count(({ deletion }) => deletion === 'acknowledged'),
      'writes without an answer': count(
        ({ possible, deletion }) => possible !== undefined || deletion === 'unknown',
      ),
      'keys sent by two replicas at once': twice,
      'keys sent again': replayed.length,
    },
    violations: [...new Set(violations)],
  }
}

interface Platform {
  postgres: Postgres
  /** Where a service can be reached: through the gateway, and each of its replicas. */
  urlsOf: Record<ServiceName, readonly string[]>
  processes: readonly Replica[]
  /** What is to be killed, by name. */
  victims: Map<string, Server>
}

async function startPlatform(dir: string, onEnd: OnEnd): Promise<Platform> {
  const env = { BREAKER_RESET_SECONDS: '1' }
  const { postgres, redis, gateway, services, processes } = await startWholePlatform({
    ...{ dir, onEnd, replicas: REPLICAS, env },
  })
  const urlsOf = (service: ServiceName) => [gateway.url, ...services[service].map(({ url }) => url)]
  return {
    postgres,
    urlsOf: { users: urlsOf('users'), orders: urlsOf('orders'), payments: urlsOf('payments') },
    processes,
    victims: new Map<string, Server>([
      ...processes.map((process): [string, Server] => [process.name, process]),
      ['PostgreSQL', postgres],
      ['Redis', redis],
    ]),
  }
}

/** Kills each part, in an order of chance, again and again until the time is over. @returns how often each was. */
async function killInTurn(
  victims: ReadonlyMap<string, Server>,
  random: Random,
  durationMs: number,
): Promise<Map<string, number>> {
  const endsAt = performance.now() + durationMs
  const kills = new Map<string, number>()
  while (performance.now() < endsAt) {
    for (const [name, victim] of random.shuffle([...victims])) {
      await delay(random.between(200, 800))
      if (performance.now() >= endsAt) break
      await victim.kill()
      await delay(random.pick([0, 0, 200]))
      await victim.start()
      kills.set(name, (kills.get(name) ?? 0) + 1)
    }
  }
  return kills
}

/** Numbers that no other client takes, all of them positive int4. */
function* identitiesOf(client: number): Generator<number> {
  for (let n = 1; ; n++) yield client * 1_000_000 + n
}

/** A client that creates, changes and deletes one object after the other. @returns what became of each, as it knows. */
async function live({
  kind,
  http,
  platform,
  random,
  identities,
  over,
}: {
  kind: Kind
  http: HttpClient
  platform: Platform
  random: Random
  identities: Generator<number>
  over: AbortSignal
}): Promise<Life[]> {
  const lives: Life[] = []
  const urls = platform.urlsOf[kind.service]
  while (!over.aborted) {
    const identity = identities.next().value as number
    const life: Life = {
      ...{ kind, identity, key: `key-${identity}`, answers: [], acknowledged: 0 },
      ...{ possible: undefined, deletion: 'none' },
    }
    lives.push(life)
    const targets = random.chance(0.3) ? urls.slice(1) : [random.pick(urls)]
    await Promise.all(targets.map((url) => create(life, http, url)))
    if (life.acknowledged === 0) {
      await delay(random.between(0, 100)) // where nobody listens, there is no use in asking all the time
      continue
    }
    const { id } = JSON.parse(life.answers.find(({ status }) => status === 201)?.text ?? '{}')
    await change({ life, id, http, urls, random, over })
  }
  return lives
}

/** Creates an object, or says once more that it is to be created. */
async function create(life: Life, http: HttpClient, url: string): Promise<void> {
  const { kind, key, identity } = life
  try {
    const { status, text } = await http.send(`${url}${kind.path}`, 'POST', {
      ...{ patienceMs: PATIENCE_MS, body: kind.body(identity, 1), headers: { 'idempotency-key': key } },
    })
    if (status >= 500) {
      life.possible ??= 1
      return
    }
    life.answers.push({ status, text })
    if (status !== 201) {
      life.surprise = `POST ${url} answered ${status} ${text}`
      return
    }
    life.acknowledged = 1
  } catch (error) {
    if (!wasRefused(error)) life.possible ??= 1 // or it was not created, which nobody knows
  }
}

/** Changes an object a few times, or deletes it, until something gets no answer. */
async function change({
  life,
  id,
  http,
  urls,
  random,
  over,
}: {
  life: Life
  id: number
  http: HttpClient
  urls: readonly string[]
  random: Random
  over: AbortSignal
}): Promise<void> {
  const { kind, identity } = life
  for (let version = 2; version < 8 && !over.aborted; version++) {
    const isDeletion = random.chance(0.1)
    const url = `${random.pick(urls)}${kind.path}/${id}`
    if (isDeletion) life.deletion = 'unknown'
    else life.possible = version
    try {
      const { status } = isDeletion
        ? await http.send(url, 'DELETE', { patienceMs: PATIENCE_MS })
        : await http.send(url, 'PUT', { patienceMs: PATIENCE_MS, body: kind.body(identity, version) })
      if (status >= 500) return
      if (status >= 300) {
        life.surprise = `${isDeletion ? 'DELETE' : 'PUT'} ${url} answered ${status}`
        return
      }
      if (isDeletion) life.deletion = 'acknowledged'
      else {
        life.acknowledged = version
        life.possible = undefined
      }
      if (isDeletion) return
    } catch (error) {
      if (!wasRefused(error)) return
      // Nobody was asked.
      if (isDeletion) life.deletion = 'none'
      else life.possible = undefined
      await delay(random.between(0, 100))
    }
  }
}

/** Sends a key once more, by any replica, and then with another body. */
async function replay(life: Life, http: HttpClient, platform: Platform, random: Random): Promise<string[]> {
  const { kind, identity, key, answers } = life
  const url = `${random.pick(platform.urlsOf[kind.service])}${kind.path}`
  const send = async (version: number) => {
    const deadline = performance.now() + PATIENCE_MS
    for (;;) {
      const answer = await http.send(url, 'POST', {
        ...{
          patienceMs: PATIENCE_MS,
          body: kind.body(identity, version),
          headers: { 'idempotency-key': key },
        },
      })
      // A circuit that the kills have opened asks nobody: what counts is what the service says.
      if (answer.status !== 503 || performance.now() > deadline) return answer
      await delay(1000 * Number(answer.headers['retry-after'] ?? 1))
    }
  }
  const wasCreated = answers.some(({ status }) => status === 201)
  const { status, text, headers } = await send(1)
  life.answers.push({ status, text })
  if (status !== 201)
    return [`${kind.service} ${identity}: key ${key} sent again is answered ${status} ${text}`]
  life.acknowledged = Math.max(life.acknowledged, 1)
  if (wasCreated && headers['idempotent-replayed'] !== 'true')
    return [`${kind.service} ${identity}: key ${key} sent again is not said to be a repetition`]
  const other = await send(3)
  return other.status === 422
    ? []
    : [`${kind.service} ${identity}: key ${key} with another body is answered ${other.status}`]
}

async function auditAll(postgres: Postgres, lives: readonly Life[]): Promise<string[]> {
  const found = await Promise.all(
    KINDS.map(async (kind) => {
      const rows = await postgres.query<Row>(kind.database, kind.select)
      const unfinished = await postgres.query<{ key: string }>(
        kind.database,
        'SELECT key FROM idempotency_keys WHERE status IS NULL',
      )
      return [
        ...audit(
          lives.filter((life) => life.kind === kind),
          rows,
        ),
        ...unfinished.map(({ key }) => `${kind.service}: key ${key} is committed without its answer`),
      ]
    }),
  )
  return found.flat()
}
