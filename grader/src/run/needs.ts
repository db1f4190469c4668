import type { Text } from '@msctl/scenarios'
import type { ServiceName } from '@msctl/sdk/contract'
import type { Need } from './grader.ts'
import type { Absence } from './introduce.ts'

/** What of the target can be reached. */
export interface Reach {
  readonly has: ReadonlySet<Need>
  /** The services whose database can be asked. */
  readonly databases: ReadonlySet<ServiceName>
  readonly absent: Readonly<Partial<Record<'redis' | ServiceName, Absence>>>
}

/** The first thing that is needed and cannot be had; `undefined` when all is there. */
export function missingNeed(
  needs: readonly Need[],
  uses: readonly ServiceName[],
  { has, databases, absent }: Reach,
): Absence | undefined {
  for (const need of needs) {
    if (need === 'db') {
      const without = uses.find((service) => !databases.has(service))
      if (without === undefined && databases.size > 0) continue
      return (without && absent[without]) ?? { status: 'not-assessed', reason: HOW.db }
    }
    if (has.has(need)) continue
    return (need === 'redis' ? absent.redis : undefined) ?? { status: 'not-assessed', reason: HOW[need] }
  }
  return undefined
}

/** What is missing, and how to give it. */
const HOW: Readonly<Record<Need, Text>> = {
  http: 'HTTP',
  redis: {
    en: 'Needs to look into Redis. Give its address: --redis redis://127.0.0.1:6379',
    ru: 'Нужно заглянуть в Redis. Укажите его адрес: --redis redis://127.0.0.1:6379',
  },
  db: {
    en: 'Needs to look into the databases. Give their addresses: --db users=postgres://… --db orders=… --db payments=…',
    ru: 'Нужно заглянуть в базы данных. Укажите их адреса: --db users=postgres://… --db orders=… --db payments=…',
  },
  control: {
    en: 'Needs to stop and start parts. Give a program that does: --control ./ctl',
    ru: 'Нужно останавливать и запускать части системы. Укажите программу, которая это делает: --control ./ctl',
  },
  compose: {
    en: 'Needs the Compose file. Give it: --compose path/docker-compose.yml',
    ru: 'Нужен файл Compose. Укажите его: --compose path/docker-compose.yml',
  },
  source: {
    en: 'Needs the sources. Give their folder: --source path',
    ru: 'Нужен исходный код. Укажите папку: --source path',
  },
}
