import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

const BEARER = /^Bearer +([\w.~+/-]+=*) *$/i

/**
 * Gives a function that finds the key that a request came with, in `Authorization: Bearer`.
 *
 * @returns what the key is known by: not the key itself. `undefined` without a valid one, or with more than one.
 */
export function createKeyFinder(keys: readonly string[]): (request: IncomingMessage) => string | undefined {
  const known = keys.map((key) => digestOf(key))
  return ({ headersDistinct }) => {
    const [authorization = '', ...others] = headersDistinct.authorization ?? []
    const given = BEARER.exec(authorization)?.[1]
    if (given === undefined || others.length > 0) return undefined
    // Digests are all of one length, and all of them are compared, so that the time it takes tells nothing of the keys.
    const digest = digestOf(given)
    let found: Buffer | undefined
    for (const each of known) if (timingSafeEqual(each, digest)) found = each
    return found?.toString('hex', 0, 16)
  }
}

const digestOf = (key: string): Buffer => createHash('sha256').update(key).digest()
