import { readFile } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { SERVICES, type ServiceName } from '@msctl/sdk/contract'
import fc from 'fast-check'
import { Agent, request } from 'undici'
import { databaseOf, startWholePlatform, type WholePlatform } from '../platform/whole.ts'
import type { Context, Findings, Torture } from '../torture.ts'
import { attacksOf } from './attacks.ts'
import { gatherCrowd } from './crowd.ts'
import { sendRaw } from './raw.ts'
import { type Document, type OddRequest, oddRequests } from './requests.ts'

export const badInput: Torture = {
  name: 'bad-input',
  promise:
    'Whatever is sent: no 5xx, an answer within 5 s, only what was acknowledged is stored, memory stays flat, and others are served.',
  run: (context) =>
    tortureWithBadInput(context, { requests: 50_000, rawRounds: 20, idle: 10_000, slow: 500 }),
}

/** Objects that are there before, of which the requests know the first {@link KNOWN}. */
const OBJECTS = 30
const KNOWN = 20
const CONCURRENCY = 32
const PATIENCE_MS = 5000
/** What a process may have grown by after the first fifth of the requests, in bytes. */
const GROWTH = 64 * 1024 * 1024
/** These say that the server does not do what was asked, as it should. */
const UNSUPPORTED = new Set([501, 505])

export interface Amounts {
  requests: number
  /** How often each attack below HTTP is tried. */
  rawRounds: number
  /** Connections that are open at once and ask nothing, or slowly. */
  idle: number
  slow: number
}

/** Sends all kinds of bad input through the gateway. */
export async function tortureWithBadInput(
  { random, dir, onEnd, say }: Pick<Context, 'random' | 'dir' | 'onEnd' | 'say'>,
  { requests, rawRounds, idle, slow }: Amounts,
): Promise<Findings> {
  const platform = await startWholePlatform({ dir, onEnd })
  const agent = new Agent({ connections: CONCURRENCY })
  onEnd(() => agent.destroy())
  const store = await fillStore(platform, agent)
  const violations: string[] = []
  const statuses = new Map<number, number>()

  const document = (await (await fetch(`${platform.gateway.url}/openapi.json`)).json()) as Document
  const seed = random.integer(1, 2 ** 30)
  const odd = fc.sample(oddRequests(document), { seed, numRuns: requests })
  let early: ReadonlyMap<string, number> = new Map()
  let sent = 0
  await inParallel(odd, async (each) => {
    const answer = await send(platform, agent, each)
    statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1)
    if (answer.complaint !== undefined)
      violations.push(`${each.method} ${short(each.path)}: ${answer.complaint}`)
    store.note(each, answer)
    if (++sent === Math.ceil(requests / 5)) early = await memoryOf(platform)
  })
  const late = await memoryOf(platform)
  for (const [name, bytes] of late)
    if (bytes - (early.get(name) ?? bytes) > GROWTH) violations.push(`${name} has grown to ${inMB(bytes)}`)
  say(
    `${requests} requests: ${[...statuses]
      .sort(([a], [b]) => a - b)
      .map(([status, times]) => `${status} ${times} ×`)
      .join(', ')}`,
  )

  let attacks = 0
  for (let round = 0; round < rawRounds; round++) {
    const each = attacksOf(random.fork(`raw ${round}`), store.forbidden)
    attacks += each.length
    await inParallel(each, async (attack) => {
      const { statuses: answers, isSilent } = await sendRaw(platform.gateway.port, attack)
      if (isSilent) violations.push(`${attack.name}: no answer within ${PATIENCE_MS} ms`)
      for (const status of answers)
        if (status >= 500 && !UNSUPPORTED.has(status)) violations.push(`${attack.name}: ${status}`)
    })
  }
  say(`${attacks} attacks below HTTP`)

  const served = await serveBesides(platform, agent, { idle, slow }, violations)
  violations.push(...(await store.audit()))
  for (const process of platform.processes) {
    const end = process.unexpectedEnd()
    if (end !== undefined) violations.push(end)
  }
  const health = (await (await fetch(`${platform.gateway.url}/health`)).json()) as { status: string }
  if (health.status !== 'ok') violations.push(`A circuit is open afterwards: ${JSON.stringify(health)}`)
  return {
    figures: {
      requests,
      'attacks below HTTP': attacks,
      'objects created': store.created(),
      'idle and slow connections': idle + slow,
      'requests served besides': served.requests,
      'slowest of them, in ms': Math.round(served.slowestMs),
      memory: [...late].map(([name, bytes]) => `${name} ${inMB(bytes)}`).join(', '),
    },
    violations: [...new Set(violations)],
  }
}

interface Outcome {
  /** 0 where there was none. */
  status: number
  json: unknown
  complaint: string | undefined
}

async function send({ gateway }: WholePlatform, agent: Agent, odd: OddRequest): Promise<Outcome> {
  try {
    const { statusCode, headers, body } = await request(new URL(gateway.url), {
      ...{ method: odd.method, path: odd.path, dispatcher: agent, signal: AbortSignal.timeout(PATIENCE_MS) },
      headers: odd.headers,
      ...(odd.body !== undefined && { body: odd.body }),
    })
    const text = await body.text()
    const type = String(headers['content-type'])
    return {
      status: statusCode,
      json: type.startsWith('application/json') ? JSON.parse(text) : undefined,
      complaint:
        statusCode >= 500
          ? `${statusCode} ${short(text)}`
          : statusCode >= 400 && !type.startsWith('application/problem+json')
            ? `${statusCode} is no problem+json: ${short(text)}`
            : undefined,
    }
  } catch (error) {
    // Before its body has been read, a request that is too large may be answered by closing the connection.
    const isTooLarge =
      (odd.body?.length ?? 0) > 64 * 1024 && (error as NodeJS.ErrnoException).code === 'UND_ERR_SOCKET'
    return { status: 0, json: undefined, complaint: isTooLarge ? undefined : String(error) }
  }
}

/** What is stored: what was there before, and what was acknowledged since. */
async function fillStore({ gateway, postgres }: WholePlatform, agent: Agent) {
  const make: Record<ServiceName, (n: number) => object> = {
    users: (n) => ({ email: `user${n}@example.com`, name: `User ${n}` }),
    orders: (n) => ({ userId: n, product: `Product ${n}` }),
    payments: (n) => ({ order_id: n, amount: n }),
  }
  for (const service of SERVICES)
    for (let n = 1; n <= OBJECTS; n++)
      await request(`${gateway.url}/${service}`, {
        ...{ method: 'POST', dispatcher: agent, headers: { 'content-type': 'application/json' } },
        body: JSON.stringify(make[service](n)),
      }).then(({ body }) => body.dump())
  const rowsOf = async (service: ServiceName) =>
    new Map(
      (
        await postgres.query<{ id: number; row: string }>(
          databaseOf(service),
          `SELECT id, t::text AS row FROM ${service} t`,
        )
      ).map(({ id, row }) => [id, row]),
    )
  const before = new Map(
    await Promise.all(SERVICES.map(async (service) => [service, await rowsOf(service)] as const)),
  )
  const created = new Map<ServiceName, Set<number>>(SERVICES.map((service) => [service, new Set()]))
  return {
    created: () => [...created.values()].reduce((sum, { size }) => sum + size, 0),
    note: ({ method, path }: OddRequest, { status, json }: Outcome) => {
      const service = SERVICES.find((each) => path.startsWith(`/${each}`))
      if (method === 'POST' && status === 201 && service !== undefined)
        created.get(service)?.add((json as { id: number }).id)
    },
    /** Objects that no request knows the id of, and one that nobody asks for. */
    forbidden: [
      ...Array.from(
        { length: OBJECTS - KNOWN },
        (_, n) => `DELETE /users/${KNOWN + 1 + n} HTTP/1.1\r\nHost: localhost\r\n\r\n`,
      ),
      'POST /users HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 46\r\n\r\n{"email": "smuggled@example.com", "name": "X"}',
    ],
    audit: async () => {
      const found: string[] = []
      for (const service of SERVICES) {
        const rows = await rowsOf(service)
        for (const [id, row] of before.get(service) ?? [])
          if (id > KNOWN && rows.get(id) !== row)
            found.push(`/${service}/${id} was ${row}, and is ${rows.get(id) ?? 'gone'}`)
        for (const id of rows.keys())
          if (id > OBJECTS && created.get(service)?.has(id) !== true)
            found.push(`/${service}/${id} is there unasked`)
      }
      return found
    },
  }
}

/** Serves others while a crowd is there. */
async function serveBesides(
  { gateway }: WholePlatform,
  agent: Agent,
  { idle, slow }: { idle: number; slow: number },
  violations: string[],
) {
  const crowd = await gatherCrowd(gateway.port, { idle, slow })
  let slowestMs = 0
  const wanted = 100
  for (let n = 0; n < wanted; n++) {
    const begunAt = performance.now()
    try {
      const { statusCode, body } = await request(`${gateway.url}/users/${KNOWN + 1}`, {
        ...{ dispatcher: agent, signal: AbortSignal.timeout(PATIENCE_MS) },
      })
      await body.dump()
      if (statusCode !== 200) violations.push(`Beside a crowd, a GET was answered with ${statusCode}`)
    } catch (error) {
      violations.push(`Beside a crowd, a GET was not answered: ${error}`)
    }
    slowestMs = Math.max(slowestMs, performance.now() - begunAt)
    await delay(20)
  }
  await crowd.disperse()
  return { requests: wanted, slowestMs }
}

/** Resident memory of each process, in bytes. */
async function memoryOf({ processes }: WholePlatform): Promise<ReadonlyMap<string, number>> {
  const each = processes.map(async ({ name, pid }) => {
    const status = await readFile(`/proc/${pid()}/status`, 'utf8')
    return [name, Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024] as const
  })
  return new Map(await Promise.all(each))
}

async function inParallel<T>(things: readonly T[], work: (thing: T) => Promise<void>): Promise<void> {
  const left = things[Symbol.iterator]()
  const worker = async () => {
    for (const thing of left) await work(thing)
  }
  await Promise.all(Array.from({ length: CONCURRENCY }, worker))
}

const inMB = (bytes: number) => `${Math.round(bytes / 1024 / 1024)} MiB`
const short = (text: string) => (text.length > 120 ? `${text.slice(0, 120)}…` : text)
