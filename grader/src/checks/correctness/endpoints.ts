import type { Step, Text } from '@msctl/scenarios'
import type { Check, Experiment, Grader } from '../../run/grader.ts'
import { ALL_RESOURCES, type Resource } from '../resources.ts'
import { askUnknown } from './ask-unknown.ts'
import { createAll } from './create-all.ts'
import { CREATED, type CrudLab, type State } from './created.ts'
import { deleteOne } from './delete-one.ts'
import { listAll } from './list-all.ts'
import { readOne } from './read-one.ts'
import { sendWrong } from './send-wrong.ts'
import { takeEmail } from './take-email.ts'
import { updateOne } from './update-one.ts'

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

/** The endpoints of users, orders and payments. */
export const correctness = ALL_RESOURCES.map(correctnessOf)
