import type { Lab } from '@msctl/scenarios'
import type { Answer, Grader } from '../run/grader.ts'
import { asMade, idOf, isOk, type Row, rowOf, rowsOf } from './answers.ts'
import type { Resource } from './resources.ts'

type AnyLab = Pick<Lab<Grader, unknown>, 'world'>

/** What a POST made. */
export interface Created {
  readonly id: number
  /** As its answer says. */
  readonly body: Row
  readonly answer: Answer
}

/** Sends a POST. Whatever came into being by it is noted, to be deleted at the end, even if it should not have. */
export async function post({ world }: AnyLab, resource: Resource, body: unknown): Promise<Answer> {
  const answer = await world.request('POST', resource.path, { json: body })
  const id = isOk(answer) ? idOf(answer) : undefined
  if (id !== undefined) world.created.note(resource.service, id)
  return answer
}

/**
 * Creates one, for a check that is about something else; `undefined` when that is not possible.
 *
 * @param refused gets the answer then.
 */
export async function create(
  lab: AnyLab,
  resource: Resource,
  body: Row = resource.make(lab.world),
  refused?: (answer: Answer) => void,
): Promise<Created | undefined> {
  const answer = await post(lab, resource, body)
  const id = isOk(answer) ? idOf(answer) : undefined
  if (id !== undefined) return { id, body: asMade(body, answer), answer }
  refused?.(answer)
  return undefined
}

/** Works through a list, a few at a time, so that the target is not hurried and its pools are not drained. */
export async function inBatches<T, R>(
  items: readonly T[],
  size: number,
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = []
  for (let start = 0; start < items.length; start += size)
    results.push(...(await Promise.all(items.slice(start, start + size).map(work))))
  return results
}

/** Creates many, which share some fields; those that could not be created are not among them. */
export async function createMany(
  lab: AnyLab,
  resource: Resource,
  count: number,
  shared: Row = {},
): Promise<Created[]> {
  const made = await inBatches(Array.from({ length: count }), MANY_AT_ONCE, () =>
    create(lab, resource, { ...resource.make(lab.world), ...shared }),
  )
  return made.filter((each) => each !== undefined)
}

const MANY_AT_ONCE = 8

/** How many requests that may be failures to a circuit are sent before one that surely is none. */
const FEW = 3

/**
 * Sends requests that an implementation may answer with errors, and something that it can answer well after every few: whatever the
 * gateway takes for a failure, no circuit is to open because of what is asked here.
 */
export async function inCalm<T, R>(
  { world }: AnyLab,
  { path }: Resource,
  knownId: number,
  items: readonly T[],
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = []
  for (let start = 0; start < items.length; start += FEW) {
    results.push(...(await inBatches(items.slice(start, start + FEW), FEW, work)))
    await world.request('GET', `${path}/${knownId}`)
  }
  return results
}

/** An id that nothing has: of the upper half of those that `SERIAL` can make. */
export function unknownId({ random }: Grader): number {
  return 1_100_000_000 + Math.floor(random() * 1_000_000_000)
}

/** A list, as far as it had to be read, and the answer that it began with. */
export interface Listing {
  /** `undefined` when it was no list. */
  readonly rows: readonly Row[] | undefined
  readonly answer: Answer
}

/** A list that is shorter than this has no reason to come in pages, in rows. */
const SHORTEST_PAGE = 50
/** As far as pages are turned. */
const MOST_PAGES = 40

/** How implementations page: what asks for the rows after these. */
const PAGINGS: readonly ((rows: readonly Row[], page: number) => string)[] = [
  (rows) => `skip=${rows.length}`,
  (rows) => `offset=${rows.length}`,
  (rows) => `after=${rows.at(-1)?.id}`,
  (_, page) => `page=${page}`,
]

/**
 * Reads a list until all of `wanted` are found. An implementation may page where there is much to list, and however it does that, the
 * pages are turned; a short list has to be complete.
 *
 * @param filter a query, such as `userId=7`.
 */
export async function list(
  { world }: AnyLab,
  { path }: Resource,
  wanted: readonly number[],
  filter?: string,
): Promise<Listing> {
  const answer = await world.request('GET', filter === undefined ? path : `${path}?${filter}`)
  const first = isOk(answer) ? rowsOf(answer) : undefined
  if (first === undefined || first.length < SHORTEST_PAGE || hasAll(first, wanted))
    return { rows: first, answer }
  for (const paging of PAGINGS) {
    const rows = [...first]
    const seen = new Set(first.map(({ id }) => id))
    for (let page = 2; page < MOST_PAGES; page++) {
      const query = [...(filter === undefined ? [] : [filter]), paging(rows, page)].join('&')
      const next = await world.request('GET', `${path}?${query}`)
      const fresh = (rowsOf(next) ?? []).filter(({ id }) => !seen.has(id))
      if (!isOk(next) || fresh.length === 0) break
      for (const row of fresh) seen.add(row.id)
      rows.push(...fresh)
      if (hasAll(rows, wanted)) return { rows, answer }
    }
  }
  return { rows: first, answer }
}

/** What is stored under an id, as far as it can be told from outside. */
export interface Stored {
  readonly answer: Answer
  /** By `GET /x/{id}`; `undefined` when it says that there is none. */
  readonly byId: Row | undefined
  /** By the list, which no cache stands in front of. */
  readonly inList: Row | undefined
}

/** Looks at objects both by id and in the list: what a cache got wrong is not held against the rest. */
export async function look(
  lab: AnyLab,
  resource: Resource,
  ids: readonly number[],
): Promise<(id: number) => Stored> {
  const answers = new Map(
    await inBatches(ids, FEW, async (id) => {
      const answer = await lab.world.request('GET', `${resource.path}/${id}`)
      return [id, answer] as const
    }),
  )
  const { rows, answer: listed } = await list(lab, resource, ids)
  return (id) => {
    const answer = answers.get(id) ?? listed
    return {
      answer,
      byId: isOk(answer) ? rowOf(answer) : undefined,
      inList: rows?.find((row) => row.id === id),
    }
  }
}

function hasAll(rows: readonly Row[], wanted: readonly number[]): boolean {
  const ids = new Set(rows.map(({ id }) => id))
  return wanted.every((id) => ids.has(id))
}
