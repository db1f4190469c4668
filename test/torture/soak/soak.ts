import { readdir, readFile, readlink } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { SERVICES } from '@msctl/sdk/contract'
import { type Answer, createHttpClient, type HttpClient } from '../platform/http.ts'
import type { Replica } from '../platform/replica.ts'
import type { Server } from '../platform/stores.ts'
import { startWholePlatform, type WholePlatform } from '../platform/whole.ts'
import type { Random } from '../random.ts'
import type { Context, Findings, Torture } from '../torture.ts'
import { growthOf, lastedMs, type Sample } from './slope.ts'

export const soak: Torture = {
  name: 'soak',
  promise:
    'Under mixed load for a quarter of an hour, with each part stopped, started and killed in turn, nothing piles up, and every error has its cause.',
  run: (context) => soakPlatform(context, { durationMs: 15 * 60_000, quietMs: 6000 }),
}

const CLIENTS = 6
/** From one request of a client to its next, in milliseconds: some hundred requests a second in all. */
const PACE_MS = 50
const PATIENCE_MS = 10_000
/** How long errors may go on after a part is back: the circuit's reset, its trial, a reconnection. */
const RECOVERY_MS = 5000
/** What a process may grow by over the whole time, besides noise. */
const ALLOWED = { 'resident memory, in MiB': 24, 'open files': 12, sockets: 12 } as const

/** How long a process has to have been watched for a slope to be one, and no warming up, in milliseconds. */
const LONG_ENOUGH_MS = 180_000

type Figure = keyof typeof ALLOWED

/**
 * @param options.quietMs how long nothing is disturbed after a part has come back and recovered; figures are taken at its end.
 */
export async function soakPlatform(
  { random, dir, onEnd, say }: Context,
  { durationMs, quietMs }: { durationMs: number; quietMs: number },
): Promise<Findings> {
  const platform = await startWholePlatform({ dir, onEnd, env: { BREAKER_RESET_SECONDS: '1' } })
  const http = createHttpClient({ connections: CLIENTS })
  onEnd(http.close)
  const over = new AbortController()
  const disturbances: { part: string; from: number; until: number }[] = []
  const isExplained = (error: { from: number; until: number }) =>
    disturbances.some(({ from, until }) => error.until >= from && error.from <= until)
  const errors: { from: number; until: number; what: string }[] = []
  let answers = 0
  const note = (sentAt: number, what: string, answer: Answer | undefined) => {
    answers++
    const isRight = answer !== undefined && (answer.status < 400 || answer.status === 404)
    if (isRight) return
    const until = performance.now()
    const came = answer === undefined ? 'no answer' : `${answer.status} ${answer.text}`
    errors.push({ from: sentAt, until, what: `${what}: ${came} after ${Math.round(until - sentAt)} ms` })
  }
  const clients = Array.from({ length: CLIENTS }, (_, n) =>
    live({ random: random.fork(`client ${n}`), url: platform.gateway.url, http, n, over: over.signal, note }),
  )

  const samples = new Map<string, Sample[]>()
  const endsAt = performance.now() + durationMs
  await takeFigures(platform, samples)
  const chance = random.fork('disturbances')
  let done = 0
  while (performance.now() < endsAt)
    for (const [name, part] of chance.shuffle(
      victimsOf(platform, performance.now() < endsAt - durationMs / 2),
    )) {
      if (performance.now() >= endsAt) break
      const disturbance = { part: name, from: performance.now(), until: Number.POSITIVE_INFINITY }
      disturbances.push(disturbance)
      await disturb(part, chance)
      await Promise.all(platform.processes.map((process) => process.ready()))
      await delay(RECOVERY_MS)
      disturbance.until = performance.now()
      await delay(quietMs)
      await takeFigures(platform, samples)
      done++
      if (done % 10 === 0) say(`${done} disturbances, ${answers} answers, ${errors.length} errors`)
    }
  over.abort()
  await Promise.all(clients)

  const unexplained = errors.filter((error) => !isExplained(error))
  const violations = unexplained.map(({ what }) => `while nothing was disturbed, ${what}`)
  const growths: string[] = []
  for (const [name, all] of samples) {
    // A process grows at first, until it has met all that there is.
    const values = all.slice(Math.floor(all.length / 3))
    if (lastedMs(values) < LONG_ENOUGH_MS) continue
    const growth = growthOf(values)
    growths.push(`${name} ${growth >= 0 ? '+' : ''}${growth.toFixed(1)}`)
    if (growth > ALLOWED[name.split(': ')[1] as Figure])
      violations.push(`${name} grew by ${growth.toFixed(1)}`)
  }
  for (const process of platform.processes) {
    const end = process.unexpectedEnd()
    if (end !== undefined) violations.push(end)
  }
  return {
    figures: {
      disturbances: done,
      answers,
      'errors while a part was disturbed': errors.length - unexplained.length,
      'errors without a cause': unexplained.length,
      growth: growths.join(', '),
    },
    violations: [...new Set(violations)],
  }
}

/** In the first half only the stores, so that all processes live long enough to show a slope; then the services, too. */
function victimsOf(
  { postgres, redis, services, gateway }: WholePlatform,
  isEarly: boolean,
): [string, Server | Replica][] {
  const stores: [string, Server][] = [
    ['PostgreSQL', postgres],
    ['Redis', redis],
  ]
  if (isEarly) return stores
  return [
    ...stores,
    ...SERVICES.flatMap((service) => services[service].map((each): [string, Replica] => [each.name, each])),
    ['gateway', gateway],
  ]
}

/** Stops, kills or pauses a part, and brings it back. */
async function disturb(part: Server | Replica, random: Random): Promise<void> {
  const how = random.pick(['kill', 'pause', 'stop'] as const)
  if (how === 'pause') {
    part.pause()
    await delay(random.between(200, 2000))
    part.resume()
    return
  }
  await (how === 'stop' && 'stop' in part ? part.stop() : part.kill())
  await delay(random.between(0, 1500))
  await part.start()
}

/** A client that creates, reads, lists, changes and deletes, a user and an order of its own at a time. */
async function live({
  random,
  url,
  http,
  n,
  over,
  note,
}: {
  random: Random
  url: string
  http: HttpClient
  n: number
  over: AbortSignal
  note: (sentAt: number, what: string, answer: Answer | undefined) => void
}): Promise<void> {
  const send = async (method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, body?: object) => {
    const sentAt = performance.now()
    const answer = await http
      .send(url + path, method, { patienceMs: PATIENCE_MS, ...(body && { body }) })
      .catch(() => undefined)
    note(sentAt, `${method} ${path.replaceAll(/\d+/g, 'N')}`, answer)
    await delay(PACE_MS)
    return answer
  }
  const idOf = (answer: Answer | undefined) =>
    answer?.status === 201 ? (answer.json() as { id: number }).id : undefined
  for (let round = 0; !over.aborted; round++) {
    const user = idOf(await send('POST', '/users', { email: `soak-${n}-${round}@example.com`, name: 'Soak' }))
    if (user === undefined) continue
    const order = idOf(await send('POST', '/orders', { userId: user, product: 'Lamp' }))
    await send('POST', '/payments', { order_id: order ?? 1, amount: 1 })
    for (let step = random.integer(5, 20); step > 0 && !over.aborted; step--) {
      const [method, path, body] = random.pick([
        ['GET', `/users/${user}`],
        ['GET', `/users/${user}`],
        ['GET', `/users/${user}/details`],
        ['GET', `/orders?userId=${user}`],
        ['GET', '/users?limit=20'],
        ['GET', '/health'],
        ['PUT', `/users/${user}`, { name: `Soak ${step}` }],
      ] as const)
      await send(method, path, body)
    }
    if (order !== undefined) await send('DELETE', `/orders/${order}`)
    await send('DELETE', `/users/${user}`)
  }
}

/** Notes what each process holds. One that was started anew begins anew. */
async function takeFigures({ processes }: WholePlatform, samples: Map<string, Sample[]>): Promise<void> {
  const atMs = performance.now()
  for (const { name, pid } of processes) {
    const folder = `/proc/${pid()}/fd`
    const files = await readdir(folder)
    // One that has been closed meanwhile is none.
    const links = await Promise.all(files.map((file) => readlink(`${folder}/${file}`).catch(() => '')))
    const status = await readFile(`/proc/${pid()}/status`, 'utf8')
    const figures: Record<Figure, number> = {
      'resident memory, in MiB': Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024,
      'open files': links.filter((link) => !link.startsWith('socket:')).length,
      sockets: links.filter((link) => link.startsWith('socket:')).length,
    }
    for (const [figure, value] of Object.entries(figures)) {
      const key = `${name} (process ${pid()}): ${figure}`
      samples.set(key, [...(samples.get(key) ?? []), { atMs, value }])
    }
  }
}
