import { judgeFilter } from '../filter.ts'
import { complain, join, judge } from '../judge.ts'
import { list } from '../objects.ts'
import { call, create, expected, holds, SAMPLE, SEED_LINE } from '../repro.ts'
import type { Resource } from '../resources.ts'
import { CREATED, type CrudLab } from './created.ts'

export async function listAll(lab: CrudLab, resource: Resource): Promise<void> {
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
