import type { ServiceName } from '@msctl/sdk/contract'
import type { Lab, Step, Text } from '../engine/index.ts'
import type { Answer, Check, Experiment, Grader } from '../grading/index.ts'
import { asMade, idOf, isOk, isRefused, type Row, rowOf, says } from './answers.ts'
import { judgeFilter } from './filter.ts'
import { type Complaint, complain, join, judge } from './judge.ts'
import { ALL_RESOURCES, inBatches, inCalm, list, look, post, type Stored, unknownId } from './objects.ts'
import {
  call,
  create,
  createOne,
  expected,
  hasStatus,
  holds,
  OTHER_SAMPLE,
  REFUSED,
  SAMPLE,
  SEED_LINE,
} from './repro.ts'
import type { Resource } from './resources.ts'

/** What an experiment has created, in the order in which its steps use it up. */
interface State {
  ids: readonly number[]
  /** As they were sent, and as the answers say that they were made. */
  bodies: readonly Row[]
  made: readonly Row[]
}

type CrudLab = Lab<Grader, State>

/** One more than a list that is cut at ten shows, and one to spare. */
const CREATED = 12

/** Which of the created ones a step works on. What is read first is read by one step only, so that no cache comes between. */
const READ = 0
const CHANGED = 1
const BYSTANDER = 2
const DELETED = 3
const KIN = 4

/** Changes of single fields, one after the other, and what is to be seen after each. */
const CHANGES: Readonly<Record<ServiceName, readonly [ShownChange, ...ShownChange[]]>> = {
  users: [
    {
      ...{ change: '{"name": "Eve"}', keeps: 'name is Eve, and email is still there' },
      isKept: '.name == "Eve" and .email == "a$N@example.com"',
    },
    {
      ...{ change: '{"email": "c$N@example.com"}', keeps: 'email is the new one, and name is still Eve' },
      isKept: '.name == "Eve" and .email == "c$N@example.com"',
    },
  ],
  orders: [
    {
      ...{ change: '{"quantity": 7}', keeps: 'quantity is 7, product and userId as before' },
      isKept: '.quantity == 7 and .product == "Lamp $N" and .userId == $N',
    },
    {
      ...{ change: '{"product": "Desk"}', keeps: 'product is Desk, and quantity is still 7' },
      isKept: '.quantity == 7 and .product == "Desk" and .userId == $N',
    },
  ],
  payments: [
    {
      ...{ change: '{"status": "pending"}', keeps: 'status is pending, amount and order_id as before' },
      isKept: `.status == "pending" and ${SAMPLE.payments.isIt}`,
    },
    {
      ...{ change: '{"status": "failed"}', keeps: 'status is failed, amount and order_id as before' },
      isKept: `.status == "failed" and ${SAMPLE.payments.isIt}`,
    },
    {
      ...{ change: '{"amount": 56.78}', keeps: 'status is still failed, and order_id as before' },
      isKept: '.status == "failed" and .order_id == $N',
    },
  ],
}

interface ShownChange {
  readonly change: string
  readonly keeps: string
  /** For jq. */
  readonly isKept: string
}

/** What must be refused, for scripts; by `$N` it is found should it be stored all the same. */
const REFUSED_BODIES: Readonly<Record<ServiceName, readonly string[]>> = {
  users: [
    '{"name": "Ann $N"}',
    '{"email": "a$N@example.com"}',
    '{"email": {"at": "example.com"}, "name": "Ann $N"}',
    '{"email": "a$N@example.com", "name": {"first": "Ann"}}',
  ],
  orders: [
    '{"product": "Lamp $N", "quantity": 2}',
    '{"userId": $N, "quantity": 2}',
    '{"userId": "nobody", "product": "Lamp $N"}',
    '{"userId": $N, "product": "Lamp", "quantity": "many"}',
  ],
  payments: [
    '{"order_id": $N}',
    '{"amount": 12.34}',
    '{"order_id": $N, "amount": "lots"}',
    '{"order_id": "none", "amount": 12.34}',
  ],
}

/** The experiment on one resource: every one of its endpoints, through the gateway. */
function correctnessOf(resource: Resource): Experiment<State> {
  const { service, path, filter } = resource
  const id = (what: string) => `correctness.${service}.${what}`
  const created = [id('create')]
  const title = (en: string, ru: string): Text => ({ en, ru })
  const check = (rest: Omit<Check, 'criterion'>): Check => ({ criterion: 'correctness', ...rest })
  // As the contract has it, filters of payments belong to the criterion of their own service.
  const listed = service === 'orders' ? filter : undefined

  return {
    needs: ['http'],
    uses: [service],
    sheet: {
      name: `correctness-${service}`,
      title: title(`The endpoints of ${path}`, `Эндпоинты ${path}`),
      question: title(
        `Does ${path} do what the assignment says?`,
        `Делает ли ${path} то, что сказано в задании?`,
      ),
      idea: title(
        'Objects are created, read, listed, changed and deleted, and what must not work is tried, too.',
        'Объекты создаются, читаются, перечисляются, изменяются и удаляются; пробуется и то, что работать не должно.',
      ),
      state: () => ({ ids: [], bodies: [], made: [] }),
      expectations: {
        [id('create')]: check({
          title: title(
            `POST ${path} creates and answers with an id`,
            `POST ${path} создаёт объект и отвечает его id`,
          ),
          why: title(
            'Whoever creates something needs its id to do anything else with it.',
            'Без id с созданным больше ничего нельзя сделать.',
          ),
          hint: title(
            'Answer 200 or 201 with the row as stored, after commit() and refresh(): an integer id, a new one each time.',
            'Отвечайте 200 или 201 и сохранённой строкой — после commit() и refresh(): целый id, каждый раз новый.',
          ),
        }),
        [id('read')]: check({
          title: title(
            `GET ${path}/{id} gives what was created`,
            `GET ${path}/{id} отдаёт то, что было создано`,
          ),
          why: title('What goes in has to come out.', 'Что положили, то и должно вернуться.'),
          hint: title(
            'Compare the fields of the request, of the model and of the response schema: each has to be stored and given back as it came.',
            'Сверьте поля запроса, модели и схемы ответа: каждое должно сохраняться и возвращаться без изменений.',
          ),
          dependsOn: created,
        }),
        [id('list')]: check({
          title:
            listed === undefined
              ? title(`GET ${path} lists all of them`, `GET ${path} перечисляет все объекты`)
              : title(
                  `GET ${path} lists all of them, or those of ?${listed}=`,
                  `GET ${path} перечисляет все объекты или только те, что с ?${listed}=`,
                ),
          why: title(
            'A list with something missing, or too much, misleads all who work with it.',
            'Список, в котором чего-то не хватает или есть лишнее, вводит в заблуждение.',
          ),
          hint:
            listed === undefined
              ? title(
                  'Look for a LIMIT, and for rows that are dropped on the way to the answer.',
                  'Поищите LIMIT и строки, которые теряются по дороге к ответу.',
                )
              : title(
                  `Look for a LIMIT, and at how ?${listed}= gets into the WHERE: the right column, equal and not alike.`,
                  `Поищите LIMIT и посмотрите, как ?${listed}= попадает в WHERE: нужный столбец, равенство, а не похожесть.`,
                ),
          dependsOn: created,
        }),
        [id('update')]: check({
          title: title(
            `PUT ${path}/{id} changes the fields that it names, and no others`,
            `PUT ${path}/{id} меняет названные поля — и только их`,
          ),
          why: title(
            'Whoever changes one field does not expect to lose the others, or those of somebody else.',
            'Меняя одно поле, никто не ждёт потери остальных — и тем более чужих.',
          ),
          hint: title(
            'Fields of the update schema are optional: set those that were sent (exclude_unset), in the row with that id, and commit.',
            'Поля схемы изменения необязательны: меняйте только присланные (exclude_unset), в строке с этим id, и делайте commit.',
          ),
          dependsOn: created,
        }),
        [id('delete')]: check({
          title: title(
            `DELETE ${path}/{id} deletes that one`,
            `DELETE ${path}/{id} удаляет именно этот объект`,
          ),
          why: title('Deleted is deleted, and nothing else is.', 'Удалено то, что просили, и ничего больше.'),
          hint: title(
            'Delete the row with that id, commit, answer 200 or 204.',
            'Удалите строку с этим id, сделайте commit и ответьте 200 или 204.',
          ),
          dependsOn: created,
        }),
        [id('not-found')]: check({
          title: title(
            `GET, PUT and DELETE of ${path}/{id} answer 404 where there is none`,
            `GET, PUT и DELETE для ${path}/{id} отвечают 404, если объекта нет`,
          ),
          why: title(
            'A caller has to be able to tell "there is none" from "there is one" and from "something broke".',
            'Вызывающий должен отличать «такого нет» от «есть» и от «что-то сломалось».',
          ),
          hint: title(
            'Look the row up first; where there is none, answer 404 (HTTPException(404) in FastAPI), in the gateway as well.',
            'Сначала найдите строку; если её нет, отвечайте 404 (в FastAPI — HTTPException(404)), в шлюзе тоже.',
          ),
          dependsOn: created,
        }),
        [id('validation')]: check({
          title: title(
            `${path} refuses missing and mistyped fields, and stores nothing of them`,
            `${path} отклоняет запросы, где полей нет или они не того типа, и ничего из них не сохраняет`,
          ),
          why: title(
            'What is wrong with a request is said to its sender with a 4xx; a 5xx says that the server is broken, and what is stored is there to stay.',
            'Об ошибке в запросе отправителю говорит 4xx; 5xx означает, что сломан сервер, а сохранённое останется.',
          ),
          hint: title(
            'Let a schema check the body before anything is done: 422 or 400.',
            'Пусть тело проверяет схема прежде, чем что-либо делается: 422 или 400.',
          ),
          dependsOn: created,
        }),
        ...(service === 'users'
          ? {
              [id('unique-email')]: check({
                title: title('An e-mail belongs to one user', 'E-mail принадлежит одному пользователю'),
                why: title(
                  'The assignment has the column UNIQUE: by an e-mail, one person is found.',
                  'По заданию столбец UNIQUE: по e-mail находится один человек.',
                ),
                hint: title(
                  'Catch the violation of UNIQUE (IntegrityError), roll back, and answer 409 or 400, for POST and for PUT.',
                  'Перехватите нарушение UNIQUE (IntegrityError), сделайте rollback и ответьте 409 или 400 — и для POST, и для PUT.',
                ),
                dependsOn: created,
              }),
            }
          : {}),
      },
      steadyState: [],
      steps: [
        step(title('Create', 'Создать'), (lab) => createAll(lab, resource)),
        step(title('Read one', 'Прочитать один'), (lab) => readOne(lab, resource)),
        step(title('List', 'Перечислить'), (lab) => listAll(lab, resource)),
        step(title('Change one', 'Изменить один'), (lab) => updateOne(lab, resource)),
        ...(service === 'users'
          ? [step(title('Use an e-mail twice', 'Занять e-mail дважды'), (lab) => takeEmail(lab, resource))]
          : []),
        step(title('Send what is wrong', 'Послать неправильное'), (lab) => sendWrong(lab, resource)),
        step(title('Delete one', 'Удалить один'), (lab) => deleteOne(lab, resource)),
        step(title('Ask for what is not there', 'Спросить то, чего нет'), (lab) => askUnknown(lab, resource)),
      ],
    },
  }
}

/** A step that is left out when nothing could be created: then the check of creating has said so, and the others depend on it. */
function step(title: Text, run: (lab: CrudLab) => Promise<void>): Step<Grader, State> {
  return {
    title,
    run: async (lab) => {
      const isFirst = lab.state.bodies.length === 0
      if (isFirst || lab.state.ids.length === CREATED) await run(lab)
    },
  }
}

async function createAll(lab: CrudLab, resource: Resource): Promise<void> {
  const {
    path,
    service,
    filter,
    marks: [text],
  } = resource
  const bodies = Array.from({ length: CREATED }, () => resource.make(lab.world))
  if (filter !== undefined) {
    // Two of the same, one of another whose number begins with that of the first, and two of the same again.
    const [first, deleted] = [bodies[READ]?.[filter], bodies[DELETED]?.[filter]]
    bodies[CHANGED] = { ...bodies[CHANGED], [filter]: first }
    bodies[BYSTANDER] = { ...bodies[BYSTANDER], [filter]: Number(`${first}7`) }
    bodies[KIN] = { ...bodies[KIN], [filter]: deleted }
  }
  // Letters beyond ASCII, where there is text.
  if (typeof bodies[READ]?.[text] === 'string')
    bodies[READ] = { ...bodies[READ], [text]: `Ёж ${bodies[READ][text]}` }
  lab.state.bodies = bodies
  const [first, ...rest] = bodies
  const answers = [await post(lab, resource, first)]
  if (isOk(answers[0] as Answer))
    answers.push(...(await inBatches(rest, 4, (body) => post(lab, resource, body))))

  const ids = answers.map(idOf)
  const wrong = answers.filter((answer) => !isOk(answer))
  const withoutId = answers.filter((answer) => isOk(answer) && idOf(answer) === undefined)
  const repeated = ids.filter((id, index) => id !== undefined && ids.indexOf(id) < index)
  lab.expect(
    `correctness.${service}.create`,
    judge(
      { en: `200 or 201, and an object with a new integer id`, ru: `200 или 201 и объект с новым целым id` },
      [
        wrong.length > 0 && complain({ en: 'Not created:', ru: 'Не создано:' }, ...wrong),
        withoutId.length > 0 && complain({ en: 'No integer id:', ru: 'Нет целого id:' }, ...withoutId),
        repeated.length > 0 &&
          complain(
            {
              en: `Ids given twice: ${repeated.join(', ')}.`,
              ru: `Id выданы дважды: ${repeated.join(', ')}.`,
            },
            ...answers.filter((answer) => idOf(answer) === repeated[0]),
          ),
      ],
      {
        answers,
        repro: [
          SEED_LINE,
          call('POST', path, SAMPLE[service].json),
          expected('200 or 201', hasStatus('20[01]')),
          expected('an integer id', holds('.id | type == "number"')),
          'FIRST=$BODY',
          call('POST', path, OTHER_SAMPLE[service]),
          expected('another id', `[ "$(jq .id <<< "$BODY")" != "$(jq .id <<< "$FIRST")" ]`),
        ],
      },
    ),
  )
  if (wrong.length + withoutId.length + repeated.length === 0)
    Object.assign(lab.state, {
      ids: ids.filter((id) => id !== undefined),
      made: bodies.map((body, index) => asMade(body, answers[index] as Answer)),
    })
}

async function readOne(lab: CrudLab, resource: Resource): Promise<void> {
  const { path, service } = resource
  const { id, sent: body } = take(lab, READ)
  const answer = await lab.world.request('GET', `${path}/${id}`)
  const complaints = [readComplaint(answer, { id, ...body })]
  const answers = [answer]
  if (service === 'orders') {
    const { quantity: _, ...withoutQuantity } = resource.make(lab.world)
    const made = await post(lab, resource, withoutQuantity)
    const madeId = idOf(made)
    const read = madeId === undefined ? made : await lab.world.request('GET', `${path}/${madeId}`)
    const isOne = isOk(read) && rowOf(read)?.quantity === 1
    if (!isOne)
      complaints.push(
        complain(
          { en: 'Without a quantity, it is not 1:', ru: 'Если количество не задано, оно не 1:' },
          ...new Set([made, read]),
        ),
      )
    answers.push(made, read)
  }
  lab.expect(
    `correctness.${service}.read`,
    judge(
      join(
        [
          {
            en: `200 with ${JSON.stringify({ id, ...body })}`,
            ru: `200 и ${JSON.stringify({ id, ...body })}`,
          },
          ...(service === 'orders'
            ? [{ en: '; quantity 1 where none was given', ru: '; количество 1, если оно не задано' }]
            : []),
        ],
        '',
      ),
      complaints,
      {
        answers,
        repro: [
          SEED_LINE,
          create(path, OTHER_SAMPLE[service]),
          create(path, withLetters(SAMPLE[service].json)),
          call('GET', `${path}/$ID`),
          expected('200 with what was sent', holds(`.id == $ID and ${withLetters(SAMPLE[service].isIt)}`)),
          ...(service === 'orders'
            ? [
                create(path, '{"userId": $N, "product": "Lamp"}'),
                call('GET', `${path}/$ID`),
                expected('quantity 1', holds('.quantity == 1')),
              ]
            : []),
        ],
      },
    ),
  )
}

/** Letters beyond ASCII after the text of a sample. */
const withLetters = (sample: string) => sample.replace(/ \$N"/, ' $N Ёж"')

function readComplaint(answer: Answer, wanted: Row): Complaint | undefined {
  if (!isOk(answer)) return complain({ en: 'Not given:', ru: 'Не отдан:' }, answer)
  const row = rowOf(answer)
  const wrong = Object.keys(wanted).filter((name) => !says(row, { [name]: wanted[name] }))
  if (wrong.length === 0) return undefined
  return complain(
    { en: `Other than created: ${wrong.join(', ')}.`, ru: `Не то, что создано: ${wrong.join(', ')}.` },
    answer,
  )
}

async function listAll(lab: CrudLab, resource: Resource): Promise<void> {
  const { path, service } = resource
  const { ids } = lab.state
  const { rows, answer } = await list(lab, resource, ids)
  const missing = ids.filter((id) => !rows?.some((row) => row.id === id))
  const complaints =
    rows === undefined
      ? [complain({ en: 'No list:', ru: 'Это не список:' }, answer)]
      : [
          missing.length > 0 &&
            complain(
              {
                en: `Of ${ids.length} that were created, these are missing: ${missing.join(', ')}.`,
                ru: `Из ${ids.length} созданных нет таких: ${missing.join(', ')}.`,
              },
              answer,
            ),
        ]
  const byFilter = service === 'orders' ? await judgeFilter(lab, resource, lab.state) : undefined
  const sample = SAMPLE[service].json
  lab.expect(
    `correctness.${service}.list`,
    judge(
      join(
        [
          { en: '200, and all that were created are in the list', ru: '200, и все созданные есть в списке' },
          ...(byFilter === undefined ? [] : [byFilter.expected]),
        ],
        '; ',
      ),
      [...complaints, ...(byFilter?.complaints ?? [])],
      {
        answers: [answer, ...(byFilter?.answers ?? [])],
        repro: [
          SEED_LINE,
          create(path, sample, 'IDS'),
          `for I in $(seq 2 ${CREATED}); do`,
          `  ${create(path, sample.replace('a$N', 'a$N-$I'))}; IDS=$IDS,$ID`,
          'done',
          call('GET', path),
          '# A list of fifty or more may have pages.',
          expected('all of $IDS', holds('[.. | objects | .id] | length >= 50 or contains([$IDS])')),
          ...(byFilter?.repro ?? []),
        ],
      },
    ),
  )
}

async function updateOne(lab: CrudLab, resource: Resource): Promise<void> {
  const { path, service } = resource
  const { id, body } = take(lab, CHANGED)
  const bystander = take(lab, BYSTANDER)
  let wanted: Row = { id, ...body }
  const answers: Answer[] = []
  const complaints: (Complaint | false)[] = []
  for (const change of resource.changes(lab.world)) {
    wanted = { ...wanted, ...change }
    const answer = await lab.world.request('PUT', `${path}/${id}`, { json: change })
    answers.push(answer)
    if (!isOk(answer)) complaints.push(complain({ en: 'Not changed:', ru: 'Не изменён:' }, answer))
    const row = rowOf(answer)
    // An answer need not show the object; where it does, it shows it as it is now.
    if (isOk(answer) && row !== undefined && 'id' in row && !says(row, wanted))
      complaints.push(
        complain({ en: 'The answer is not what it is now:', ru: 'В ответе не то, чем объект стал:' }, answer),
      )
  }
  const stored = await look(lab, resource, [id, bystander.id])
  const changed = stored(id)
  const untouched = stored(bystander.id)
  if (complaints.length === 0 && !says(changed.byId, wanted) && !says(changed.inList, wanted))
    complaints.push(
      complain(
        {
          en: 'Afterwards it is not what it ought to be:',
          ru: 'После изменения объект не такой, каким должен быть:',
        },
        changed.answer,
      ),
    )
  if (!isAsBefore(untouched, bystander.body))
    complaints.push(
      complain({ en: 'Another one has changed, too:', ru: 'Изменился и другой объект:' }, untouched.answer),
    )
  const damage = await changeExtra(lab, resource)
  if (damage !== undefined) complaints.push(damage)
  lab.expect(
    `correctness.${service}.update`,
    judge(
      { en: `200, and then ${JSON.stringify(wanted)}`, ru: `200, а затем ${JSON.stringify(wanted)}` },
      complaints,
      {
        answers: [...answers, changed.answer],
        repro: [
          ...createOne(resource),
          ...CHANGES[service].flatMap(({ change, keeps, isKept }) => [
            call('PUT', `${path}/$ID`, change),
            call('GET', `${path}/$ID`),
            expected(keeps, holds(isKept)),
          ]),
        ],
      },
    ),
  )
}

/** A change that need not be taken: where it is, the rest of the object stays as it is. */
async function changeExtra(lab: CrudLab, resource: Resource): Promise<Complaint | undefined> {
  const extra = resource.extraChange?.(lab.world)
  if (extra === undefined) return undefined
  const made = await post(lab, resource, resource.make(lab.world))
  const [id, before] = [idOf(made), rowOf(made)]
  // One whose status is still to be decided may change by itself.
  if (id === undefined || before === undefined || before.status === 'pending') return undefined
  const answer = await lab.world.request('PUT', `${resource.path}/${id}`, { json: extra })
  const stored = (await look(lab, resource, [id]))(id)
  const rest = Object.fromEntries(
    Object.entries(before).filter(
      ([name, value]) => !(name in extra) && ['order_id', 'status'].includes(name) && value !== undefined,
    ),
  )
  if (says(stored.byId, rest) || says(stored.inList, rest)) return undefined
  return complain(
    { en: 'Other fields have changed with it:', ru: 'Вместе с ним изменились другие поля:' },
    answer,
    stored.answer,
  )
}

async function takeEmail(lab: CrudLab, resource: Resource): Promise<void> {
  const { path } = resource
  const taken = lab.state.made[BYSTANDER]?.email
  const { id, body } = take(lab, KIN)
  const [created] = await inCalm(lab, resource, id, [taken], (email) =>
    post(lab, resource, { ...resource.make(lab.world), email }),
  )
  const [changed] = await inCalm(lab, resource, id, [taken], (email) =>
    lab.world.request('PUT', `${path}/${id}`, { json: { email } }),
  )
  const own = await lab.world.request('PUT', `${path}/${id}`, { json: { email: body.email } })
  const after = (await look(lab, resource, [id]))(id)
  const answers = [created, changed, own].filter((answer) => answer !== undefined)
  lab.expect(
    'correctness.users.unique-email',
    judge(
      {
        en: `POST and PUT with the e-mail ${taken}, which is taken: 409 (or 400, 422), and nothing changes`,
        ru: `POST и PUT с занятым e-mail ${taken}: 409 (или 400, 422), и ничего не меняется`,
      },
      [
        created && !isRefused(created) && complain({ en: 'POST took it:', ru: 'POST не отказал:' }, created),
        changed &&
          isTakenOrFailed(changed) &&
          complain({ en: 'PUT took it:', ru: 'PUT не отказал:' }, changed),
        (says(after.byId, { email: taken }) || says(after.inList, { email: taken })) &&
          complain({ en: 'Two users have it now:', ru: 'Теперь он у двух пользователей:' }, after.answer),
        isRefused(own) &&
          complain(
            {
              en: "A user's own e-mail is taken for somebody else's:",
              ru: 'Свой же e-mail принят за чужой:',
            },
            own,
          ),
      ],
      {
        answers,
        repro: [
          ...createOne(resource),
          call('POST', path, SAMPLE.users.json),
          expected('409, 400 or 422: that e-mail is taken', REFUSED),
          create(path, OTHER_SAMPLE.users),
          call('PUT', `${path}/$ID`, '{"email": "a$N@example.com"}'),
          expected('409, 400 or 422: that e-mail is taken', REFUSED),
          call('PUT', `${path}/$ID`, '{"email": "b$N@example.com"}'),
          expected('200: it is their own', hasStatus('20.')),
        ],
      },
    ),
  )
}

async function sendWrong(lab: CrudLab, resource: Resource): Promise<void> {
  const { path, service, refusedChange } = resource
  const { id } = take(lab, READ)
  const target = take(lab, BYSTANDER)
  const bodies = resource.refused(lab.world)
  // What was there before may happen to say the same.
  const before = new Set((await list(lab, resource, [])).rows?.map((row) => row.id))
  const created = await inCalm(lab, resource, id, bodies, (body) => post(lab, resource, body))
  const [changed] = await inCalm(lab, resource, id, [refusedChange], (json) =>
    lab.world.request('PUT', `${path}/${target.id}`, { json }),
  )
  const rows = (await list(lab, resource, [])).rows?.filter((row) => !before.has(row.id))
  const stored = bodies.filter((body, index) => {
    const isSaidToBe = isOk(created[index] as Answer)
    return !isSaidToBe && rows?.some((row) => isMadeOf(row, body))
  })
  for (const row of rows ?? []) {
    if (typeof row.id === 'number' && stored.some((body) => isMadeOf(row, body)))
      lab.world.created.note(service, row.id)
  }
  const after = (await look(lab, resource, [target.id]))(target.id)
  const accepted = created.filter((answer) => !isRefused(answer))
  lab.expect(
    `correctness.${service}.validation`,
    judge(
      {
        en: 'A 4xx (400 or 422) for each, and nothing of it in the list',
        ru: 'На каждый — 4xx (400 или 422), и ничего из этого нет в списке',
      },
      [
        accepted.length > 0 &&
          complain(
            {
              en: `Not refused: ${accepted.length} of ${created.length}.`,
              ru: `Не отклонено: ${accepted.length} из ${created.length}.`,
            },
            ...accepted,
          ),
        stored.length > 0 &&
          complain(
            {
              en: `Refused, and stored all the same: ${JSON.stringify(stored)}.`,
              ru: `Отклонено, но всё равно сохранено: ${JSON.stringify(stored)}.`,
            },
            ...created,
          ),
        changed &&
          isTakenOrFailed(changed) &&
          complain({ en: 'PUT did not refuse it:', ru: 'PUT не отказал:' }, changed),
        !isAsBefore(after, target.body) &&
          complain(
            { en: 'A refused PUT has changed it:', ru: 'Отклонённый PUT изменил объект:' },
            after.answer,
          ),
      ],
      {
        answers: created,
        repro: [
          SEED_LINE,
          ...REFUSED_BODIES[service].flatMap((body) => [
            call('POST', path, body),
            expected('400 or 422', REFUSED),
          ]),
          call('GET', path),
          expected(
            'nothing of what was refused',
            holds('[.. | scalars | tostring] | any(contains("$N")) | not'),
          ),
          create(path, SAMPLE[service].json),
          call('PUT', `${path}/$ID`, JSON.stringify(refusedChange)),
          expected('400 or 422', REFUSED),
          call('GET', `${path}/$ID`),
          expected('as it was', holds(SAMPLE[service].isIt)),
        ],
      },
    ),
  )
}

async function deleteOne(lab: CrudLab, resource: Resource): Promise<void> {
  const { path, service } = resource
  const { id } = take(lab, DELETED)
  const bystander = take(lab, BYSTANDER)
  const kin = take(lab, KIN)
  const answer = await lab.world.request('DELETE', `${path}/${id}`)
  const stored = await look(lab, resource, [id, bystander.id, kin.id])
  const deleted = stored(id)
  const kept = stored(bystander.id)
  // A list that shows the other one would show this one; if it does not, what still gives it is a cache.
  const isThere = deleted.byId !== undefined && (deleted.inList !== undefined || kept.inList === undefined)
  if (!isThere) lab.world.created.forget(service, id)
  const lost = [kept, stored(kin.id)].find(({ byId, inList }) => byId === undefined && inList === undefined)
  lab.expect(
    `correctness.${service}.delete`,
    judge(
      {
        en: `200 or 204, and ${path}/${id} is gone; nothing else is`,
        ru: `200 или 204, ${path}/${id} больше нет, остальное на месте`,
      },
      [
        !isOk(answer) && complain({ en: 'Not deleted:', ru: 'Не удалён:' }, answer),
        isOk(answer) &&
          isThere &&
          complain({ en: 'It is still there:', ru: 'Он всё ещё есть:' }, answer, deleted.answer),
        lost && complain({ en: 'Another one is gone, too:', ru: 'Пропал и другой объект:' }, lost.answer),
      ],
      {
        answers: [answer, deleted.answer],
        repro: [
          SEED_LINE,
          create(path, OTHER_SAMPLE[service], 'OTHER'),
          create(path, SAMPLE[service].json),
          call('DELETE', `${path}/$ID`),
          expected('200 or 204', hasStatus('20.')),
          call('GET', `${path}/$ID`),
          expected('404', hasStatus('404')),
          call('GET', `${path}/$OTHER`),
          expected('200', hasStatus('200')),
        ],
      },
    ),
  )
}

async function askUnknown(lab: CrudLab, resource: Resource): Promise<void> {
  const { path, service } = resource
  const known = take(lab, READ).id
  const unknown = unknownId(lab.world)
  const deleted = take(lab, DELETED).id
  const [change] = resource.changes(lab.world)
  const calls = [
    ['GET', unknown],
    ['PUT', unknown],
    ['DELETE', unknown],
    ['GET', unknown],
    ['PUT', deleted],
  ] as const
  const answers: Answer[] = []
  // One after the other: the second GET is to show that PUT has created nothing.
  for (const call of calls) {
    const [answer] = await inCalm(lab, resource, known, [call], ([method, id]) =>
      lab.world.request(method, `${path}/${id}`, method === 'PUT' ? { json: change } : {}),
    )
    if (answer !== undefined) answers.push(answer)
  }
  // A method that is not there at all is what other checks complain of.
  const wrong = answers.filter(({ status }) => status !== 404 && status !== 405)
  const forgotten = await askTooEarly(lab, resource, known)
  lab.expect(
    `correctness.${service}.not-found`,
    judge(
      { en: '404 for each', ru: 'На каждый — 404' },
      [wrong.length > 0 && complain({ en: 'Not 404:', ru: 'Не 404:' }, ...wrong), forgotten],
      {
        answers,
        repro: [
          ...[
            call('GET', `${path}/${unknown}`),
            call('PUT', `${path}/${unknown}`, CHANGES[service][0].change),
            call('DELETE', `${path}/${unknown}`),
            call('GET', `${path}/${unknown}`),
          ].flatMap((line) => [line, expected('404', hasStatus('404|405'))]),
          ...createOne(resource),
          call('DELETE', `${path}/$ID`),
          call('PUT', `${path}/$ID`, CHANGES[service][0].change),
          expected('404, as it was deleted', hasStatus('404|405')),
          ...(forgotten === undefined ? [] : tooEarly(resource)),
        ],
      },
    ),
  )
}

/** Asks for the id that comes next, and again when it is there: a 404 must not be remembered. */
async function askTooEarly(lab: CrudLab, resource: Resource, known: number): Promise<Complaint | undefined> {
  const last = idOf(await post(lab, resource, resource.make(lab.world)))
  if (last === undefined) return undefined
  const next = last + 1
  await inCalm(lab, resource, known, [next], (id) => lab.world.request('GET', `${resource.path}/${id}`))
  const made = idOf(await post(lab, resource, resource.make(lab.world)))
  // Ids need not follow each other.
  if (made !== next) return undefined
  const answer = await lab.world.request('GET', `${resource.path}/${next}`)
  if (answer.status !== 404) return undefined
  return complain({ en: 'Created after a 404, and still:', ru: 'Создан после ответа 404, и всё же:' }, answer)
}

/** The lines of a script that does the same. */
const tooEarly = ({ path, service }: Resource): readonly string[] => [
  create(path, OTHER_SAMPLE[service], 'LAST'),
  call('GET', `${path}/$((LAST + 1))`),
  create(path, SAMPLE[service].json.replace('a$N', 'd$N')),
  call('GET', `${path}/$ID`),
  expected('200, as it is there now', hasStatus('200')),
]

/** One of the created ones. */
function take({ state }: CrudLab, index: number): { id: number; body: Row; sent: Row } {
  const [id, body, sent] = [state.ids[index], state.made[index], state.bodies[index]]
  if (id === undefined || body === undefined || sent === undefined)
    throw new RangeError(`There is no object ${index}.`)
  return { id, body, sent }
}

/** Whether one that nobody has touched is what it was: by the list, which no cache stands in front of, where that shows it. */
function isAsBefore({ byId, inList }: Stored, body: Row): boolean {
  return says(inList ?? byId, body)
}

/** What a request that is wrong must not come to; whether there is such a request at all is the business of another check. */
function isTakenOrFailed(answer: Answer): boolean {
  return isOk(answer) || answer.status === null || answer.status >= 500
}

/** Whether a row comes from a body that was to be refused; its numbers and words are nobody else's, but for the quantity. */
function isMadeOf(row: Row, body: Row): boolean {
  return Object.entries(body).some(
    ([name, value]) =>
      name !== 'quantity' && ['string', 'number'].includes(typeof value) && says(row, { [name]: value }),
  )
}

/** The endpoints of users, orders and payments. */
export const correctness = ALL_RESOURCES.map(correctnessOf)
