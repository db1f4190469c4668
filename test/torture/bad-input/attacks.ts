// What attackers send below HTTP: requests that are read in two ways, cut, framed wrongly, or no HTTP at all.
import type { Random } from '../random.ts'

/** Bytes for a connection of their own. */
export interface Attack {
  name: string
  bytes: Buffer
  /** Whether there is more to come as far as the server can tell, so that it may wait for it. */
  isUnfinished: boolean
}

/** A request that must never be carried out: whoever reads an attack in two ways would find it behind the first. */
type Smuggled = string

const JSON_BODY = '{"email": "attack@example.com"}'

/**
 * All attacks, once.
 *
 * @param smuggled requests that must not be carried out.
 */
export function attacksOf(random: Random, smuggled: readonly Smuggled[]): Attack[] {
  const hidden = () => random.pick(smuggled)
  const head = (line: string, ...headers: string[]) =>
    `${[line, 'Host: localhost', ...headers].join('\r\n')}\r\n\r\n`
  const post = (...headers: string[]) =>
    head('POST /users HTTP/1.1', 'Content-Type: application/json', ...headers)
  const whole: Record<string, string> = {
    'Content-Length and Transfer-Encoding': `${post('Content-Length: 6', 'Transfer-Encoding: chunked')}0\r\n\r\n${hidden()}`,
    'Transfer-Encoding and Content-Length': `${post('Transfer-Encoding: chunked', 'Content-Length: 4')}5c\r\n${hidden()}\r\n0\r\n\r\n`,
    'Transfer-Encoding twice': `${post('Transfer-Encoding: chunked', 'Transfer-Encoding: x')}0\r\n\r\n${hidden()}`,
    'Transfer-Encoding disguised': `${post('Transfer-Encoding : chunked', 'Content-Length: 5')}0\r\n\r\n${hidden()}`,
    'Transfer-Encoding with a tab': `${post('Transfer-Encoding:\tchunked', 'Content-Length: 5')}0\r\n\r\n${hidden()}`,
    'Transfer-Encoding xchunked': `${post('Transfer-Encoding: xchunked', 'Content-Length: 5')}0\r\n\r\n${hidden()}`,
    'Transfer-Encoding identity': `${post('Transfer-Encoding: identity', 'Content-Length: 5')}0\r\n\r\n${hidden()}`,
    'Content-Length twice': `${post('Content-Length: 0', `Content-Length: ${hidden().length}`)}${hidden()}`,
    'Content-Length with a list': `${post('Content-Length: 0, 44')}${hidden()}`,
    'Content-Length negative': `${post('Content-Length: -1')}${hidden()}`,
    'Content-Length with a plus': `${post('Content-Length: +0')}${hidden()}`,
    'Content-Length no number': `${post('Content-Length: 0x10')}${hidden()}`,
    'Content-Length without end': post(`Content-Length: ${'9'.repeat(40)}`),
    'chunk size no number': `${post('Transfer-Encoding: chunked')}zz\r\n${hidden()}`,
    'chunk size negative': `${post('Transfer-Encoding: chunked')}-1\r\n${hidden()}`,
    'chunk size overflowing': `${post('Transfer-Encoding: chunked')}${'f'.repeat(17)}\r\n${hidden()}`,
    'chunk longer than it says': `${post('Transfer-Encoding: chunked')}1\r\n${hidden()}\r\n0\r\n\r\n`,
    'chunk extension without end': `${post('Transfer-Encoding: chunked')}1;${'a'.repeat(200_000)}`,
    'chunk with a bare LF': `${post('Transfer-Encoding: chunked')}0\n\n${hidden()}`,
    'trailers with a header': `${post('Transfer-Encoding: chunked')}0\r\nContent-Length: 44\r\n\r\n`,
    'header with a bare LF': `POST /users HTTP/1.1\nHost: localhost\nContent-Length: 0\n\n${hidden()}`,
    'header with a bare CR': head('GET /users/1 HTTP/1.1', 'X-A: a\rContent-Length: 44'),
    'header with NUL': head('GET /users/1 HTTP/1.1', 'X-A: a\0b'),
    'header folded': head('GET /users/1 HTTP/1.1', 'X-A: a', ' b'),
    'header without a colon': head('GET /users/1 HTTP/1.1', 'nonsense'),
    'header without a name': head('GET /users/1 HTTP/1.1', ': x'),
    'header too long': head('GET /users/1 HTTP/1.1', `X-A: ${'a'.repeat(100_000)}`),
    'headers too many': head('GET /users/1 HTTP/1.1', ...Array.from({ length: 5000 }, (_, n) => `X-${n}: 1`)),
    'Host missing': 'GET /users/1 HTTP/1.1\r\n\r\n',
    'Host twice': head('GET /users/1 HTTP/1.1', 'Host: evil.example'),
    'Host nonsense': 'GET /users/1 HTTP/1.1\r\nHost: @:/\\\r\n\r\n',
    'Expect unknown': head('GET /users/1 HTTP/1.1', 'Expect: 200-ok'),
    'Upgrade to h2c': head(
      'GET /users/1 HTTP/1.1',
      'Connection: Upgrade, HTTP2-Settings',
      'Upgrade: h2c',
      'HTTP2-Settings: AAMAAABkAAQ=',
    ),
    'Upgrade to WebSocket': head('GET /users/1 HTTP/1.1', 'Connection: Upgrade', 'Upgrade: websocket'),
    'Connection naming headers': head('GET /users/1 HTTP/1.1', 'Connection: close, host, x-request-id'),
    'HTTP/2 preface': 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
    'HTTP/0.9': 'GET /users/1\r\n\r\n',
    'HTTP/1.0': 'GET /users/1 HTTP/1.0\r\n\r\n',
    'HTTP/9.9': head('GET /users/1 HTTP/9.9'),
    'method unknown': head('NONSENSE /users/1 HTTP/1.1'),
    'method in lower case': head('get /users/1 HTTP/1.1'),
    'method CONNECT': 'CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example:443\r\n\r\n',
    'method TRACE': head('TRACE /users/1 HTTP/1.1'),
    'method OPTIONS of all': head('OPTIONS * HTTP/1.1'),
    'target absolute': head('GET http://evil.example/users/1 HTTP/1.1'),
    'target of another scheme': head('GET file:///etc/passwd HTTP/1.1'),
    'target with spaces': head('GET /users/1 /x HTTP/1.1'),
    'target with a fragment': head('GET /users/1#x HTTP/1.1'),
    'target with bytes': head('GET /users/\xff\xfe HTTP/1.1'),
    'target with a backslash': head('GET \\users\\1 HTTP/1.1'),
    'target with dots': head('GET /users/../../../etc/passwd HTTP/1.1'),
    'target without a slash': head('GET users HTTP/1.1'),
    'target too long': head(`GET /users/${'a'.repeat(100_000)} HTTP/1.1`),
    TLS: '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
    'random bytes': Array.from({ length: 500 }, () => String.fromCharCode(random.integer(0, 255))).join(''),
    'blank lines': `${'\r\n'.repeat(50)}${head('GET /users/1 HTTP/1.1')}`,
  }
  const unfinished: Record<string, string> = {
    'body cut': `${post('Content-Length: 100')}${JSON_BODY}`,
    'chunk cut': `${post('Transfer-Encoding: chunked')}ff\r\n${JSON_BODY}`,
    'last chunk missing': `${post('Transfer-Encoding: chunked')}${JSON_BODY.length.toString(16)}\r\n${JSON_BODY}\r\n`,
    'head cut': 'GET /users/1 HTTP/1.1\r\nHost: local',
    nothing: '',
  }
  const of = (from: Record<string, string>, isUnfinished: boolean) =>
    Object.entries(from).map(([name, text]) => ({ name, bytes: Buffer.from(text, 'latin1'), isUnfinished }))
  return [...of(whole, false), ...of(unfinished, true)]
}
