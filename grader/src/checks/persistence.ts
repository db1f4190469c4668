import { setTimeout as delay } from 'node:timers/promises'
import type { Lab, Text } from '@msctl/scenarios'
import type { ServiceName } from '@msctl/sdk/contract'
import {
  type Answer,
  type Check,
  type CheckFinding,
  type Experiment,
  type Grader,
  GradingError,
} from '../run/grader.ts'
import type { Evidence } from '../run/report.ts'
import { idOf, isOk, type Row, rowOf, says } from './answers.ts'
import { failFourTimes, staysClosed } from './circuit-breaker/four-failures.ts'
import { type Complaint, complain, judge } from './judge.ts'
import { create, look, post, type Stored } from './objects.ts'
import { call, create as createLine, expected, holds, OTHER_SAMPLE, SAMPLE, SEED_LINE } from './repro.ts'
import { ALL_RESOURCES, type Resource } from './resources.ts'
import { controlOf, createPower, type Power } from './service-power.ts'

/** An object as it was seen while all was well: by its id, in the list. What could not be seen there is not asked for later. */
interface Seen {
  readonly id: number
  readonly byId: Row | undefined
  readonly inList: Row | undefined
}

/** What a service was given before everything went down. */
interface Kept {
  readonly resource: Resource
  readonly edited: Seen
  /** Left as it was created. */
  readonly untouched: Seen
  /** Every id that was given out, also that of one that was deleted again. */
  readonly ids: readonly number[]
}

interface State {
  kept: readonly Kept[]
  power?: Power
}

type PersistenceLab = Lab<Grader, State>

const AFTER_RESTART: Text = {
  en: 'After everything was down and up again: what was created is there, with the edits to it.',
  ru: 'После остановки и запуска всего созданное на месте, вместе с изменениями.',
}
const AFTER_KILL: Text = {
  en: 'What a service has answered for survives it: created, changed, and then the service was ended at once.',
  ru: 'Подтверждённое сервисом переживает его остановку: объект создан, изменён, и сервис сразу остановлен.',
}
const IDS_GO_ON: Text = {
  en: 'New objects get new ids after a restart, also where the last ones were deleted.',
  ru: 'После перезапуска новые объекты получают новые id, даже если последние были удалены.',
}

const title = (en: string, ru: string): Text => ({ en, ru })
const idOfCheck = (service: ServiceName, what: string) => `persistence.${service}.${what}`

const survives = ({ service, path }: Resource): readonly [string, Check] => [
  idOfCheck(service, 'survive-restart'),
  {
    criterion: 'persistence',
    title: title(
      `What was created and changed at ${path} survives a restart`,
      `Созданное и изменённое через ${path} переживает перезапуск`,
    ),
    why: title(
      'Data in memory are gone with the process: that is why there is a database.',
      'Данные в памяти исчезают вместе с процессом — для этого и нужна база данных.',
    ),
    hint: title(
      'Write to PostgreSQL and commit before answering; keep its data in a named volume; create tables only where they are missing, and drop none at start.',
      'Пишите в PostgreSQL и делайте commit до ответа; храните её данные в именованном томе; создавайте таблицы, только если их нет, и не удаляйте их при запуске.',
    ),
    dependsOn: [`correctness.${service}.create`, `correctness.${service}.read`],
  },
]

const acknowledged = ({ service, path }: Resource): readonly [string, Check] => [
  idOfCheck(service, 'acknowledged-writes'),
  {
    criterion: 'persistence',
    title: title(
      `What ${path} has answered for survives the end of the service`,
      `Подтверждённое ${path} переживает конец сервиса`,
    ),
    why: title(
      'An answer is a promise: whoever got it will not ask again.',
      'Ответ — это обещание: получив его, никто не спросит снова.',
    ),
    hint: title(
      'Commit first, answer then; no writing later, in the background.',
      'Сначала commit, потом ответ; ничего не откладывайте на фоновую запись.',
    ),
    dependsOn: [`correctness.${service}.create`, `correctness.${service}.read`],
  },
]

/** Whether data outlive processes. */
export const persistence: Experiment<State> = {
  needs: ['control'],
  uses: ['users', 'orders', 'payments'],
  expectedMs: () => 8_000,
  sheet: {
    name: 'persistence',
    title: title('Restarts and crashes', 'Перезапуски и сбои'),
    question: title(
      'Does everything survive that was answered for?',
      'Сохраняется ли всё, что было подтверждено?',
    ),
    idea: title(
      'Objects are created and changed; then everything is restarted, and each service ended in turn.',
      'Объекты создаются и изменяются; затем всё перезапускается, а сервисы по очереди останавливаются.',
    ),
    state: () => ({ kept: [] }),
    expectations: {
      ...Object.fromEntries(ALL_RESOURCES.map(survives)),
      'persistence.ids-go-on': {
        criterion: 'persistence',
        title: title('Ids go on where they were', 'Нумерация id продолжается'),
        why: title(
          'An id that is given out twice points to somebody else’s data: in links, in caches, in bookmarks.',
          'Выданный дважды id указывает на чужие данные: в ссылках, в кэше, в закладках.',
        ),
        hint: title(
          'Let the database count (SERIAL), not the process.',
          'Пусть считает база данных (SERIAL), а не процесс.',
        ),
      },
      ...Object.fromEntries(ALL_RESOURCES.map(acknowledged)),
    },
    steadyState: [],
    steps: [
      { title: title('Create objects and change some', 'Создать объекты и изменить часть'), run: prepare },
      { title: title('Take everything down and up again', 'Остановить и снова запустить всё'), run: restart },
      {
        title: title('End each service right after an answer', 'Остановить каждый сервис сразу после ответа'),
        run: endEach,
      },
    ],
  },
}

async function prepare(lab: PersistenceLab): Promise<void> {
  lab.state.power = createPower(lab)
  const kept = await Promise.all(
    ALL_RESOURCES.map(async (resource): Promise<Kept | undefined> => {
      const refused: Answer[] = []
      const make = () => create(lab, resource, undefined, (answer) => refused.push(answer))
      const [untouched, edited, gone] = [await make(), await make(), await make()]
      if (untouched === undefined || edited === undefined || gone === undefined) {
        cannotCreate(lab, resource, refused)
        return undefined
      }
      const { path } = resource
      await lab.world.request('PUT', `${path}/${edited.id}`, { json: resource.changes(lab.world)[0] })
      await lab.world.request('DELETE', `${path}/${gone.id}`)
      const fields = Object.keys({ ...edited.body, ...resource.changes(lab.world)[0] })
      const stored = await look(lab, resource, [untouched.id, edited.id])
      const seen = ({ id }: { readonly id: number }): Seen => ({
        id,
        byId: pick(stored(id).byId, fields),
        inList: pick(stored(id).inList, fields),
      })
      return {
        resource,
        ...{ edited: seen(edited), untouched: seen(untouched) },
        ids: [untouched.id, edited.id, gone.id],
      }
    }),
  )
  lab.state.kept = kept.filter((each) => each !== undefined)
}

/** Nothing that could be kept can even be created. */
function cannotCreate(lab: PersistenceLab, { service, path }: Resource, refused: readonly Answer[]): void {
  const finding = judge(
    title(
      `POST ${path} creates something that can be kept.`,
      `POST ${path} создаёт то, что можно сохранить.`,
    ),
    [complain(title('Nothing could be created.', 'Создать ничего не удалось.'), ...refused)],
  )
  for (const what of ['survive-restart', 'acknowledged-writes']) lab.expect(idOfCheck(service, what), finding)
}

async function restart(lab: PersistenceLab): Promise<void> {
  const { state } = lab
  const restarted = await restartSeen(lab)
  const complaints: Complaint[] = []
  const shown: Answer[] = []
  for (const { resource, edited, untouched, ids } of state.kept) {
    const { service, path } = resource
    await powerOf(lab).awaken(resource, untouched.id)
    const stored = await look(lab, resource, [edited.id, untouched.id])
    const wrong = [edited, untouched].flatMap((each) => compare(resource, each, stored(each.id)))
    const answers = [stored(edited.id).answer, stored(untouched.id).answer]
    const finding = judge(AFTER_RESTART, wrong, { answers, repro: restartRepro(resource) })
    lab.expect(idOfCheck(service, 'survive-restart'), withControl(finding, restarted))
    const made = await post(lab, resource, resource.make(lab.world))
    shown.push(made)
    const id = idOf(made)
    if (isOk(made) && id !== undefined && ids.includes(id))
      complaints.push(
        complain(
          {
            en: `${path}: the id ${id} was given out a second time.`,
            ru: `${path}: id ${id} выдан второй раз.`,
          },
          made,
        ),
      )
    // Not 502 to 504: these say that the service is not there yet.
    if (made.status === 500 || made.status === 409)
      complaints.push(
        complain(
          {
            en: `${path}: what could be created before the restart cannot be created after it.`,
            ru: `${path}: до перезапуска объект создавался, после него — нет.`,
          },
          made,
        ),
      )
  }
  if (shown.length > 0) {
    const finding = judge(IDS_GO_ON, complaints, { answers: shown, repro: IDS_REPRO })
    lab.expect('persistence.ids-go-on', withControl(finding, restarted))
  }
}

async function endEach(lab: PersistenceLab): Promise<void> {
  const { world, state } = lab
  const power = powerOf(lab)
  for (const { resource, edited, untouched } of state.kept) {
    const { service, path } = resource
    const change = resource.changes(world)[0] ?? {}
    const changed = await world.request('PUT', `${path}/${edited.id}`, { json: change })
    const made = await create(lab, resource)
    const ended = await endOnce(lab, power, resource, untouched.id)
    // What it has answered with is what it has promised.
    const promise = (id: number, answer: Answer, fields: readonly string[]): Seen => {
      const row = isOk(answer) ? pick(rowOf(answer), fields) : undefined
      return { id, byId: untouched.byId && row, inList: untouched.inList && edited.inList && row }
    }
    const written = [
      ...(made === undefined ? [] : [promise(made.id, made.answer, Object.keys(made.body))]),
      promise(edited.id, changed, Object.keys(change)),
    ]
    const stored = await look(
      lab,
      resource,
      written.map(({ id }) => id),
    )
    const wrong = written.flatMap((each) => compare(resource, each, stored(each.id)))
    const answers = written.map(({ id }) => stored(id).answer)
    const finding = judge(AFTER_KILL, wrong, { answers, repro: killRepro(resource) })
    lab.expect(idOfCheck(service, 'acknowledged-writes'), withControl(finding, ended))
  }
}

/**
 * Ends a service as a crash would, and starts it again. That costs the most of what it takes to see a circuit stay closed at four
 * failures, so this is seen here as well, as long as it goes well. @returns what the control said.
 */
async function endOnce(lab: PersistenceLab, power: Power, resource: Resource, id: number): Promise<Evidence> {
  const { startUps, staysClosedAtFour } = lab.world
  const how = controlOf(lab.world).kill === undefined ? 'stop' : 'kill'
  if (startUps.size === 0 || [...staysClosedAtFour.values()].includes(false)) {
    const { evidence } = await power.stop(resource, id, how)
    await power.start(resource)
    await power.awaken(resource, id)
    return evidence
  }
  const seen = await failFourTimes(lab, power, resource, id, how)
  staysClosedAtFour.set(resource.service, staysClosed(seen))
  if (!seen.back.isServed) await power.awaken(resource, id)
  return seen.controls[0]
}

/** Restarts everything, and sees that the gateway was away: a restart that did not happen shows nothing. */
async function restartSeen(lab: PersistenceLab): Promise<Evidence> {
  let isOver = false
  let wasAway = false
  const restarting = controlOf(lab.world)
    .restart()
    .finally(() => {
      isOver = true
    })
  const watching = (async () => {
    while (!isOver && !wasAway) {
      wasAway = (await lab.world.request('GET', '/health', { timeoutMs: 2_000 })).status === null
      await delay(20, undefined, { signal: lab.signal })
    }
  })()
  const [evidence] = await Promise.all([restarting, watching])
  if (!wasAway) throw new GradingError('fault-without-effect', lab.words(NEVER_AWAY))
  return evidence
}

const NEVER_AWAY = title(
  'The control said that everything was restarted, but the gateway was never away.',
  'Программа управления сообщила о перезапуске, но шлюз ни разу не пропадал.',
)

/** What is missing or other than it was, by id and in the list: a cache may still have what the database has lost. */
function compare({ path }: Resource, seen: Seen, { byId, inList, answer }: Stored): Complaint[] {
  const { id } = seen
  if (seen.byId !== undefined && byId === undefined)
    return [complain({ en: `${path}/${id} is gone.`, ru: `${path}/${id} больше нет.` }, answer)]
  if (seen.byId !== undefined && !says(byId, seen.byId))
    return [
      complain({ en: `${path}/${id} has lost something.`, ru: `${path}/${id} что-то потерял.` }, answer),
    ]
  if (seen.inList !== undefined && !says(inList, seen.inList))
    return [
      complain(
        {
          en: `GET ${path} does not show ${id} as it was.`,
          ru: `GET ${path} показывает ${id} не таким, каким он был.`,
        },
        answer,
      ),
    ]
  return []
}

/** Those of these fields that a row has. */
function pick(row: Row | undefined, fields: readonly string[]): Row | undefined {
  return row && Object.fromEntries(Object.entries(row).filter(([name]) => fields.includes(name)))
}

const withControl = (finding: CheckFinding, control: Evidence): CheckFinding => ({
  ...finding,
  evidence: [control, ...(finding.evidence ?? [])],
})

function powerOf({ state }: PersistenceLab): Power {
  if (state.power === undefined) throw new Error('Nothing was prepared.')
  return state.power
}

/** For each service a change, and for jq: what shows it, and the rest of the object as it was. */
const CHANGE: Readonly<Record<ServiceName, readonly [json: string, isIt: string]>> = {
  users: ['{"name": "Eve $N"}', '.name == "Eve $N" and .email == "a$N@example.com"'],
  orders: ['{"quantity": 7}', '.quantity == 7 and .product == "Lamp $N"'],
  payments: ['{"status": "pending"}', '.status == "pending" and .order_id == $N'],
}

/** Creates one and changes it, as `$EDITED`, and then creates another, as `$ID`. */
const writeLines = ({ service, path }: Resource): readonly string[] => [
  SEED_LINE,
  createLine(path, SAMPLE[service].json, 'EDITED'),
  call('PUT', `${path}/$EDITED`, CHANGE[service][0]),
  createLine(path, OTHER_SAMPLE[service]),
]

/** Both are there, by their ids and in the list; a long list may have pages. */
const readLines = ({ service, path }: Resource): readonly string[] => [
  `back ${path}`,
  call('GET', `${path}/$EDITED`),
  expected('as it was changed', holds(CHANGE[service][1])),
  call('GET', `${path}/$ID`),
  expected('as it was created', holds('.id == $ID')),
  call('GET', path),
  expected('both', holds('[.. | objects | .id] | length >= 50 or contains([$EDITED, $ID])')),
]

const restartRepro = (resource: Resource): readonly string[] => [
  ...writeLines(resource),
  'control restart',
  ...readLines(resource),
]

const killRepro = (resource: Resource): readonly string[] => [
  ...writeLines(resource),
  `control stop ${resource.service}`,
  `control start ${resource.service}`,
  'sleep 3',
  ...readLines(resource),
]

const IDS_REPRO: readonly string[] = [
  SEED_LINE,
  ...ALL_RESOURCES.flatMap(({ service, path }) => [
    createLine(path, SAMPLE[service].json),
    createLine(path, OTHER_SAMPLE[service], service.toUpperCase()),
    call('DELETE', `${path}/$ID`),
  ]),
  'control restart',
  'N=$((N + 1))',
  ...ALL_RESOURCES.flatMap(({ service, path }) => [
    `back ${path}`,
    call('POST', path, SAMPLE[service].json),
    expected(
      `created, and the id is beyond $${service.toUpperCase()}, which was deleted`,
      holds(`.id > $${service.toUpperCase()}`),
    ),
  ]),
]
