import type { Text } from '@msctl/scenarios'
import type { ServiceName } from '@msctl/sdk/contract'
import type { Check } from '../../run/grader.ts'
import { type Complaints, complain } from '../judge.ts'
import { call, expected } from '../repro.ts'
import { RESOURCES } from '../resources.ts'
import { type Probe, type Visit, visitServed } from '../visits.ts'
import { type BreakerLab, IS_SERVED, openLines, startLine } from './opens-at-fifth.ts'
import { readCircuit, type ShownCircuit } from './shown-circuit.ts'

export const isolation: Check = {
  criterion: 'circuit-breaker',
  title: {
    en: 'One open circuit changes nothing for the other services',
    ru: 'Один разомкнутый предохранитель не влияет на другие сервисы',
  },
  why: {
    en: 'A failure of one service must not spread. That is why each service has a circuit of its own.',
    ru: 'Сбой одного сервиса не должен распространяться. Для этого у каждого сервиса свой предохранитель.',
  },
  hint: {
    en: 'Make one breaker for each service, with a state of its own.',
    ru: 'Создайте для каждого сервиса свой предохранитель со своим состоянием.',
  },
  // The first that is opened.
  dependsOn: ['circuit-breaker.orders.opens-at-fifth'],
}

export const ISOLATED: Text = {
  en: 'While one circuit is open, the other services answer as before.',
  ru: 'Пока один предохранитель разомкнут, остальные сервисы отвечают как раньше.',
}

/** Another service, while a circuit has just opened. */
export interface Bystander {
  readonly open: ServiceName
  readonly service: ServiceName
  readonly seen: Visit
  readonly shown: ShownCircuit
}

/** Asks services whose circuits are still closed. */
export async function askOthers(
  lab: BreakerLab,
  open: ServiceName,
  others: readonly Probe[],
): Promise<readonly Bystander[]> {
  const bystanders: Bystander[] = []
  for (const probe of others) {
    const { service } = probe.resource
    const seen = await visitServed(lab, probe)
    bystanders.push({ open, service, seen, shown: await readCircuit(lab, service) })
  }
  return bystanders
}

export function judgeIsolation(bystanders: readonly Bystander[]): Complaints {
  return bystanders.flatMap(({ open, service, seen, shown }) => [
    !seen.isServed &&
      complain(
        {
          en: `While the circuit of ${open} is open, ${service} is refused as well.`,
          ru: `Пока предохранитель ${open} разомкнут, не отвечает и ${service}.`,
        },
        seen.answer,
      ),
    shown.state === 'OPEN' &&
      complain(
        {
          en: `While the circuit of ${open} is open, that of ${service} shows ${shown.written}.`,
          ru: `Пока предохранитель ${open} разомкнут, предохранитель ${service} показывает ${shown.written}.`,
        },
        shown.answer,
      ),
  ])
}

export const isolationScript = (resetSeconds: number): readonly string[] => [
  ...openLines(RESOURCES.users),
  ...['/orders', '/payments'].flatMap((path) => [
    call('GET', path),
    expected('200: only users is away', IS_SERVED),
  ]),
  startLine(RESOURCES.users, resetSeconds),
]
