import type { Step, Text } from '@msctl/scenarios'
import type { Check, Experiment, Grader } from '../../run/grader.ts'
import { ALL_RESOURCES, type Resource } from '../resources.ts'
import { CREATED, type CrudLab, createAll, createCheck, type State } from './create.ts'
import { deleteCheck, deleteOne } from './delete.ts'
import { listAll, listCheck } from './list.ts'
import { askUnknown, notFoundCheck } from './not-found.ts'
import { readCheck, readOne } from './read.ts'
import { takeEmail, uniqueEmailCheck } from './unique-email.ts'
import { updateCheck, updateOne } from './update.ts'
import { sendWrong, validationCheck } from './validation.ts'

interface Part {
  readonly name: string
  readonly check: Check
  readonly title: Text
  run(lab: CrudLab, resource: Resource): Promise<void>
}

/** Each check of a resource, and the step that settles it, in their order. */
const partsOf = (resource: Resource): readonly Part[] => [
  { name: 'create', check: createCheck(resource), title: { en: 'Create', ru: 'Создать' }, run: createAll },
  {
    ...{ name: 'read', check: readCheck(resource), run: readOne },
    title: { en: 'Read one', ru: 'Прочитать один' },
  },
  { name: 'list', check: listCheck(resource), title: { en: 'List', ru: 'Перечислить' }, run: listAll },
  {
    ...{ name: 'update', check: updateCheck(resource), run: updateOne },
    title: { en: 'Change one', ru: 'Изменить один' },
  },
  ...(resource.service === 'users'
    ? [
        {
          ...{ name: 'unique-email', check: uniqueEmailCheck, run: takeEmail },
          title: { en: 'Use an e-mail twice', ru: 'Использовать e-mail дважды' },
        },
      ]
    : []),
  {
    ...{ name: 'validation', check: validationCheck(resource), run: sendWrong },
    title: { en: 'Send invalid bodies', ru: 'Отправить неверные данные' },
  },
  {
    ...{ name: 'delete', check: deleteCheck(resource), run: deleteOne },
    title: { en: 'Delete one', ru: 'Удалить один' },
  },
  {
    ...{ name: 'not-found', check: notFoundCheck(resource), run: askUnknown },
    title: { en: 'Ask for ids that do not exist', ru: 'Запросить несуществующие id' },
  },
]

/** The experiment on one resource: every one of its endpoints, through the gateway. */
function correctnessOf(resource: Resource): Experiment<State> {
  const { service, path } = resource
  const parts = partsOf(resource)
  return {
    needs: ['http'],
    uses: [service],
    sheet: {
      name: `correctness-${service}`,
      title: { en: `The endpoints of ${path}`, ru: `Эндпоинты ${path}` },
      question: {
        en: `Does ${path} do what the assignment says?`,
        ru: `Делает ли ${path} то, что сказано в задании?`,
      },
      idea: {
        en: 'Objects are created, read, listed, changed and deleted, and invalid requests are sent.',
        ru: 'Объекты создаются, читаются, перечисляются, изменяются и удаляются; отправляются и неверные запросы.',
      },
      state: () => ({ ids: [], bodies: [], made: [] }),
      expectations: Object.fromEntries(
        parts.map(({ name, check }) => [`correctness.${service}.${name}`, check]),
      ),
      steadyState: [],
      steps: parts.map(
        (part): Step<Grader, State> => ({
          title: part.title,
          // Left out when nothing could be created: then the check of creating has said so, and the others depend on it.
          run: async (lab) => {
            if (part.run === createAll || lab.state.ids.length === CREATED) await part.run(lab, resource)
          },
        }),
      ),
    },
  }
}

/** The endpoints of users, orders and payments. */
export const correctness = ALL_RESOURCES.map(correctnessOf)
