import type { Check } from '../../run/grader.ts'
import { type Row, says } from '../answers.ts'
import { judgeFilter } from '../filter.ts'
import { complain, join, judge } from '../judge.ts'
import { createMany, list } from '../objects.ts'
import { call, create, expected, holds, SAMPLE, SEED_LINE } from '../repro.ts'
import type { Resource } from '../resources.ts'
import { CREATED, type CrudLab, READ } from './create.ts'

/** A list that is cut at a hundred shows fewer. */
const MANY = 101 - CREATED

export const listCheck = ({ service, path, filter }: Resource): Check => {
  const isFiltered = service === 'orders'
  return {
    criterion: 'correctness',
    title: {
      en: `GET ${path} lists all objects, each once${isFiltered ? `, and ?${filter}= lists those of one user` : ''}`,
      ru: `GET ${path} перечисляет все объекты, каждый один раз${isFiltered ? `, а ?${filter}= — заказы одного пользователя` : ''}`,
    },
    why: {
      en: 'A list in which something is missing, or too much, misleads everybody who works with it.',
      ru: 'Список, в котором чего-то не хватает или есть лишнее, вводит в заблуждение.',
    },
    hint: isFiltered
      ? {
          en: `Look for a LIMIT and for a JOIN that repeats rows. Follow ?${filter}= from the gateway, which has to pass it on, to the WHERE: the right column, and equality.`,
          ru: `Поищите LIMIT и JOIN, который повторяет строки. Проследите ?${filter}= от шлюза, который должен его передать, до WHERE: нужный столбец и равенство.`,
        }
      : {
          en: 'Look for a LIMIT, for a JOIN that repeats rows, and for rows that are lost on the way to the answer.',
          ru: 'Поищите LIMIT, JOIN, который повторяет строки, и строки, которые теряются по дороге к ответу.',
        },
    dependsOn: [`correctness.${service}.create`],
  }
}

export async function listAll(lab: CrudLab, resource: Resource): Promise<void> {
  const { path, service, filter } = resource
  const { made } = lab.state
  const same = filter === undefined ? {} : { [filter]: made[READ]?.[filter] }
  const more = await createMany(lab, resource, MANY, same)
  const ids = [...lab.state.ids, ...more.map(({ id }) => id)]
  const bodies = [...made, ...more.map(({ body }) => body)]
  const { rows, answer } = await list(lab, resource, ids)
  const byFilter = service === 'orders' ? await judgeFilter(lab, resource, { ids, bodies }) : undefined
  const sample = SAMPLE[service].json
  lab.expect(
    `correctness.${service}.list`,
    judge(
      join(
        [
          {
            en: `200 and a list in which each of ${ids.length} created objects stands once`,
            ru: `200 и список, в котором каждый из ${ids.length} созданных объектов есть один раз`,
          },
          ...(byFilter === undefined ? [] : [byFilter.expected]),
        ],
        '; ',
      ),
      [
        ...(rows === undefined
          ? [complain({ en: 'The answer is not a list:', ru: 'Ответ — не список:' }, answer)]
          : listComplaints(rows, ids, bodies).map((what) => complain(what, answer))),
        ...(byFilter?.complaints ?? []),
      ],
      {
        answers: [answer, ...(byFilter?.answers ?? [])],
        repro: [
          SEED_LINE,
          create(path, sample, 'IDS'),
          'for I in $(seq 2 101); do',
          `  ${create(path, sample.replace('a$N', 'a$N-$I'))}; IDS=$IDS,$ID`,
          'done',
          call('GET', path),
          '# A list of fifty or more may have pages.',
          expected(
            'all of $IDS',
            holds('[.. | objects | .id] | length >= 50 and length < 101 or contains([$IDS])'),
          ),
          expected('each once', holds('[.. | objects | .id] | length == (unique | length)')),
          ...(byFilter?.repro ?? []),
        ],
      },
    ),
  )
}

/** What is wrong with a list of objects that were created and not yet touched. */
export function listComplaints(rows: readonly Row[], ids: readonly number[], bodies: readonly Row[]) {
  const shown = ids.map((id) => rows.filter((row) => row.id === id))
  const idsWhere = (isWrong: (own: readonly Row[], index: number) => boolean) =>
    ids.filter((_, index) => isWrong(shown[index] ?? [], index))
  const missing = idsWhere((own) => own.length === 0)
  const repeated = idsWhere((own) => own.length > 1)
  const other = idsWhere((own, index) => own.length === 1 && !says(own[0], bodies[index] ?? {}))
  const some = (all: readonly number[]) => `${all.slice(0, 5).join(', ')}${all.length > 5 ? ', …' : ''}`
  return [
    missing.length > 0 && {
      en: `Of ${ids.length} created objects, ${missing.length} are missing: ${some(missing)}.`,
      ru: `Из ${ids.length} созданных объектов не хватает ${missing.length}: ${some(missing)}.`,
    },
    repeated.length > 0 && {
      en: `${repeated.length} objects are listed more than once: ${some(repeated)}.`,
      ru: `Объектов, которые есть в списке больше одного раза: ${repeated.length} (${some(repeated)}).`,
    },
    other.length > 0 && {
      en: `${other.length} objects are listed with other values than they were created with: ${some(other)}.`,
      ru: `Объектов, у которых в списке другие значения, чем при создании: ${other.length} (${some(other)}).`,
    },
  ].filter((what) => what !== false)
}
