import { RESOURCES, type ResourceName } from '../resources.ts'
import { isGatewayUrl } from '../settings.ts'

/** `msctl users|orders|payments get <id>`, with no more than `--json` and `--url`. */
export interface PlainGet {
  readonly resource: ResourceName
  readonly id: number
  readonly json: boolean
  readonly url?: string | undefined
}

/**
 * Reads a command line that is as plain as that.
 *
 * @returns `undefined` for any other, a wrong one among them: the menu knows what to say of it.
 */
export function parseGet([resource, verb, ...words]: readonly string[]): PlainGet | undefined {
  if (verb !== 'get' || !isResource(resource)) return undefined
  let id: number | undefined
  let url: string | undefined
  let json = false
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? ''
    if (word === '--json' && !json) json = true
    else if (/^\d{1,9}$/.test(word) && id === undefined) id = Number(word)
    else if (/^--url(=|$)/.test(word) && url === undefined) {
      url = word === '--url' ? words[++index] : word.slice('--url='.length)
      if (url === undefined || !isGatewayUrl(url)) return undefined
    } else return undefined
  }
  return id === undefined ? undefined : { resource, id, json, url }
}

function isResource(word: string | undefined): word is ResourceName {
  return (RESOURCES as readonly (string | undefined)[]).includes(word)
}
