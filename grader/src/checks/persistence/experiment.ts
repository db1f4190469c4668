import type { Experiment } from '../../run/grader.ts'
import { look } from '../objects.ts'
import { ALL_RESOURCES } from '../resources.ts'
import { createServiceControl } from '../service-control.ts'
import { acknowledgedWrites, endEach } from './acknowledged-writes.ts'
import { idsGoOn, settleIds } from './ids-go-on.ts'
import { type PersistenceLab, prepare, restart, type State } from './kept.ts'
import { settleSurvival, surviveRestart } from './survive-restart.ts'

/** Whether data outlive processes. */
export const persistence: Experiment<State> = {
  needs: ['control'],
  uses: ['users', 'orders', 'payments'],
  expectedMs: () => 8_000,
  sheet: {
    name: 'persistence',
    title: { en: 'Restarts and crashes', ru: 'Перезапуски и сбои' },
    question: {
      en: 'Does everything that was acknowledged survive?',
      ru: 'Сохраняется ли всё, что было подтверждено?',
    },
    idea: {
      en: 'Objects are created, changed and deleted. Then everything is restarted, and each service is ended in turn.',
      ru: 'Объекты создаются, изменяются и удаляются. Затем всё перезапускается, а сервисы по очереди останавливаются.',
    },
    state: () => ({ kept: [], hasOpenedEarly: false }),
    expectations: {
      ...Object.fromEntries(
        ALL_RESOURCES.map((each) => [`persistence.${each.service}.survive-restart`, surviveRestart(each)]),
      ),
      'persistence.ids-go-on': idsGoOn,
      ...Object.fromEntries(
        ALL_RESOURCES.map((each) => [
          `persistence.${each.service}.acknowledged-writes`,
          acknowledgedWrites(each),
        ]),
      ),
    },
    steadyState: [],
    steps: [
      {
        title: {
          en: 'Create objects, change one and delete one',
          ru: 'Создать объекты, один изменить, один удалить',
        },
        run: async (lab) => {
          lab.state.control = createServiceControl(lab)
          await prepare(lab)
        },
      },
      {
        title: { en: 'Restart everything, and create again', ru: 'Перезапустить всё и снова создавать' },
        run: restartAll,
      },
      {
        title: {
          en: 'End each service right after an answer',
          ru: 'Остановить каждый сервис сразу после ответа',
        },
        run: endEach,
      },
    ],
  },
}

async function restartAll(lab: PersistenceLab): Promise<void> {
  const { kept, control } = lab.state
  if (control === undefined) return
  const restarted = await restart(lab)
  for (const each of kept) {
    const { resource, untouched } = each
    await control.waitUntilUp({ resource, id: untouched.id })
    const stored = await look(lab, resource, each.looked)
    settleSurvival(lab, each, stored, restarted)
  }
  await settleIds(lab, restarted)
}
