import type { ApiPromise } from '../api-promise.ts'
import type { Call, Endpoint } from '../endpoint.ts'
import type { CallOptions } from '../options.ts'

/** A method that {@link SendRequest} sends. */
export type RequestMethod = Endpoint<unknown>['method']

/** What a request takes besides what every call does. */
export interface RequestOptions extends CallOptions {
  /** Sent as JSON. */
  body?: unknown
}

/**
 * Any request to the gateway, for what no other call is for. Retries, deadlines, keys and errors are those of every call.
 *
 * @param path with the query, beginning with a slash.
 * @returns what was answered: parsed where it says that it is JSON, else its text, `undefined` where it is empty. Its shape is not
 * looked at.
 * @throws {TypeError} for a path without a slash.
 * @example
 * const { data, response } = await ms.request('GET', '/openapi.json').withResponse()
 */
export type SendRequest = <T = unknown>(
  method: RequestMethod,
  path: string,
  options?: RequestOptions,
) => ApiPromise<T>

/** Makes what sends any request. */
export const createRequest =
  (call: Call): SendRequest =>
  <T>(method: RequestMethod, path: string, { body, ...options }: RequestOptions = {}) => {
    if (!path.startsWith('/')) throw new TypeError(`request: the path must begin with /, got ${path}`)
    return call<T>({ call: 'request', method, path, body, answer: 'any' }, options)
  }
