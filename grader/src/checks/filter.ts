import type { Grader } from '../run/grader.ts'
import { isOk, type Row, rowsOf } from './answers.ts'
import { complain } from './judge.ts'
import { list } from './objects.ts'
import { call, create, expected, holds, SAMPLE, SEED_LINE } from './repro.ts'
import { link, type Resource } from './resources.ts'

/**
 * Judges what `?userId=` or `?order_id=` gives: those with that number, each once, and no others.
 *
 * @param made the first has the number that is asked for; the others have it, or another.
 */
export async function judgeFilter(
  { world }: { readonly world: Grader },
  resource: Resource,
  { ids, bodies }: { readonly ids: readonly number[]; readonly bodies: readonly Row[] },
) {
  const { path, filter = '' } = resource
  const value = bodies[0]?.[filter]
  const wanted = ids.filter((_, index) => bodies[index]?.[filter] === value)
  const { rows, answer } = await list({ world }, resource, wanted, `${filter}=${value}`)
  const nobody = await world.request('GET', `${path}?${filter}=${link(world)}`)
  const none = isOk(nobody) ? rowsOf(nobody) : undefined
  const missing = wanted.filter((id) => !rows?.some((row) => row.id === id))
  const repeated = wanted.filter((id) => (rows ?? []).filter((row) => row.id === id).length > 1)
  const strangers = ids.filter((id) => !wanted.includes(id))
  const others = (rows ?? []).filter(
    (row) => strangers.includes(Number(row.id)) || (row[filter] ?? value) !== value,
  )
  const some = (all: readonly number[]) => `${all.slice(0, 5).join(', ')}${all.length > 5 ? ', …' : ''}`
  return {
    expected: {
      en: `?${filter}=${value} gives ${wanted.length} objects (${some(wanted)}), each once, and no others`,
      ru: `?${filter}=${value} отдаёт ${wanted.length} объектов (${some(wanted)}), каждый один раз, и никаких других`,
    },
    complaints: [
      rows === undefined && complain({ en: 'The answer is not a list:', ru: 'Ответ — не список:' }, answer),
      rows !== undefined &&
        missing.length > 0 &&
        complain(
          {
            en: `?${filter}=${value} leaves out ${missing.length} of ${wanted.length}: ${some(missing)}.`,
            ru: `?${filter}=${value} не отдаёт ${missing.length} из ${wanted.length}: ${some(missing)}.`,
          },
          answer,
        ),
      repeated.length > 0 &&
        complain(
          {
            en: `?${filter}=${value} lists ${repeated.length} objects more than once: ${some(repeated)}.`,
            ru: `?${filter}=${value} отдаёт больше одного раза ${repeated.length} объектов: ${some(repeated)}.`,
          },
          answer,
        ),
      others.length > 0 &&
        complain(
          {
            en: `?${filter}=${value} lists ${others.length} objects with another ${filter}.`,
            ru: `?${filter}=${value} отдаёт объекты с другим ${filter}: ${others.length}.`,
          },
          answer,
        ),
      // Nobody's list may be empty, or not found.
      nobody.status !== 404 &&
        (none === undefined || none.length > 0) &&
        complain(
          {
            en: `No object has this ${filter}, but the answer is not an empty list:`,
            ru: `Объектов с таким ${filter} нет, но ответ — не пустой список:`,
          },
          nobody,
        ),
    ],
    answers: [answer, nobody],
    repro: [
      SEED_LINE,
      create(path, SAMPLE[resource.service].json.replace('$N', '1$N'), 'OTHER'),
      create(path, SAMPLE[resource.service].json),
      call('GET', `${path}?${filter}=$N`),
      expected('$ID and nothing else, so not $OTHER', holds('[.. | objects | .id // empty] == [$ID]')),
      call('GET', `${path}?${filter}=$((N + 1))`),
      '[ "$STATUS" = 404 ] && BODY=[]',
      expected('nothing at all', holds('[.. | objects | .id // empty] == []')),
    ],
  }
}
