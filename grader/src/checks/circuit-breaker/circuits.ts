import { setTimeout as delay } from 'node:timers/promises'
import type { Lab, Text } from '@msctl/scenarios'
import {
  type Answer,
  type Check,
  type CheckFinding,
  type Experiment,
  type Grader,
  GradingError,
} from '../../run/grader.ts'
import { type Complaint, complain, judge } from '../judge.ts'
import { ALL_RESOURCES, RESOURCES, type Resource } from '../resources.ts'
import { createPower, type Power } from '../service-power.ts'
import { type Lane, prepareLane } from './lane.ts'
import {
  healthRepro,
  isolationRepro,
  openingRepro,
  refusingRepro,
  resetRepro,
  trialDecidesRepro,
  trialRepro,
} from './scripts.ts'
import { seeRefusals } from './see-refusals.ts'
import { readCircuit } from './shown-health.ts'
import { visitServed } from './stumble.ts'
import { HELD_BACK } from './timing.ts'
import { tripCircuit } from './trip-circuit.ts'
import { watchCircuit } from './watch-circuit.ts'
import { AWAY_FOR_OTHERS, SHOWN_FOR_OTHERS } from './words.ts'

interface State {
  lanes: Lane[]
  power?: Power
  /** What watches those that are open. */
  watches: Promise<void>[]
  /** What went wrong with one circuit, which is not to take the others with it. */
  failures: unknown[]
  isolation: Complaint[]
  isolated: number
}

type BreakerLab = Lab<Grader, State>

const title = (en: string, ru: string): Text => ({ en, ru })

const idOf = ({ service }: Resource, what: string) => `circuit-breaker.${service}.${what}`

const OPENS = title(
  'Four failures in a row leave the circuit closed, the fifth opens it; a success starts the count anew, and a 404 is no failure.',
  'Четыре неудачи подряд оставляют цепь закрытой, пятая её открывает; успех обнуляет счётчик, а 404 — не неудача.',
)

const REFUSES = title(
  'While it is open it answers at once with 502, 503 or 504, and the service gets nothing.',
  'Пока цепь открыта, шлюз сразу отвечает 502, 503 или 504, а до сервиса ничего не доходит.',
)

const RESETS = (seconds: number) =>
  title(
    `After ${seconds} s, and not much sooner or later, it lets a request through.`,
    `Через ${seconds} с, не намного раньше или позже, цепь пропускает запрос.`,
  )

const DECIDES = title(
  'A trial that fails opens it again for as long; one that succeeds closes it for all.',
  'Неудачный пробный запрос снова открывает цепь на столько же; удачный закрывает её для всех.',
)

const ISOLATED = title(
  'While one circuit is open the other services answer as ever.',
  'Пока одна цепь открыта, остальные сервисы отвечают как обычно.',
)

const TRUTHFUL = title(
  '/health shows each circuit as it is: its state, and how many failures in a row there were.',
  '/health показывает каждую цепь такой, какая она есть: состояние и число неудач подряд.',
)

const ONE = title(
  'At half-open exactly one request gets through; the others wait for it or are refused.',
  'В HALF_OPEN проходит ровно один запрос; остальные ждут его или отклоняются.',
)

const checksOf = (resource: Resource): readonly (readonly [string, Check])[] => {
  const { service } = resource
  const check = (rest: Omit<Check, 'criterion'>): Check => ({ criterion: 'circuit-breaker', ...rest })
  const opens = idOf(resource, 'opens-at-fifth')
  const halfOpen = idOf(resource, 'half-open-after-reset')
  return [
    [
      opens,
      check({
        title: title(
          `The circuit of ${service} opens at the fifth failure in a row`,
          `Цепь ${service} открывается на пятой неудаче подряд`,
        ),
        why: title(
          'Too early, and a hiccup takes a healthy service away; too late, and everybody waits for a dead one.',
          'Слишком рано — и икота отключает здоровый сервис; слишком поздно — и все ждут мёртвого.',
        ),
        hint: title(
          'Count failures in a row: connection errors, timeouts and 5xx. Set the count to 0 on every success. Let 4xx pass: they are answers.',
          'Считайте неудачи подряд: ошибки соединения, тайм-ауты и 5xx. При каждом успехе обнуляйте счётчик. 4xx пропускайте: это ответы.',
        ),
        dependsOn: [`correctness.${service}.create`, `correctness.${service}.read`],
      }),
    ],
    [
      idOf(resource, 'refuses-when-open'),
      check({
        title: title(
          `The open circuit of ${service} refuses at once and spares the service`,
          `Открытая цепь ${service} отказывает сразу и бережёт сервис`,
        ),
        why: title(
          'That is what it is for: nobody waits for what cannot come, and the service has time to recover.',
          'Для этого она и нужна: никто не ждёт напрасно, а у сервиса есть время прийти в себя.',
        ),
        hint: title(
          'Ask the circuit before the request is sent, and answer 503 without touching the network.',
          'Спрашивайте цепь до отправки запроса и отвечайте 503, не трогая сеть.',
        ),
        dependsOn: [opens],
      }),
    ],
    [
      halfOpen,
      check({
        title: title(
          `The circuit of ${service} tries again after 30 s`,
          `Цепь ${service} пробует снова через 30 с`,
        ),
        why: title(
          'Sooner hurts a service that is coming up; later keeps its users out for nothing.',
          'Раньше — навредит поднимающемуся сервису; позже — зря задержит пользователей.',
        ),
        hint: title(
          'Remember when it opened, and compare with a monotonic clock: 30 s, in the unit that the clock has.',
          'Запомните момент открытия и сравнивайте с монотонными часами: 30 с — в тех единицах, в которых идут часы.',
        ),
        dependsOn: [opens],
      }),
    ],
    [
      idOf(resource, 'trial-decides'),
      check({
        title: title(
          `The trial of ${service} decides: failed, open for another 30 s; succeeded, closed`,
          `Пробный запрос к ${service} решает: неудача — ещё 30 с, успех — цепь закрыта`,
        ),
        why: title(
          'One look at the service is all that it takes to know.',
          'Чтобы узнать, как дела у сервиса, хватает одного взгляда.',
        ),
        hint: title(
          'In HALF_OPEN, one failure opens and sets the time anew; one success closes and sets the count to 0.',
          'В HALF_OPEN одна неудача открывает цепь и заново засекает время; один успех закрывает её и обнуляет счётчик.',
        ),
        dependsOn: [opens, halfOpen],
      }),
    ],
  ]
}

/** The circuits of the gateway: their whole way round, black box, all three side by side. */
export const circuitBreaker: Experiment<State> = {
  needs: ['control'],
  uses: ['users', 'orders', 'payments'],
  isAboutOutages: true,
  expectedMs: (resetSeconds) => 4_000 + 2_150 * resetSeconds,
  sheet: {
    name: 'circuit-breaker',
    title: title('The circuit breakers', 'Предохранители'),
    question: title(
      'Does the gateway keep a dead service from hurting everybody?',
      'Защищает ли шлюз всех от упавшего сервиса?',
    ),
    idea: title(
      'Each service is stopped and started while requests are sent, and the answers alone show what its circuit does.',
      'Каждый сервис останавливают и запускают под запросами, и по одним ответам видно, что делает его цепь.',
    ),
    parameters: {
      resetSeconds: {
        value: 30,
        reason: title('The assignment says so.', 'Так сказано в задании.'),
      },
    },
    expectations: {
      ...Object.fromEntries(ALL_RESOURCES.flatMap(checksOf)),
      'circuit-breaker.isolation': {
        criterion: 'circuit-breaker',
        title: title(
          'One open circuit changes nothing for the other services',
          'Одна открытая цепь ничего не меняет для других сервисов',
        ),
        why: title(
          'A failure must not spread: that is the point of a circuit for each service.',
          'Сбой не должен распространяться: для этого у каждого сервиса своя цепь.',
        ),
        hint: title(
          'Make one breaker for each service, with a state of its own.',
          'Заведите для каждого сервиса свой предохранитель со своим состоянием.',
        ),
        dependsOn: [idOf(RESOURCES.users, 'opens-at-fifth')],
      },
      'circuit-breaker.health': {
        criterion: 'circuit-breaker',
        title: title('GET /health tells the truth about the circuits', 'GET /health говорит правду о цепях'),
        why: title(
          'It is what people look at when something is wrong.',
          'Именно туда смотрят, когда что-то не так.',
        ),
        hint: title(
          'Answer with {"circuits": {"users": {"status": "CLOSED", "failure_count": 0}, …}}, read from the very objects that decide.',
          'Отвечайте {"circuits": {"users": {"status": "CLOSED", "failure_count": 0}, …}} из тех самых объектов, что принимают решения.',
        ),
      },
      'circuit-breaker.one-trial': {
        criterion: 'circuit-breaker',
        title: title('Half-open lets exactly one request through', 'HALF_OPEN пропускает ровно один запрос'),
        why: title(
          'A service that is just coming up does not survive the crowd that waited for it.',
          'Едва поднявшийся сервис не выдержит толпы, которая его ждала.',
        ),
        hint: title(
          'Mark the trial as taken before the first await; whoever comes then is refused until it has ended.',
          'Отметьте пробный запрос занятым до первого await; остальным отказывайте, пока он не закончится.',
        ),
        needs: ['db'],
        dependsOn: ALL_RESOURCES.flatMap((resource) => [
          idOf(resource, 'half-open-after-reset'),
          idOf(resource, 'trial-decides'),
        ]),
      },
    },
    state: () => ({ lanes: [], watches: [], failures: [], isolation: [], isolated: 0 }),
    steadyState: [],
    steps: [
      { title: title('Create something to ask for', 'Создать то, что будем запрашивать'), run: prepare },
      { title: title('Open the circuits one after another', 'Открыть цепи одну за другой'), run: openAll },
      {
        title: title(
          'Watch them try again, fail, try again and close',
          'Смотреть, как они пробуют, не могут, пробуют снова и закрываются',
        ),
        run: watchAll,
      },
    ],
  },
}

const NOTHING_CREATED = title(
  'Nothing could be created to ask for.',
  'Не удалось создать ничего, что можно запрашивать.',
)

async function prepare(lab: BreakerLab): Promise<void> {
  // A stop that takes longer than that leaves no time to see what it does.
  lab.state.power = createPower(lab, (lab.parameter('resetSeconds') * 1000) / 3)
  for (const resource of ALL_RESOURCES) {
    const refused: Answer[] = []
    const lane = await prepareLane(lab, resource, (answer) => refused.push(answer))
    if (lane !== undefined) lab.state.lanes.push(lane)
    else lab.expect(idOf(resource, 'opens-at-fifth'), judge(OPENS, [complain(NOTHING_CREATED, ...refused)]))
  }
}

async function openAll(lab: BreakerLab): Promise<void> {
  const { state } = lab
  const { power } = state
  if (power === undefined) return
  const resetMs = lab.parameter('resetSeconds') * 1000
  const aside = (error: unknown) => {
    state.failures.push(error)
  }
  let tellAllOpen = () => {}
  const allOpen = new Promise<void>((resolve) => {
    tellAllOpen = resolve
  })
  for (const lane of state.lanes) {
    lab.signal.throwIfAborted()
    const tripped = await tripCircuit(lab, power, lane).catch(aside)
    if (tripped === undefined) {
      settleOpening(lab, lane)
      // A control that says what is not so will not be believed with the others.
      if (isLie(state.failures.at(-1))) return
      continue
    }
    const others = await lookAtOthers(lab, lane)
    // What is left of it takes a while, and would only slow down the next one; but a circuit does not stay open for ever.
    const watch = async () => {
      await Promise.race([allOpen, delay(resetMs * HELD_BACK, undefined, { signal: lab.signal })])
      await seeRefusals(lab, power, lane, tripped, resetMs)
      settleOpening(lab, lane)
      if (!lane.isOpen) return
      state.isolated += others.count
      state.isolation.push(...others.complaints)
      await watchCircuit(lab, power, lane, tripped, resetMs)
    }
    state.watches.push(watch().catch(aside))
  }
  tellAllOpen()
}

async function watchAll(lab: BreakerLab): Promise<void> {
  const { state } = lab
  await Promise.all(state.watches)
  lab.signal.throwIfAborted()
  const seconds = lab.parameter('resetSeconds')
  for (const lane of state.lanes) {
    const { resource, refusing, reset, trial, shown } = lane
    const settle = (
      what: string,
      wanted: Text,
      complaints: Complaint[] | undefined,
      repro: readonly string[],
    ) => {
      if (complaints === undefined) return
      const finding = judge(wanted, complaints, { answers: shown, repro })
      lab.expect(idOf(resource, what), withControls(finding, lane))
    }
    settle('refuses-when-open', REFUSES, refusing, refusingRepro(resource, seconds))
    settle('half-open-after-reset', RESETS(seconds), reset, resetRepro(resource, seconds))
    settle('trial-decides', DECIDES, trial, trialDecidesRepro(resource, seconds))
  }
  const seen = state.lanes.filter(({ opening }) => opening !== undefined)
  const shownWrongly = seen.find(({ health }) => health.length > 0) ?? seen[0]
  if (shownWrongly !== undefined) {
    const complaints = seen.flatMap(({ health }) => health)
    lab.expect(
      'circuit-breaker.health',
      judge(TRUTHFUL, complaints, { repro: healthRepro(shownWrongly.resource, seconds) }),
    )
  }
  if (state.isolated > 0 || state.isolation.length > 0)
    lab.expect(
      'circuit-breaker.isolation',
      judge(ISOLATED, state.isolation, { repro: isolationRepro(seconds) }),
    )
  settleOneTrial(lab, seconds)
  const [failure] = state.failures
  if (failure !== undefined) throw failure
}

function isLie(error: unknown): boolean {
  return error instanceof GradingError && error.code === 'fault-without-effect'
}

function settleOpening(lab: BreakerLab, lane: Lane): void {
  const { resource, opening, shown } = lane
  if (opening === undefined) return
  const finding = judge(OPENS, opening, {
    answers: shown,
    repro: openingRepro(resource, lab.parameter('resetSeconds')),
  })
  lab.expect(idOf(resource, 'opens-at-fifth'), withControls(finding, lane))
}

/** While one circuit has just opened: those that are still as they were. @returns how many were seen, and what is wrong with them. */
async function lookAtOthers(
  lab: BreakerLab,
  lane: Lane,
): Promise<{ readonly count: number; readonly complaints: readonly Complaint[] }> {
  const { lanes } = lab.state
  const later = lanes.slice(lanes.indexOf(lane) + 1)
  const complaints: Complaint[] = []
  for (const { resource, id } of later) {
    const seen = await visitServed(lab, resource, id)
    const names = [lane.resource.service, resource.service] as const
    if (!seen.isServed) complaints.push(complain(AWAY_FOR_OTHERS(...names), seen.answer))
    const shown = await readCircuit(lab, resource.service)
    if (shown.state === 'OPEN')
      complaints.push(complain(SHOWN_FOR_OTHERS(...names, shown.written), shown.answer))
  }
  return { count: later.length, complaints }
}

function settleOneTrial(lab: BreakerLab, seconds: number): void {
  const counted = lab.state.lanes.flatMap(({ resource, oneTrial }) =>
    oneTrial === undefined ? [] : [{ resource, ...oneTrial }],
  )
  const [first] = counted
  if (first === undefined) return
  const complaints = counted.flatMap((each) => each.complaints)
  const undecided = counted.every((each) => each.undecided !== undefined) ? first.undecided : undefined
  const finding = judge(ONE, complaints, { repro: trialRepro(first.resource, seconds) })
  lab.expect(
    'circuit-breaker.one-trial',
    undecided === undefined ? finding : { ...finding, ...{ undecided } },
  )
}

const withControls = (finding: CheckFinding, { controls }: Lane): CheckFinding => ({
  ...finding,
  evidence: [...controls.slice(0, 3), ...(finding.evidence ?? [])],
})

// --- What shows it without us
