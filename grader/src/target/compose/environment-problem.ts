/** What Docker says when this machine, its network or a registry failed: never the submission's fault. */
const SIGNS = [
  /no space left on device/i,
  /temporary failure (in name resolution|resolving)/i,
  /could not resolve|name or service not known|EAI_AGAIN|ENOTFOUND|getaddrinfo/i,
  /TLS handshake timeout|i\/o timeout|ETIMEDOUT|ECONNRESET|read timed out/i,
  /toomanyrequests|pull rate limit/i,
  /network is unreachable|dial tcp/i,
  /cannot connect to the docker daemon|is the docker daemon running/i,
  /could not find an available, non-overlapping IPv4 address pool|all predefined address pools/i,
  /received unexpected HTTP status: 5\d\d|service unavailable/i,
]

/** Whether the last lines of a build or a start tell of such a thing. */
export function isEnvironmentProblem(output: readonly string[]): boolean {
  return output.some((line) => SIGNS.some((sign) => sign.test(line)))
}
