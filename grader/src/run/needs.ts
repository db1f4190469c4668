import type { Text } from '@msctl/scenarios'
import { SERVICES, type ServiceName } from '@msctl/sdk/contract'
import type { Need } from './grader.ts'
import type { Untried } from './verdict.ts'

/** What of a target can be reached, and why the rest cannot. */
export interface Reach {
  readonly has: ReadonlySet<Need>
  /** The services whose database can be asked. */
  readonly databases: ReadonlySet<ServiceName>
  /** Why something cannot be used; what is named neither here nor above was not given. */
  readonly unusable: Readonly<Partial<Record<Exclude<Need, 'db'> | ServiceName, Untried>>>
}

/**
 * Why something that is needed cannot be had; `undefined` when all is there. What was not given comes first: nobody fails for what could
 * not have been seen anyway.
 */
export function missingNeed(
  needs: readonly Need[],
  uses: readonly ServiceName[],
  { has, databases, unusable }: Reach,
): Untried | undefined {
  const missing = needs.flatMap((need): readonly Untried[] => {
    const notGiven: Untried = { status: 'not-assessed', reason: HOW[need] }
    if (need !== 'db') return has.has(need) ? [] : [unusable[need] ?? notGiven]
    const wanted = databases.size === 0 && uses.length === 0 ? SERVICES : uses
    return wanted.filter((service) => !databases.has(service)).map((service) => unusable[service] ?? notGiven)
  })
  return missing.find(({ status }) => status !== 'fail') ?? missing[0]
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
