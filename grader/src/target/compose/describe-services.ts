import path from 'node:path'
import { SERVICES } from '@msctl/sdk/contract'
import type { ComposeFacts } from '../compose-facts.ts'
import { type ComposeFile, environmentOf, mountsOf, portsOf, spellPort } from './compose-file.ts'
import { errorLinesOf, type SubmittedContainer } from './inspect.ts'
import type { Roles } from './recognise.ts'
import { databaseLogin } from './stores.ts'

export interface DescribeOptions {
  readonly file: ComposeFile
  readonly roles: Roles
  readonly root: string
  readonly containers: readonly SubmittedContainer[]
  readonly openSecrets: Readonly<Record<string, readonly string[]>>
  readonly env: NodeJS.ProcessEnv
}

/** Every service as its author wrote it, and what became of it. */
export function describeServices(options: DescribeOptions): Promise<ComposeFacts['services']> {
  const { file, roles, root, containers, openSecrets, env } = options
  // As its author wrote it.
  const shorten = (source: string | undefined) =>
    source?.startsWith(`${root}/`) === true ? `./${path.relative(root, source)}` : source
  return Promise.all(
    Object.entries(file.services).map(async ([name, service]) => {
      const container = containers.find((each) => each.service === name)
      const isRunning = container?.isRunning === true
      const isStore = Object.entries(roles).some(([role, each]) => each === name && /^db_|cache/.test(role))
      const environment = container?.environment ?? environmentOf(service)
      return {
        name,
        image: service.image,
        published: portsOf(service)
          .filter(({ published }) => published !== undefined)
          .map(spellPort),
        mounts: mountsOf(service).map(({ type, source, target }) => ({
          type,
          source: shorten(source),
          target,
        })),
        dataFolder: isStore ? dataFolder(service.image, environment) : undefined,
        openSecrets: openSecrets[name] ?? [],
        state: container?.state ?? 'not created',
        isRunning,
        log: container === undefined || isRunning ? [] : await errorLinesOf(container.id, env),
      }
    }),
  )
}

function dataFolder(image: string | undefined, environment: Readonly<Record<string, string>>): string {
  if (/bitnami/.test(image ?? '')) return '/bitnami/postgresql'
  return environment.PGDATA ?? '/var/lib/postgresql/data'
}

/** What each service's database is called. */
export function databaseNamesOf({ file, roles, containers }: DescribeOptions): ComposeFacts['databaseNames'] {
  return Object.fromEntries(
    SERVICES.flatMap((service) => {
      const environment =
        containers.find((each) => each.service === roles[`db_${service}`])?.environment ?? {}
      const login = databaseLogin(file, roles, service, environment)
      return login === undefined ? [] : [[service, login.database]]
    }),
  )
}
