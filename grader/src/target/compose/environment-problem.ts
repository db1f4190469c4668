/** What Docker and package managers say when this machine, its network or a registry failed: never the submission's fault. */
const SIGNS = [
  /no space left on device|disk quota exceeded/i,
  /cannot allocate memory/i,
  /temporary failure (in name resolution|resolving)/i,
  /could not resolve|name or service not known|getaddrinfo/i,
  // As a word in capitals: ModuleNotFoundError has it in it, too.
  /\b(EAI_AGAIN|ENOTFOUND|ETIMEDOUT|ECONNRESET|ENOMEM)\b/,
  /TLS handshake timeout|i\/o timeout|read timed out/i,
  /toomanyrequests|pull rate limit/i,
  /network is unreachable|dial tcp/i,
  /cannot connect to the docker daemon|is the docker daemon running/i,
  /could not find an available, non-overlapping IPv4 address pool|all predefined address pools/i,
  /received unexpected HTTP status: 5\d\d|service unavailable/i,
]

/** Whether a line of a build or a start that failed tells of such a thing. */
export function isEnvironmentProblem(line: string): boolean {
  return SIGNS.some((sign) => sign.test(line))
}
