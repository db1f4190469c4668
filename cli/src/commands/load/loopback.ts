import { lookup } from 'node:dns/promises'
import { BlockList, isIP } from 'node:net'
import { Failure } from '../../failure.ts'

const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8, 'ipv4')
loopback.addAddress('::1', 'ipv6')
loopback.addSubnet('::ffff:127.0.0.0', 104, 'ipv6')

/**
 * @throws Failure `remote-target` unless every address of the URL's host is one of this machine's own loopback;
 *   `unreachable` when the host has none at all.
 */
export async function assertLoopback(url: URL): Promise<void> {
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const addresses = isIP(host) > 0 ? [host] : await resolve(host, url)
  const isLocal = (address: string) => loopback.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4')
  if (!addresses.every(isLocal)) throw new Failure('remote-target', { url: url.origin })
}

async function resolve(host: string, url: URL): Promise<string[]> {
  try {
    return (await lookup(host, { all: true })).map(({ address }) => address)
  } catch (cause) {
    throw new Failure('unreachable', { url: url.origin, reason: (cause as Error).message }, { cause })
  }
}
