import { SERVICES, type ServiceName } from '@msctl/sdk/contract'
import type { Ports } from './choose-ports.ts'
import type { ComposeFile } from './compose-file.ts'
import type { SubmittedContainer } from './inspect.ts'
import type { Roles } from './recognise.ts'
import { cacheLogin, databaseLogin } from './stores.ts'

/** Where the stores of a project can be asked. */
export interface Addresses {
  /** `undefined`: there is none, or each service has its own. */
  readonly redisUrl: string | undefined
  readonly databaseUrls: Readonly<Partial<Record<ServiceName, string>>>
}

/** Where the stores are on this machine, and how to log in there. */
export function addressesOf(
  file: ComposeFile,
  roles: Roles,
  ports: Ports,
  containers: readonly SubmittedContainer[],
): Addresses {
  const environmentOf = (name: string | undefined) =>
    containers.find(({ service }) => service === name)?.environment ?? {}
  const databaseUrls = SERVICES.flatMap((service): [ServiceName, string][] => {
    const name = roles[`db_${service}`]
    const login = databaseLogin(file, roles, service, environmentOf(name))
    const port = ports.get(name ?? '')?.port
    if (login === undefined || port === undefined) return []
    const who = `${encodeURIComponent(login.user)}:${encodeURIComponent(login.password)}`
    return [[service, `postgres://${who}@127.0.0.1:${port}/${login.database}`]]
  })
  const cache = cacheLogin(file, roles, environmentOf(roles.cache))
  const cachePort = ports.get(roles.cache ?? '')?.port
  const secret = cache?.password === undefined ? '' : `:${encodeURIComponent(cache.password)}@`
  return {
    redisUrl:
      // Services that keep their keys in different databases of it cannot all be seen through one.
      cache?.database === undefined || cachePort === undefined
        ? undefined
        : `redis://${secret}127.0.0.1:${cachePort}${cache.database === 0 ? '' : `/${cache.database}`}`,
    databaseUrls: Object.fromEntries(databaseUrls),
  }
}
