import type { Text } from '@msctl/scenarios'
import type { Check } from '../../run/grader.ts'
import type { Evidence } from '../../run/report.ts'
import { complain, judge } from '../judge.ts'
import type { Stored } from '../objects.ts'
import { call, create, expected, hasStatus, SAMPLE } from '../repro.ts'
import type { Resource } from '../resources.ts'
import { compare, type Kept, type PersistenceLab, readLines, writeLines } from './kept.ts'

export const surviveRestart = ({ service, path }: Resource): Check => ({
  criterion: 'persistence',
  title: {
    en: `After a restart everything at ${path} is as it was: created, changed and deleted`,
    ru: `После перезапуска в ${path} всё как было: созданное, изменённое и удалённое`,
  },
  why: {
    en: 'Data in memory are lost with the process. That is what the database is for.',
    ru: 'Данные в памяти исчезают вместе с процессом. Для этого и нужна база данных.',
  },
  hint: {
    en: 'Write to PostgreSQL and commit before answering. Keep its data in a named volume. At start create only tables that are missing, and load no rows.',
    ru: 'Пишите в PostgreSQL и делайте commit до ответа. Храните её данные в именованном томе. При запуске создавайте только недостающие таблицы и не загружайте строки.',
  },
  dependsOn: [`correctness.${service}.create`, `correctness.${service}.read`],
})

const AFTER_RESTART: Text = {
  en: 'After everything was stopped and started again, created objects are there, with their changes, and deleted ones are not.',
  ru: 'После остановки и запуска всего созданные объекты на месте, вместе с изменениями, а удалённых нет.',
}

export function settleSurvival(
  lab: PersistenceLab,
  { resource, edited, untouched, deletedId }: Kept,
  stored: (id: number) => Stored,
  restarted: Evidence,
): void {
  const deleted = deletedId === undefined ? undefined : stored(deletedId)
  const isBack = deleted !== undefined && (deleted.byId !== undefined || deleted.inList !== undefined)
  const complaints = [
    ...[edited, untouched].flatMap((each) => compare(resource, each, stored(each.id))),
    isBack &&
      complain(
        {
          en: `${resource.path}/${deletedId} was deleted before the restart, and is there again.`,
          ru: `${resource.path}/${deletedId} был удалён до перезапуска и снова есть.`,
        },
        deleted.answer,
      ),
  ]
  const finding = judge(AFTER_RESTART, complaints, {
    answers: [stored(edited.id).answer, stored(untouched.id).answer],
    ...{ evidence: [restarted], repro: script(resource) },
  })
  lab.expect(`persistence.${resource.service}.survive-restart`, finding)
}

const script = (resource: Resource): readonly string[] => [
  ...writeLines(resource),
  'OTHER=$ID',
  create(resource.path, SAMPLE[resource.service].json.replace('a$N', 'd$N'), 'DELETED'),
  call('DELETE', `${resource.path}/$DELETED`),
  'ID=$OTHER',
  'control restart',
  ...readLines(resource),
  call('GET', `${resource.path}/$DELETED`),
  expected('404, as it was deleted', hasStatus('404')),
]
