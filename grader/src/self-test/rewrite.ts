import type { Answered, Asked, Interceptor } from './http.ts'
import type { Fields } from './switches.ts'

/**
 * Limits an interceptor to some requests.
 *
 * @param method `GET`, or several: `PUT DELETE`, or any: `*`.
 * @param pattern a path, in which `:id` is any one segment.
 */
export function on(method: string, pattern: string, intercept: Interceptor): Interceptor {
  const methods = method.split(' ')
  const path = new RegExp(`^(?:${pattern.replaceAll(':id', '[^/]+')})/?$`)
  return (asked, next) =>
    (method === '*' || methods.includes(asked.method)) && path.test(asked.path)
      ? intercept(asked, next)
      : next(asked)
}

/** Has a request pass several interceptors, the first of them first. */
export const all = (...interceptors: Interceptor[]): Interceptor =>
  interceptors.reduceRight((inner, outer) => (asked, next) => outer(asked, (changed) => inner(changed, next)))

/** The JSON of a text; `undefined` where it is none. */
export function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** An answer in JSON. */
export const reply = (status: number, value: unknown): Answered => ({
  status,
  headers: { 'content-type': 'application/json' },
  text: JSON.stringify(value),
})

/** The last segment of the path, or that before `/details`. */
export const idOf = ({ path }: Asked): number => Number(/\/([^/]+)(\/details)?\/?$/.exec(path)?.[1])

const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Changes the object that is sent; what is none passes as it is. */
export const sending =
  (change: (fields: Fields) => unknown): Interceptor =>
  (asked, next) => {
    const body = parse(asked.text)
    return next(isObject(body) ? { ...asked, text: JSON.stringify(change(body)) } : asked)
  }

/** Changes the JSON that a success brings. */
export const answering =
  (change: (value: unknown, asked: Asked) => unknown): Interceptor =>
  async (asked, next) => {
    const answer = await next(asked)
    const value = parse(answer.text)
    if (answer.status >= 300 || value === undefined) return answer
    return { ...answer, text: JSON.stringify(change(value, asked)) }
  }

/** Changes each object that a success brings, by itself or in a list. */
export const answeringEach = (change: (fields: Fields) => unknown): Interceptor =>
  answering((value) => (Array.isArray(value) ? value.map(change) : isObject(value) ? change(value) : value))

/** Answers by other rules where the status is one of those given. */
export const instead =
  (statuses: readonly number[], answer: (was: Answered, asked: Asked) => Answered): Interceptor =>
  async (asked, next) => {
    const was = await next(asked)
    return statuses.includes(was.status) ? answer(was, asked) : was
  }

/** The same answer with another status. */
export const withStatus =
  (status: number) =>
  (was: Answered): Answered => ({ ...was, status })
